//! The one vocabulary of outcomes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How an operation of the client under test ended, as its caller sees it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It worked.
    Ok,
    /// The stored grant is dead: someone has to sign in again.
    ReauthRequired,
    /// Someone has to act in a browser: MFA, consent, a claims challenge.
    InteractionRequired,
    /// The configuration is wrong: secret, client id, scope, tenant.
    Misconfigured,
    /// The server asked to wait.
    Throttled,
    /// The server or the network failed for the moment.
    Transient,
    /// The resource refused the token (401) and a new one did not help.
    Unauthorized,
    /// The resource refused the caller (403).
    Forbidden,
    /// The token lacks a scope that the resource needs.
    InsufficientScope,
    /// The server's answer made no sense.
    Protocol,
    /// The operation did not end in time.
    Timeout,
    /// The caller gave up.
    Cancelled,
    /// Anything else.
    Other,
}

impl Class {
    /// The class of a status that a client hands back as it came, of those that are no success.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            429 => Self::Throttled,
            500.. => Self::Transient,
            _ => Self::Other,
        }
    }

    /// The name used in scenario files and driver messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ReauthRequired => "reauth_required",
            Self::InteractionRequired => "interaction_required",
            Self::Misconfigured => "misconfigured",
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::InsufficientScope => "insufficient_scope",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
