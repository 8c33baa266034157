//! What the client's caller got.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::ledger::TokenLabel;
use serde::{Deserialize, Serialize};

use super::class::Class;

/// Which call of which step: `poll#3`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Caller {
    /// The step's `as` name.
    pub label: String,
    /// The call's number within the step, from 1.
    pub index: u32,
    /// Which of several clients was asked; none where there is only one.
    #[serde(default)]
    pub client: Option<String>,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.label, self.index)
    }
}

/// What was asked of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Hand out an access token.
    GetToken,
    /// Call the protected resource.
    CallApi,
    /// Renew the token whatever its age.
    ForceRefresh,
    /// Forget the access token.
    Invalidate,
}

/// How one operation ended. Plain data: no token, only labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Outcome {
    /// Who asked.
    pub caller: Caller,
    /// What was asked.
    pub operation: Operation,
    /// When it began, on the shared timeline.
    #[schemars(with = "crate::schema::Instant")]
    pub started_at: Timestamp,
    /// When it ended; none if it never did.
    #[schemars(with = "Option<crate::schema::Instant>")]
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub class: Class,
    /// The access token handed out by `get_token`; none if the mock did not issue what the client handed out.
    pub token: Option<TokenLabel>,
    /// The resource's status for `call_api`.
    pub status: Option<u16>,
    /// How long the client says to wait.
    pub retry_after: Option<Duration>,
    /// Details the client passes on: `correlation_id`, `trace_id`, `claims`.
    pub carries: Vec<String>,
    /// The client's own words, redacted.
    pub message: Option<String>,
    /// Secrets and tokens that its words held before that, by name or label.
    #[serde(default)]
    pub told: Vec<String>,
}
