//! What the ledger tells about a token without showing it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::label::TokenLabel;

/// One issued token, described without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenFacts {
    /// Its name.
    pub label: TokenLabel,
    /// The refresh token it came from, if it came from one: `AT#3 <- RT#2 <- RT#1`.
    pub parent: Option<TokenLabel>,
    /// The application it was issued to.
    pub client: String,
    /// The user it speaks for; none for app-only tokens.
    pub user: Option<String>,
    /// The tenant (Entra) or authorization server (Okta) that issued it.
    pub issuer: String,
    /// The scopes granted.
    pub scope: Vec<String>,
    /// When it was issued, on the server's clock.
    #[schemars(with = "String")]
    pub issued_at: Timestamp,
    /// When it stops being accepted, on the server's clock; none for refresh tokens without a limit.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
}

/// How the server regards a token that is shown to it, at the instant of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// Valid.
    Live,
    /// Past its expiry.
    Expired,
    /// Replaced by a newer refresh token (rotation), even if a grace period still honours it.
    Rotated,
    /// Revoked: by an administrator, by reuse detection or by a password change.
    Revoked,
    /// Not issued by this world.
    Foreign,
}
