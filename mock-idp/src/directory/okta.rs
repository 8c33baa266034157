//! What an Okta world knows.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::application::{Application, GrantType};
use super::defaults::is_default;
use super::group::Group;
use super::instant::{Instant, optional};
use super::policy::AccessPolicy;
use super::signing::SigningKeyEntry;
use super::uncertain::Uncertain;
use super::user::User;
use crate::fault::Rule;
use crate::limits::LimitRule;
use crate::secret::Secret;

/// One org and what is in it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
    /// Its groups.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// The login of the user as whom every sign-in is approved at once, without a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_sign_in: Option<String>,
    /// What is not certain of Okta, and may be chosen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub uncertain: Uncertain,
    /// The keys that sign; the built-in ones without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<SigningKeyEntry>,
    /// Rate limits and limits on requests in progress, in place of the vendor's own or on top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitRule>,
    /// What goes wrong from the start: fault rules, as the control API takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Rule>,
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
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
    /// Its access policies. The first that fits a request counts; without any, everybody may do everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AccessPolicy>,
}

impl AuthorizationServer {
    /// The policy for a request; none where none fits, or where there are none.
    #[must_use]
    pub fn policy(
        &self,
        client: &str,
        grant: GrantType,
        scopes: &[String],
    ) -> Option<&AccessPolicy> {
        self.policies
            .iter()
            .find(|policy| policy.fits(client, grant, scopes))
    }
}

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
    /// The login of the administrator who made it; it dies with that account.
    pub user: String,
    /// When it was made.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub created: Option<Timestamp>,
    /// Until when it works; for ever without it.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub expires: Option<Timestamp>,
}
