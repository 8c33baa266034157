//! `client:` how the client under test is set up.

use serde::{Deserialize, Serialize};

use super::length::Offset;

/// The client's configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSpec {
    /// The grant it uses. Without it: `refresh_token` when `refresh_token` is given, else `client_credentials`.
    pub grant: Option<GrantKind>,
    /// A name for the refresh token it starts with; the mock mints it. `replay` steps use the name.
    pub refresh_token: Option<String>,
    /// How it authenticates; `post` without it.
    pub auth: Option<ClientAuthMethod>,
    /// How far its clock is ahead of the server's at the start; negative when behind.
    pub clock_offset: Offset,
}

impl ClientSpec {
    /// The grant it uses: the one given, or the one that follows from `refresh_token`.
    #[must_use]
    pub fn grant(&self) -> GrantKind {
        self.grant.unwrap_or(match self.refresh_token {
            Some(_) => GrantKind::RefreshToken,
            None => GrantKind::ClientCredentials,
        })
    }
}

/// The grants a client can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.3.
    Password,
    /// RFC 6749 section 6, from a refresh token it already has.
    RefreshToken,
}

/// How a client authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// `client_secret` in the body.
    Post,
    /// HTTP Basic.
    Basic,
    /// A secret that is wrong, in the body.
    WrongSecret,
}

impl ClientSpec {
    /// The grant this client uses.
    #[must_use]
    pub fn grant_in_use(&self) -> GrantKind {
        self.grant.unwrap_or(if self.refresh_token.is_some() {
            GrantKind::RefreshToken
        } else {
            GrantKind::ClientCredentials
        })
    }
}
