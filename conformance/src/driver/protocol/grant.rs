//! The grants that version 1 has words for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::GrantKind;

/// A grant that a client can be opened with, or an API token in its place. Others begin with somebody who signs in, calls or gave the machine an identity, which
/// `open` does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.3.
    Password,
    /// RFC 6749 section 6, from a refresh token it already has.
    RefreshToken,
    /// None: it shows an API token that it is opened with (Okta, `SSWS`), and is asked to call APIs only.
    ApiToken,
}

impl Grant {
    /// The grant of a scenario, if there are words for it.
    #[must_use]
    pub fn of(kind: GrantKind) -> Option<Self> {
        match kind {
            GrantKind::ClientCredentials => Some(Self::ClientCredentials),
            GrantKind::Password => Some(Self::Password),
            GrantKind::RefreshToken => Some(Self::RefreshToken),
            GrantKind::ApiToken => Some(Self::ApiToken),
            GrantKind::AuthorizationCode
            | GrantKind::DeviceCode
            | GrantKind::ManagedIdentity
            | GrantKind::OnBehalfOf
            | GrantKind::TokenExchange => None,
        }
    }
}

impl From<Grant> for GrantKind {
    fn from(grant: Grant) -> Self {
        match grant {
            Grant::ClientCredentials => Self::ClientCredentials,
            Grant::Password => Self::Password,
            Grant::RefreshToken => Self::RefreshToken,
            Grant::ApiToken => Self::ApiToken,
        }
    }
}
