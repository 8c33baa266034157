//! Every decision the client takes, in one trait.
//!
//! The rest of the crate is mechanism: it sends, waits, stores and shares, and asks here whether
//! it should. Replace one method to change one decision; the other methods keep the recommended
//! behaviour of [`StandardPolicy`].

mod attempt;
mod hint;
mod standard;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::{ApiResponse, GrantKind, Secret, TokenRecord};

pub use self::attempt::{Attempt, Failure, Purpose};
pub use self::standard::StandardPolicy;

/// Decides when to renew, retry, wait and give up.
///
/// Methods must not block and must not call back into the client. All have a default, the one of
/// [`StandardPolicy`], so an implementation names only what it does differently:
///
/// ```
/// use std::time::Duration;
/// use token_client::Policy;
///
/// /// Never sleeps inside a call when told to wait.
/// #[derive(Debug)]
/// struct FailFast;
///
/// impl Policy for FailFast {
///     fn longest_wait(&self) -> Duration {
///         Duration::ZERO
///     }
/// }
/// # fn is_policy(_: impl Policy) {}
/// # is_policy(FailFast);
/// ```
pub trait Policy: fmt::Debug + Send + Sync + 'static {
    /// Whether a token is good, should be renewed soon, or must be renewed before use.
    fn freshness(&self, record: &TokenRecord, now: Timestamp) -> Freshness {
        STANDARD.freshness(record, now)
    }

    /// Whether a token that ought to be renewed may still be handed out while renewal fails.
    fn may_serve(&self, record: &TokenRecord, now: Timestamp) -> bool {
        STANDARD.may_serve(record, now)
    }

    /// The lifetime to reckon with, given the one in the answer. `None` means the answer stated
    /// none that can be used: absent, not a number, zero or negative.
    fn lifetime(&self, stated: Option<Duration>) -> Duration {
        STANDARD.lifetime(stated)
    }

    /// The refresh token to keep after an answer: `sent` was used for the request, `answered`
    /// came back.
    fn next_refresh_token(
        &self,
        sent: Option<&Secret>,
        answered: Option<&Secret>,
    ) -> Option<Secret> {
        STANDARD.next_refresh_token(sent, answered)
    }

    /// What to do after a token request failed. `failure.told_wait` is what
    /// [`wait_hint`](Self::wait_hint) read from the answer; nothing else enforces it in a call.
    fn after_failure(&self, attempt: Attempt, failure: &Failure, now: Timestamp) -> Next {
        STANDARD.after_failure_within(self.longest_wait(), attempt, failure, now)
    }

    /// What to do after a poll for the token of a device brought none (RFC 8628 section 3.5).
    /// Polls were `pace` apart so far; [`Next::RetryAfter`] sets the pace from now on. A told wait
    /// is waited for even where it is longer.
    fn after_poll(&self, pace: Duration, failure: &Failure) -> Next {
        STANDARD.after_poll(pace, failure)
    }

    /// Whether the refused grant must never be sent again by this client.
    fn grant_is_dead(&self, grant: GrantKind, failure: &Failure) -> bool {
        STANDARD.grant_is_dead(grant, failure)
    }

    /// How long no further token request is made after the client gave up. Callers in that time
    /// get the same error.
    fn quiet_after(&self, attempt: Attempt, failure: &Failure) -> Duration {
        STANDARD.quiet_after(attempt, failure)
    }

    /// What to do with a resource's answer.
    fn after_answer(
        &self,
        attempt: Attempt,
        response: &ApiResponse,
        now: Timestamp,
    ) -> AfterAnswer {
        STANDARD.after_answer_within(self.longest_wait(), attempt, response, now)
    }

    /// The wait an answer asks for, in any spelling; `None` if it asks for none that makes sense.
    /// `now` is the local clock, for use where the server gave no time of its own.
    fn wait_hint(&self, response: &http::response::Parts, now: Timestamp) -> Option<Duration> {
        STANDARD.wait_hint(response, now)
    }

    /// The longest wait inside a call. A longer one ends the call with
    /// [`Error::Throttled`](crate::Error::Throttled).
    fn longest_wait(&self) -> Duration {
        STANDARD.longest_wait()
    }

    /// How long one request may take, on the client's clock.
    fn request_timeout(&self, purpose: Purpose) -> Duration {
        STANDARD.request_timeout(purpose)
    }
}

/// State of a token, as judged by [`Policy::freshness`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Hand it out.
    Fresh,
    /// Hand it out and renew it in the background.
    RenewSoon,
    /// Renew before handing anything out. If that fails, [`Policy::may_serve`] decides whether
    /// this one may be used once more.
    Expired,
}

/// What follows a failed token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait, then send again.
    RetryAfter(Duration),
    /// End with the error.
    GiveUp,
}

/// What follows a resource's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterAnswer {
    /// Ask for another token with the claims of the answer's challenge, and send again if that
    /// brought one. Without a challenge in the answer, as [`Return`](Self::Return).
    AnswerChallenge,
    /// Hand the answer, or the error it stands for, to the caller.
    Return,
    /// Renew the access token, whatever its freshness, and send again if that brought another
    /// one.
    RefreshAndRetry,
    /// Wait, then send again.
    RetryAfter(Duration),
}

/// The policy behind the trait's defaults.
const STANDARD: StandardPolicy = StandardPolicy::new();

impl<P: Policy + ?Sized> Policy for Arc<P> {
    fn freshness(&self, record: &TokenRecord, now: Timestamp) -> Freshness {
        (**self).freshness(record, now)
    }

    fn may_serve(&self, record: &TokenRecord, now: Timestamp) -> bool {
        (**self).may_serve(record, now)
    }

    fn lifetime(&self, stated: Option<Duration>) -> Duration {
        (**self).lifetime(stated)
    }

    fn next_refresh_token(
        &self,
        sent: Option<&Secret>,
        answered: Option<&Secret>,
    ) -> Option<Secret> {
        (**self).next_refresh_token(sent, answered)
    }

    fn after_failure(&self, attempt: Attempt, failure: &Failure, now: Timestamp) -> Next {
        (**self).after_failure(attempt, failure, now)
    }

    fn after_poll(&self, pace: Duration, failure: &Failure) -> Next {
        (**self).after_poll(pace, failure)
    }

    fn grant_is_dead(&self, grant: GrantKind, failure: &Failure) -> bool {
        (**self).grant_is_dead(grant, failure)
    }

    fn quiet_after(&self, attempt: Attempt, failure: &Failure) -> Duration {
        (**self).quiet_after(attempt, failure)
    }

    fn after_answer(
        &self,
        attempt: Attempt,
        response: &ApiResponse,
        now: Timestamp,
    ) -> AfterAnswer {
        (**self).after_answer(attempt, response, now)
    }

    fn wait_hint(&self, response: &http::response::Parts, now: Timestamp) -> Option<Duration> {
        (**self).wait_hint(response, now)
    }

    fn longest_wait(&self) -> Duration {
        (**self).longest_wait()
    }

    fn request_timeout(&self, purpose: Purpose) -> Duration {
        (**self).request_timeout(purpose)
    }
}
