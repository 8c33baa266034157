//! What happens at the provider in the middle of a play.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use mock_idp::directory::AccessControl;
use mock_idp::ledger::{AccessEvent, TokenLabel};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use mock_idp::as_text;
use mock_idp::fault::Rule;

/// Something that happens at the provider. Everything that is given happens, in the order of these fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IdpStep {
    /// Take all rules of the script away.
    pub disarm: bool,
    /// Add these rules to the script. Their `nth`, `times`, `from` and `until` count from now.
    pub script: Vec<Rule>,
    /// Change the secrets of the applications in use.
    pub secrets: Option<CredentialsChange>,
    /// Change the certificates of the applications in use.
    pub certificates: Option<CredentialsChange>,
    /// The platform puts other tokens into the files of its workloads.
    pub platform_tokens: Option<PlatformTokens>,
    /// Something happens to the API tokens in use, or to those who made them (Okta).
    pub api_tokens: Option<ApiTokensChange>,
    /// The users who are asked to sign in on another device decide.
    pub sign_ins: Option<SignInDecision>,
    /// From now on a policy asks this of the users that the clients act for (Entra, Conditional Access).
    pub policy: Option<AccessControl>,
    /// From now on the resource takes only tokens with this authentication context, `c1` to `c99` (Entra).
    pub step_up: Option<String>,
    /// Something happens after which the resource wants fresh tokens (Entra, continuous access evaluation).
    pub access: Option<AccessEvent>,
    /// Change the signing keys.
    pub keys: Option<KeysChange>,
    /// Revoke what the client holds: every access token, the whole grant, or one token by its label.
    pub revoke: Option<Revocation>,
    /// Redeem this refresh token.
    pub replay: Option<Replayed>,
    /// Who does it.
    pub by: Option<Replayer>,
}

/// What happens to the secrets or certificates of the applications in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialsChange {
    /// A new one is valid beside those that are there.
    Add,
    /// All but the newest stop working.
    Retire,
    /// A new one is valid and all others stop working.
    Replace,
}

/// What happens to the tokens of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlatformTokens {
    /// Each file has a new one, good for an hour.
    Renew,
}

/// What happens to the API tokens in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiTokensChange {
    /// Whoever made them makes one more for each client.
    Add,
    /// An administrator revokes all that there are.
    Revoke,
    /// The accounts of those who made them are deactivated.
    DeactivateOwner,
    /// These accounts are activated again.
    ActivateOwner,
    /// Those who made them are no longer administrators.
    LowerRole,
    /// They are administrators again.
    RaiseRole,
    /// The tokens are good in a network zone only where no client is.
    Restrict,
    /// They are good everywhere again.
    Unrestrict,
}

/// What users decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInDecision {
    /// They sign in and allow what is asked for.
    Approve,
    /// They refuse.
    Deny,
}

/// What happens to the signing keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeysChange {
    /// Another key signs from now on; the old one stays published.
    Rotate,
    /// Only the key that signs now stays published: tokens signed by others are refused.
    Withdraw,
}

/// A refresh token to redeem: by the name it was given under `client`, or by what it is: `newest`, `RT#2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// The one with this name.
    Named(String),
    /// The one issued last.
    Newest,
    /// This one.
    Label(TokenLabel),
}

/// Who redeems a replayed token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Replayer {
    /// Someone who stole it.
    Intruder,
}

/// What an administrator revokes: `access_tokens`, `grants`, or one token: `RT#2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Every access token issued so far; refresh tokens live on.
    AccessTokens,
    /// Every refresh token and what came from it.
    Grants,
    /// This token; with a refresh token, the grant it belongs to.
    Token(TokenLabel),
}

impl FromStr for Replayed {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "newest" => Self::Newest,
            other => other
                .parse()
                .map_or_else(|_| Self::Named(other.to_owned()), Self::Label),
        })
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Newest => f.write_str("newest"),
            Self::Label(label) => label.fmt(f),
        }
    }
}

impl FromStr for Revocation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "access_tokens" => Self::AccessTokens,
            "grants" => Self::Grants,
            label => Self::Token(label.parse().map_err(|_| {
                format!(
                    "`{text}` is nothing to revoke; expected access_tokens, grants, or a label such as `RT#1`"
                )
            })?),
        })
    }
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccessTokens => f.write_str("access_tokens"),
            Self::Grants => f.write_str("grants"),
            Self::Token(label) => label.fmt(f),
        }
    }
}

as_text!(
    Replayed,
    "a refresh token: its name, `newest` or a label such as `RT#1`"
);
as_text!(
    Revocation,
    "`access_tokens`, `grants` or a label such as `RT#1`"
);
