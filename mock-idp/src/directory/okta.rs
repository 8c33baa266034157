//! What an Okta world knows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::api_token::{ApiToken, OutsideZone};
use super::application::{Application, GrantType};
use super::assignment::Assignment;
use super::defaults::{is_default, yes};
use super::group::Group;
use super::network_zone::NetworkZone;
use super::org_limits::{OrgLimits, PrincipalShare};
use super::policy::AccessPolicy;
use super::signing::SigningKeyEntry;
use super::uncertain::Uncertain;
use super::user::User;
use crate::fault::Rule;
use crate::limits::LimitRule;

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
    /// Sets of addresses that API tokens may be bound to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub network_zones: Vec<NetworkZone>,
    /// What an API token from outside its zones is refused with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outside_zone: OutsideZone,
    /// Whether a service application that is registered while the world runs is a super administrator at once ("Assign the Super
    /// Admin role to public client apps"). Without it, it may do nothing until it is given a role.
    #[serde(default, skip_serializing_if = "is_default")]
    pub client_privileges: bool,
    /// What it has bought of the vendor's rate limits, and how they are enforced.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rate_limits: OrgLimits,
    /// What API tokens and applications may use of each limit, where it is not half.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub principal_shares: Vec<PrincipalShare>,
    /// Its groups.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Who is assigned to those of its applications that ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<Assignment>,
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

    /// Whether a user may sign in to an application.
    pub(crate) fn lets_in(&self, user: &User, application: &Application) -> bool {
        let mut assigned = self.assignments.iter();
        !application.assignment_required || assigned.any(|one| one.lets_in(user, &application.id))
    }

    /// The group that all users are in. It stands in no file.
    pub(crate) fn everyone(&self) -> Group {
        let rest: String = self.org_id.chars().skip(3).collect();
        let mut everyone = Group::new(format!("00g{rest:0<17}"), "Everyone");
        everyone.description = Some("All users in your organization".to_owned());
        everyone
    }

    /// Drops assignments of whom or what is gone.
    pub(crate) fn drop_dangling(&mut self) {
        let (users, groups) = (&self.users, &self.groups);
        let applications = &self.applications;
        self.assignments.retain(|one| {
            let of = |id: &str| one.principal.eq_ignore_ascii_case(id);
            (users.iter().any(|known| of(&known.id)) || groups.iter().any(|known| of(&known.id)))
                && applications
                    .iter()
                    .any(|known| one.to.eq_ignore_ascii_case(&known.id))
        });
    }
}

/// A custom authorization server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationServer {
    /// `default` or `aus…`.
    pub id: String,
    /// Whether it is active; nothing can be had from one that is not.
    #[serde(default = "yes")]
    pub enabled: bool,
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
