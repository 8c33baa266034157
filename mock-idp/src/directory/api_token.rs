//! SSWS tokens for Okta's management API (developer.okta.com/docs/guides/create-an-api-token).

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::is_default;
use super::instant::{Instant, optional};
use crate::secret::Secret;

/// An SSWS token for the management API. Written out as JSON it shows no token.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// Its id (`00T…`).
    pub id: String,
    /// Its name.
    pub name: String,
    /// The token.
    #[serde(skip_serializing)]
    pub value: Secret,
    /// The login of the administrator who made it; it may do what that user may, and dies with that account.
    pub user: String,
    /// When it was made.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub created: Option<Timestamp>,
    /// Until when it works, used or not. Without it, until it has not been used for 30 days; a world counts those from when it
    /// came to know the token.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub expires: Option<Timestamp>,
    /// From where it may be used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub network: TokenNetwork,
}

impl ApiToken {
    /// How long an unused token works.
    pub const IDLE: Duration = Duration::from_secs(30 * 86_400);

    /// A token that works from anywhere while it is used.
    #[must_use]
    pub fn new(id: impl Into<String>, value: Secret, user: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            name: id.clone(),
            id,
            value,
            user: user.into(),
            created: None,
            expires: None,
            network: TokenNetwork::default(),
        }
    }

    /// When it ends, if it was last used then.
    #[must_use]
    pub fn ends(&self, last_used: Timestamp) -> Timestamp {
        let idle = || last_used.checked_add(Self::IDLE).unwrap_or(Timestamp::MAX);
        self.expires.unwrap_or_else(idle)
    }
}

/// From where an API token or an application may be used; from anywhere where it names no zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TokenNetwork {
    /// The ids of the zones that it may be used in alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// The ids of the zones that it may not be used in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// What the use of a token from outside its zones is refused with: neither is documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutsideZone {
    /// 403, E0000006.
    #[default]
    Forbidden,
    /// 401, E0000011.
    InvalidToken,
}
