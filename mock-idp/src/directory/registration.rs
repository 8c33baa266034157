//! What Microsoft Graph knows of an application beside what signing in takes (Entra).

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::defaults::is_default;
use super::instant::{Instant, optional};

/// The registration of an application: what administrators see and change through Graph
/// (learn.microsoft.com/graph/api/resources/application).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Its object id, which is not its client id; made from the client id without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// When it was registered; not known without it.
    #[serde(deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Instant>")]
    pub created: Option<Timestamp>,
    /// Its application ID URIs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifier_uris: Vec<String>,
    /// The object ids of its owners, who may change it with `Application.ReadWrite.OwnedBy`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Whether it has no service principal in its tenant, and so cannot sign in as itself.
    #[serde(skip_serializing_if = "is_default")]
    pub without_service_principal: bool,
    /// The application ids of the APIs that it says it asks users for (`requiredResourceAccess`). Another one's `.default` is then
    /// refused; any is asked for without this.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_resources: Vec<String>,
    /// The display names of its secrets and certificates, by their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub credential_names: BTreeMap<String, String>,
    /// Whatever else Graph was told of it, by the names that Graph has for it, such as `signInAudience`. It is shown and changes
    /// nothing.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}
