//! What an Okta world knows.

use serde::Deserialize;

use super::application::Application;
use super::user::User;
use crate::secret::Secret;

/// One org and what is in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OktaDirectory {
    /// The org's id (`00o…`).
    pub org_id: String,
    /// Custom authorization servers; the first is the one that embedders and examples use.
    pub authorization_servers: Vec<AuthorizationServer>,
    /// Its app integrations; each may use every authorization server.
    pub applications: Vec<Application>,
    /// Its users.
    #[serde(default)]
    pub users: Vec<User>,
    /// Tokens for the management API.
    #[serde(default)]
    pub api_tokens: Vec<ApiToken>,
}

impl OktaDirectory {
    /// The custom authorization server with this id.
    #[must_use]
    pub fn authorization_server(&self, id: &str) -> Option<&AuthorizationServer> {
        self.authorization_servers
            .iter()
            .find(|server| server.id == id)
    }
}

/// A custom authorization server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationServer {
    /// `default` or `aus…`.
    pub id: String,
    /// `aud` of its access tokens.
    pub audience: String,
    /// Its custom scopes.
    pub scopes: Vec<String>,
    /// The scopes granted when a request names none.
    #[serde(default)]
    pub default_scopes: Vec<String>,
}

/// An SSWS token for the management API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// Its id (`00T…`).
    pub id: String,
    /// Its name.
    pub name: String,
    /// The token.
    pub value: Secret,
    /// The login of the administrator who made it; it dies with that account.
    pub user: String,
}
