//! What Okta alone knows of an application.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::api_token::TokenNetwork;
use super::application::{Application, Platform};
use super::defaults::is_default;

/// Settings of an app integration that no other vendor has (developer.okta.com/docs/api/openapi/okta-management, `settings.oauthClient`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OktaClient {
    /// What kind of application it is. Without it a single-page application is `browser`, a public one `native`, and of the others
    /// one that has redirect URIs `web` and one without `service`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<ApplicationType>,
    /// The one way in which it authenticates (`token_endpoint_auth_method`); without it any that it has the credential for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<ClientAuthMethod>,
    /// Whether it needs a code challenge though it is a confidential client (`pkce_required`).
    #[serde(skip_serializing_if = "is_default")]
    pub pkce_required: bool,
    /// Whether its tokens are bound to a key of its own (`dpop_bound_access_tokens`, RFC 9449).
    #[serde(skip_serializing_if = "is_default")]
    pub dpop_bound: bool,
    /// Where users may be sent to after signing out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it keeps its public keys itself. Nothing is fetched from there: what would be found is what stands under `jwks`, and
    /// where nothing does, the address does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// From where its requests may come.
    #[serde(skip_serializing_if = "is_default")]
    pub network: TokenNetwork,
    /// Whether its sign-on policy lets nobody in by a password alone, so that the password grant is refused.
    #[serde(skip_serializing_if = "is_default")]
    pub passwords_denied: bool,
}

/// A kind of Okta application (`application_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// A server with users.
    Web,
    /// A device or a desktop.
    Native,
    /// A page in a browser.
    Browser,
    /// A machine, without users.
    Service,
}

/// A way to authenticate (`token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// Id and secret in the `Authorization` header.
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
    /// An assertion signed with the secret.
    ClientSecretJwt,
    /// An assertion signed with a private key.
    PrivateKeyJwt,
}

impl Application {
    /// What kind of application it is at Okta.
    #[must_use]
    pub fn application_type(&self) -> ApplicationType {
        let usual = match self.platform {
            Platform::Spa => ApplicationType::Browser,
            Platform::Public => ApplicationType::Native,
            Platform::Web if self.redirect_uris.is_empty() => ApplicationType::Service,
            Platform::Web => ApplicationType::Web,
        };
        self.okta.application_type.unwrap_or(usual)
    }
}
