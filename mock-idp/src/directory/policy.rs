//! Access policies of Okta's custom authorization servers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::application::GrantType;
use super::lifetimes::Lifetimes;

/// A rule of an access policy (developer.okta.com/docs/concepts/policies): the first that fits a request lays down its
/// lifetimes. Where a server has rules and none fits, the request is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessPolicy {
    /// Its name.
    pub name: String,
    /// The client ids it is for; every one without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
    /// The grants it is for; every one without it. A refresh fits any of them: it
    /// goes on with what another grant began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<GrantType>,
    /// The scopes that may be asked for under it; every one without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Scopes that it refuses although it is for the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied_scopes: Vec<String>,
    /// How long tokens live under it.
    #[serde(default)]
    pub lifetimes: Lifetimes,
}

impl AccessPolicy {
    /// Whether it is for this request.
    #[must_use]
    pub fn fits(&self, client: &str, grant: GrantType, scopes: &[String]) -> bool {
        let open = self.clients.is_empty() || self.clients.iter().any(|known| known == client);
        let may = self.grants.is_empty()
            || self.grants.contains(&grant)
            || grant == GrantType::RefreshToken;
        open && may
            && (self.scopes.is_empty() || scopes.iter().all(|scope| self.scopes.contains(scope)))
    }
}
