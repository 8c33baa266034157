//! Groups of users.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}
