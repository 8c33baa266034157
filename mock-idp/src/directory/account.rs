//! What Okta knows of a user's account beside what signing in takes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::instant::{Instant, optional};

/// The life of a user's account in an org, and the profile (developer.okta.com/docs/api/openapi/okta-management/management/tag/User).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// Where in its life an account is that cannot be used; suspended without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<AccountStage>,
    /// When it was made; some day before the world began without it.
    #[serde(deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Instant>")]
    pub created: Option<Timestamp>,
    /// When its status changed last.
    #[serde(deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Instant>")]
    pub status_changed: Option<Timestamp>,
    /// When anything of it changed last.
    #[serde(deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Instant>")]
    pub updated: Option<Timestamp>,
    /// When its password was set last.
    #[serde(deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Instant>")]
    pub password_changed: Option<Timestamp>,
    /// What its profile says beside the login, by the names that Okta has for it, such as `email` or `department`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub profile: Map<String, Value>,
}

/// Where in its life an account is that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStage {
    /// It has never been activated.
    Staged,
    /// It has been activated and has no password yet.
    Provisioned,
    /// Its password is being reset.
    Recovery,
    /// It has been deactivated, and can be deleted.
    Deprovisioned,
}
