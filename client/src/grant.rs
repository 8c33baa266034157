//! Where the first token comes from.

use std::fmt;

use crate::Secret;

/// How the client gets a token when it has nothing to refresh.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GrantSource {
    /// The client acts for itself (RFC 6749 section 4.4). Needs a confidential client.
    ClientCredentials,
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
}

impl GrantSource {
    /// The kind of grant this source starts with.
    pub fn kind(&self) -> GrantKind {
        match self {
            Self::ClientCredentials => GrantKind::ClientCredentials,
            Self::Password { .. } => GrantKind::Password,
            Self::RefreshToken(_) => GrantKind::RefreshToken,
        }
    }
}

/// The grant of one token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantKind {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.3.
    Password,
    /// RFC 6749 section 6.
    RefreshToken,
}

impl GrantKind {
    /// The `grant_type` parameter's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
        }
    }
}

impl fmt::Display for GrantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
