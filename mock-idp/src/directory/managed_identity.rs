//! Identities of machines, which need no credential.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A managed identity: code on a machine asks the machine's metadata service for tokens
/// (learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagedIdentity {
    /// Its client id: `client_id` of a request, `appid` of its tokens.
    pub client_id: String,
    /// The object id of its service principal: `object_id` of a request, `oid` of its tokens.
    pub object_id: String,
    /// Its display name.
    #[serde(default)]
    pub name: String,
    /// Whether it is the machine's own or one of those that were assigned to it.
    #[serde(default)]
    pub assigned: Assigned,
    /// Its Azure resource id: `msi_res_id` of a request, `xms_mirid` of its tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Application permissions it holds (`roles` of its tokens).
    #[serde(default)]
    pub roles: Vec<String>,
}

/// To whom a managed identity belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assigned {
    /// The machine's own: answers a request that names none. There is at most one in a tenant.
    #[default]
    System,
    /// One that a request names.
    User,
}
