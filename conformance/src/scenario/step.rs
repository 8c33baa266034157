//! `steps:` what is done, in order.
//!
//! A step ends when the system is quiet, not when a call returns: a call may sleep inside.

use serde::{Deserialize, Serialize};

use super::length::Length;

/// One step. In a file: a map with one key, `- get_token: { as: a }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Ask the client for an access token.
    GetToken(CallStep),
    /// Have the client call the protected resource.
    CallApi(CallStep),
    /// Have the client renew its token whatever its age.
    ForceRefresh(CallStep),
    /// Let time pass.
    Advance(Advance),
    /// Wait until a condition holds.
    Until(Until),
    /// Let the answers of a hold go.
    Release(String),
    /// Wait until every call of a step has ended, letting time pass if they sleep.
    Join(String),
    /// Something happens at the provider.
    Idp(IdpStep),
}

impl Step {
    /// What is asked of the client; none if it is asked nothing.
    #[must_use]
    pub fn call(&self) -> Option<&CallStep> {
        match self {
            Self::GetToken(call) | Self::CallApi(call) | Self::ForceRefresh(call) => Some(call),
            _ => None,
        }
    }

    /// Its `as` name.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.call()?.label.as_deref()
    }
}

/// A step that asks something of the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallStep {
    /// The name that checks and other steps use.
    #[serde(rename = "as")]
    pub label: Option<String>,
    /// How often; once without it.
    pub times: Option<u32>,
    /// All at once instead of one after another.
    pub together: bool,
    /// Once every so often, for as long as `for` says.
    pub every: Option<Length>,
    /// How long `every` goes on.
    #[serde(rename = "for")]
    pub lasting: Option<Length>,
}

/// Letting time pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// How much. The clocks walk from one armed deadline to the next.
    pub by: Length,
    /// Whose clock; both without it. One side alone jumps and is offset from then on.
    #[serde(default, rename = "move")]
    pub side: Side,
}

/// Whose clock moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Server and client together.
    #[default]
    Both,
    /// The server alone.
    Server,
    /// The client alone.
    Client,
}

/// A condition to wait for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Until {
    /// Every call of this step has begun.
    pub started: Option<String>,
    /// Nothing moves any more: everything sleeps, is held or has ended.
    pub quiet: bool,
}

/// Something that happens at the provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdpStep {
    /// Redeem this refresh token, by the name it was given under `client`.
    pub replay: Option<String>,
    /// Who does it.
    pub by: Option<Replayer>,
    /// Revoke what the client holds: every access token, or the whole grant.
    pub revoke: Option<Revocation>,
}

/// Who redeems a replayed token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replayer {
    /// Someone who stole it.
    Intruder,
}

/// What an administrator revokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// Every access token issued so far; refresh tokens live on.
    AccessTokens,
    /// Every refresh token and what came from it.
    Grants,
}
