//! Trust in tokens of another issuer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client_key::KeySet;

/// A federated identity credential: an application signs in with a token of another issuer
/// (learn.microsoft.com/entra/workload-id/workload-identity-federation).
///
/// Issuer, subject and audience are compared exactly, case included.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FederatedCredential {
    /// Its name, unique in the application; it is removed by it.
    pub name: String,
    /// `iss` of the tokens it trusts.
    pub issuer: String,
    /// `sub` of the tokens it trusts.
    pub subject: String,
    /// `aud` of the tokens it trusts, any of which will do.
    #[serde(default = "usual_audiences")]
    pub audiences: Vec<String>,
    /// The keys that the issuer signs with. Without them, those of the mock itself: tokens that it mints count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<KeySet>,
}

/// What Entra asks for.
fn usual_audiences() -> Vec<String> {
    vec!["api://AzureADTokenExchange".to_owned()]
}
