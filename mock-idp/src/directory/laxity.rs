//! What a directory lets pass that the vendor would refuse.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Named departures from strictness, all off unless asked for. The journal says of every answer which of them it took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Laxity {
    /// Any text is a right client secret of a confidential application, also of one that has none.
    pub any_client_secret: bool,
    /// Any text is the right password of a user.
    pub any_password: bool,
    /// Any text after `SSWS` is an API token: of the first token's owner, or of the first user.
    pub any_api_token: bool,
    /// A client id that nobody has is an application that may do what the first one may. Its secret is not looked at.
    pub unknown_applications: bool,
    /// A refresh token that was never issued is one of the first user's, for the scopes of the request.
    pub unknown_refresh_tokens: bool,
    /// Scopes that are not configured or consented to are granted.
    pub unknown_scopes: bool,
    /// How the two halves of a Basic header are read.
    pub basic: BasicReading,
}

/// How the two halves of a Basic header are read (RFC 6749 section 2.3.1 has them form-encoded; several libraries forget to).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BasicReading {
    /// Form-encoded only, as the standard has it.
    Decoded,
    /// As they are only.
    Raw,
    /// Either: what fits counts.
    #[default]
    Either,
}

/// A laxity that let a request pass, by its key in the file.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Leniency {
    /// Any text is a right client secret.
    AnyClientSecret,
    /// Any text is a right password.
    AnyPassword,
    /// Any text is a right API token.
    AnyApiToken,
    /// Applications need not be known.
    UnknownApplications,
    /// Refresh tokens need not be known.
    UnknownRefreshTokens,
    /// Scopes need not be known.
    UnknownScopes,
}
