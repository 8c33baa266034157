//! Applications: the clients of the token service.

use jiff::Timestamp;
use serde::Deserialize;

use super::defaults::yes;
use crate::secret::Secret;

/// A registered application (Entra: app registration and service principal; Okta: app integration).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its client id.
    pub id: String,
    /// Its display name.
    #[serde(default)]
    pub name: String,
    /// Its client secrets. Each one works while it is valid; a public client has none.
    #[serde(default)]
    pub secrets: Vec<ClientSecret>,
    /// The grants it may use.
    pub grants: Vec<GrantType>,
    /// Application permissions that an administrator has consented to (Entra `roles`).
    #[serde(default)]
    pub roles: Vec<String>,
    /// Delegated scopes that are consented to.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether it may sign in at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What happens to its refresh tokens when they are used; as the vendor has it without this.
    #[serde(default)]
    pub rotation: Option<Rotation>,
}

impl Application {
    /// Whether it has no credential: a public client (RFC 6749 section 2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The secret that whoever sets a client up at `now` would be given: the last in the list that works.
    #[must_use]
    pub fn newest_secret(&self, now: Timestamp) -> Option<&ClientSecret> {
        let secrets = self.secrets.iter().rev();
        secrets.into_iter().find(|secret| secret.is_valid_at(now))
    }
}

/// One client secret and when it works.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSecret {
    /// The secret.
    pub value: Secret,
    /// From when; always without it.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// Until when; for ever without it.
    #[serde(default)]
    pub expires: Option<Timestamp>,
}

impl ClientSecret {
    /// A secret that always works.
    #[must_use]
    pub fn lasting(value: impl Into<String>) -> Self {
        Self {
            value: Secret::new(value),
            not_before: None,
            expires: None,
        }
    }

    /// Whether it works at `now`.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|start| start <= now) && self.expires.is_none_or(|end| now < end)
    }
}

/// A grant that an application may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.3.
    Password,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 8628.
    DeviceCode,
}

impl GrantType {
    /// The value of `grant_type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

/// What happens to a refresh token when it is used (RFC 9700 section 4.14.2).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Whether the token is replaced.
    pub mode: RotationMode,
    /// Seconds for which a replaced token is still honoured (Okta allows 0 to 60).
    #[serde(default)]
    pub leeway_seconds: u32,
    /// Whether the use of a replaced token revokes the whole family.
    #[serde(default = "yes")]
    pub reuse_revokes_family: bool,
}

/// Whether a used refresh token is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationMode {
    /// The same token is returned each time (Okta's default for web and native applications).
    Static,
    /// A new token is returned and the old one dies, leeway aside (Okta's default for single-page applications).
    Rotate,
    /// A new token is returned and the old one stays valid (Entra).
    KeepOld,
}
