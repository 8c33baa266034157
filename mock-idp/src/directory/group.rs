//! Groups of users.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instant::{Instant, optional};

/// A group. Users name the groups they are in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Object id (Entra) or group id (Okta, `00g…`).
    pub id: String,
    /// Its display name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was made (Okta); some day before the world began without it.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub created: Option<Timestamp>,
    /// When its profile changed last (Okta).
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub updated: Option<Timestamp>,
    /// When somebody last came or went (Okta).
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub membership_updated: Option<Timestamp>,
}

impl Group {
    /// A group without a description.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            description: None,
            created: None,
            updated: None,
            membership_updated: None,
        }
    }
}
