//! Where the first token comes from.

use std::fmt;

use crate::{Secret, TokenExchange};

/// How the client gets a token when it has nothing to refresh.
///
/// The identity that Azure gives a machine needs none of these:
/// [`TokenClient::managed_identity`](crate::TokenClient::managed_identity).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GrantSource {
    /// A token that a person has made and that nothing renews:
    /// [`TokenClient::api_token`](crate::TokenClient::api_token).
    ApiToken(Secret),
    /// The client acts for itself (RFC 6749 section 4.4). Needs a confidential client.
    ClientCredentials,
    /// The client is an API that calls another one for the user who called it: the access token
    /// it was called with (Microsoft, on-behalf-of flow; RFC 7523 section 2.1). Needs a
    /// confidential client.
    ///
    /// One client serves one user's session; hand it a newer token with
    /// [`set_grant`](crate::TokenClient::set_grant). A token that was refused is not sent again.
    OnBehalfOf(Secret),
    /// The user's name and password (RFC 6749 section 4.3). RFC 9700 section 2.4 forbids it for
    /// new designs; Entra and Okta still serve it to accounts without a second factor. The
    /// password is sent only while there is no refresh token.
    Password {
        /// The user's name as the provider knows it.
        username: String,
        /// The user's password.
        password: Secret,
    },
    /// A refresh token from a sign-in that happened elsewhere (RFC 6749 section 6). The newest
    /// one in the store goes before it.
    RefreshToken(Secret),
    /// A token of somebody else's is exchanged for one of this client's (RFC 8693). Needs a
    /// confidential client.
    ///
    /// Hand over a newer token with [`set_grant`](crate::TokenClient::set_grant). A token that was
    /// refused is not sent again.
    TokenExchange(TokenExchange),
    /// A user signs in while the client runs:
    /// [`sign_in`](crate::TokenClient::sign_in) or
    /// [`sign_in_by_device`](crate::TokenClient::sign_in_by_device). Until then there is what
    /// the store has from an earlier run, else
    /// [`Error::SignInRequired`](crate::Error::SignInRequired).
    SignIn,
}

impl GrantSource {
    /// The kind of grant this source starts with. A user who signs in leaves a refresh token.
    pub fn kind(&self) -> GrantKind {
        match self {
            Self::ApiToken(_) => GrantKind::ApiToken,
            Self::ClientCredentials => GrantKind::ClientCredentials,
            Self::TokenExchange(_) => GrantKind::TokenExchange,
            Self::OnBehalfOf(_) => GrantKind::OnBehalfOf,
            Self::Password { .. } => GrantKind::Password,
            Self::RefreshToken(_) | Self::SignIn => GrantKind::RefreshToken,
        }
    }
}

/// The grant of one token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantKind {
    /// No grant at all: a token that was made by a person.
    ApiToken,
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 8628 section 3.4.
    DeviceCode,
    /// No grant of a standard: a machine's own metadata service (Microsoft, managed identities).
    ManagedIdentity,
    /// RFC 7523 section 2.1, as Microsoft's on-behalf-of flow uses it.
    OnBehalfOf,
    /// RFC 6749 section 4.3.
    Password,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 8693.
    TokenExchange,
}

impl GrantKind {
    /// The `grant_type` parameter's value; `managed_identity` and `api_token` where there is no such
    /// parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiToken => "api_token",
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::ManagedIdentity => "managed_identity",
            Self::OnBehalfOf => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }
}

impl fmt::Display for GrantKind {
    /// A short name for messages: `grant_type` without its URN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DeviceCode => "device_code",
            Self::OnBehalfOf => "on_behalf_of",
            Self::TokenExchange => "token_exchange",
            other => other.as_str(),
        })
    }
}
