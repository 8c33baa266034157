//! What a policy is told about a try and its failure.

use std::fmt;
use std::time::Duration;

use crate::{Class, Error, GrantKind};

/// One try, as told to a [`Policy`](crate::Policy).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// What the request was for.
    pub purpose: Purpose,
    /// Which try of this call it was, counted from 1.
    pub number: u32,
    /// Answers lost in this call, this try included: the server may have acted on them.
    pub lost: u32,
    /// Whether this resource call has renewed its token already. Always false for token requests.
    pub renewed: bool,
    /// Whether the client has declared that it answers claims challenges (Microsoft, client
    /// capability `cp1`). Always false for token requests.
    pub answers_challenges: bool,
    /// How much longer the present access token may be served. `None` if there is none, or if it
    /// is being replaced because somebody asked for that.
    pub valid_for: Option<Duration>,
    /// A drawn number from 0 to 999, to spread the pauses of many clients. Drawn from the
    /// builder's jitter seed, so equal runs draw equal numbers.
    pub jitter: u16,
}

impl Attempt {
    /// The first try for `purpose`; for tests of policies.
    pub fn first(purpose: Purpose) -> Self {
        Self {
            purpose,
            number: 1,
            lost: 0,
            renewed: false,
            answers_challenges: false,
            valid_for: None,
            jitter: 0,
        }
    }
}

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Getting a token by this grant.
    Token(GrantKind),
    /// Calling a resource with a token.
    Resource,
}

impl fmt::Display for Purpose {
    /// `resource`, or the short name of the grant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(grant) => grant.fmt(f),
            Self::Resource => f.write_str("resource"),
        }
    }
}

/// A failed token request, as told to a [`Policy`](crate::Policy).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The error the caller gets if the client gives up now.
    pub error: Error,
    /// The wait the answer asked for, as read by [`Policy::wait_hint`](crate::Policy::wait_hint).
    pub told_wait: Option<Duration>,
}

impl Failure {
    /// The failure that ends in `error`, which carries the told wait.
    pub fn new(error: Error) -> Self {
        Self {
            told_wait: error.retry_after(),
            error,
        }
    }

    /// The error's class.
    pub fn class(&self) -> Class {
        self.error.class()
    }

    /// Whether the server may have acted although no answer arrived.
    pub fn answer_lost(&self) -> bool {
        matches!(&self.error, Error::Transport(error) if error.answer_lost())
    }
}
