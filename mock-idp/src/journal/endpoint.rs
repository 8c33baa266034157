//! What a request was for, by the endpoint it reached.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a request is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// The token endpoint.
    Token,
    /// A protected resource.
    Resource,
    /// The device authorization endpoint (RFC 8628 section 3.1).
    Device,
    /// Tokens of a managed identity, on its own origin.
    ManagedIdentity,
    /// OpenID Connect or OAuth authorization server metadata.
    Discovery,
    /// The JSON Web Key Set.
    Jwks,
    /// Entra's instance discovery.
    InstanceDiscovery,
    /// Entra's user realm look-up.
    UserRealm,
    /// The authorization endpoint, which browsers are sent to (RFC 6749 section 3.1).
    Authorize,
    /// What the pages of a sign-in send when their user decides.
    SignIn,
    /// The end of a browser's session.
    Logout,
    /// Where a request to the authorization endpoint is left beforehand (RFC 9126).
    PushedAuthorization,
    /// What a token is worth (RFC 7662).
    Introspection,
    /// The end of a token (RFC 7009).
    Revocation,
    /// Who the user of an access token is (OpenID Connect Core section 5.3).
    UserInfo,
    /// Anything on the foreign origin.
    Foreign,
    /// Nothing this world serves.
    Unknown,
    /// No request: a connection that a fault has turned away.
    Connection,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Token,
        Self::Resource,
        Self::Device,
        Self::ManagedIdentity,
        Self::Discovery,
        Self::Jwks,
        Self::InstanceDiscovery,
        Self::UserRealm,
        Self::Authorize,
        Self::SignIn,
        Self::Logout,
        Self::PushedAuthorization,
        Self::Introspection,
        Self::Revocation,
        Self::UserInfo,
        Self::Foreign,
        Self::Unknown,
        Self::Connection,
    ];

    /// The name used in scenario files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Resource => "resource",
            Self::Device => "device",
            Self::ManagedIdentity => "managed_identity",
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::InstanceDiscovery => "instance_discovery",
            Self::UserRealm => "user_realm",
            Self::Authorize => "authorize",
            Self::SignIn => "sign_in",
            Self::Logout => "logout",
            Self::PushedAuthorization => "pushed_authorization",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::UserInfo => "user_info",
            Self::Foreign => "foreign",
            Self::Unknown => "unknown",
            Self::Connection => "connection",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new endpoint does not compile until it has a place here.
    #[test]
    fn every_endpoint_is_listed() {
        let place = |endpoint| match endpoint {
            Endpoint::Token => 0,
            Endpoint::Resource => 1,
            Endpoint::Device => 2,
            Endpoint::ManagedIdentity => 3,
            Endpoint::Discovery => 4,
            Endpoint::Jwks => 5,
            Endpoint::InstanceDiscovery => 6,
            Endpoint::UserRealm => 7,
            Endpoint::Authorize => 8,
            Endpoint::SignIn => 9,
            Endpoint::Logout => 10,
            Endpoint::PushedAuthorization => 11,
            Endpoint::Introspection => 12,
            Endpoint::Revocation => 13,
            Endpoint::UserInfo => 14,
            Endpoint::Foreign => 15,
            Endpoint::Unknown => 16,
            Endpoint::Connection => 17,
        };
        let places = Endpoint::ALL.map(place);
        assert!(places.into_iter().eq(0..Endpoint::ALL.len()));
        assert_eq!(place(Endpoint::Connection), Endpoint::ALL.len() - 1);
    }
}
