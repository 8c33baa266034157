//! `forge:` what a fault does to the tokens of an answer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Changes to the JWTs of an answer. They are signed anew; what is no JWT, a refresh token for instance, stays as it is.
///
/// The ledger goes by what was granted, not by what was made of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Forgery {
    /// Which token of the answer; every one without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<ForgedToken>,
    /// Claims to set, to any value. `$epoch(-1h)` is filled in from the server's clock, as seconds since 1970.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, Value>,
    /// Claims to take out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// How it is signed.
    pub sign: Signing,
}

/// A token of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForgedToken {
    /// `access_token`.
    AccessToken,
    /// `id_token`.
    IdToken,
}

impl ForgedToken {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::AccessToken, Self::IdToken];

    /// The member of the answer.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::IdToken => "id_token",
        }
    }
}

/// How a token is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// By the key that signs, as always.
    #[default]
    Rightly,
    /// By a stranger's key, under the id of the right one.
    WrongKey,
    /// By a key that is not, or no longer, published, under its own id.
    WithdrawnKey,
    /// By the right key, which the header does not name: neither `kid` nor `x5t`.
    NoKid,
    /// Not at all: `alg` is `none`, and nothing stands where the signature belongs (RFC 7515 appendix A.5).
    None,
}

impl Signing {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Rightly,
        Self::WrongKey,
        Self::WithdrawnKey,
        Self::NoKid,
        Self::None,
    ];
}
