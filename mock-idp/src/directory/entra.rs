//! What an Entra world knows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::application::Application;
use super::assignment::Assignment;
use super::cloud::Cloud;
use super::conditional_access::ConditionalAccess;
use super::defaults::{is_default, yes};
use super::device::Device;
use super::group::Group;
use super::managed_identity::ManagedIdentity;
use super::realm::FederatedDomain;
use super::signing::SigningKeyEntry;
use super::user::User;
use crate::fault::Rule;
use crate::limits::LimitRule;

/// Tenants and what is in them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntraDirectory {
    /// The tenants; the first is the one that embedders and examples use.
    pub tenants: Vec<Tenant>,
    /// Which of Microsoft's clouds it is, by the names in its documents and tokens; the public one without it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cloud: Cloud,
    /// The API that a request at a v1.0 endpoint asks for which names no `resource`: Azure AD Graph, by its application id, without
    /// this. It is gone, and so such requests are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v1_resource: Option<String>,
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

impl EntraDirectory {
    /// The tenant with this id or verified domain or alias, compared without case.
    #[must_use]
    pub fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| {
            tenant.id.eq_ignore_ascii_case(name)
                || tenant
                    .domains
                    .iter()
                    .chain(&tenant.aliases)
                    .any(|known| known.eq_ignore_ascii_case(name))
        })
    }
}

/// A tenant.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its GUID.
    pub id: String,
    /// Its display name.
    pub name: String,
    /// Its verified domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Other names that it answers to in a path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Those of its domains whose users sign in elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub federated_domains: Vec<FederatedDomain>,
    /// `tenant_region_scope`, such as `NA`, `EU`, `AS`, `WW` or `USGov`; `EU` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The applications with a service principal in it.
    #[serde(default)]
    pub applications: Vec<Application>,
    /// The APIs that tokens can be had for.
    #[serde(default)]
    pub resources: Vec<ApiResource>,
    /// Its users.
    #[serde(default)]
    pub users: Vec<User>,
    /// When too many wrong passwords close an account for a while.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lockout: Lockout,
    /// The login of the user as whom every sign-in is approved at once, consent included: no page is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_sign_in: Option<String>,
    /// Its groups.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// The identities of machines in it.
    #[serde(default)]
    pub managed_identities: Vec<ManagedIdentity>,
    /// Its Conditional Access policies. The first that is for a request refuses it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional_access: Vec<ConditionalAccess>,
    /// Who is assigned to which of its applications and APIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<Assignment>,
    /// The devices that it knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
}

impl Tenant {
    /// `tenant_region_scope`.
    #[must_use]
    pub fn region(&self) -> &str {
        self.region.as_deref().unwrap_or("EU")
    }

    /// Drops assignments and devices of whom or what is gone.
    pub(crate) fn drop_dangling(&mut self) {
        let principals = |id: &str| {
            let same = |known: &String| known.eq_ignore_ascii_case(id);
            self.users.iter().any(|known| same(&known.id))
                || self.groups.iter().any(|known| same(&known.id))
                || self.applications.iter().any(|known| same(&known.id))
                || self
                    .managed_identities
                    .iter()
                    .any(|known| same(&known.client_id))
        };
        let targets = |id: &str| {
            let same = |known: &String| known.eq_ignore_ascii_case(id);
            self.applications.iter().any(|known| same(&known.id))
                || self.resources.iter().any(|known| same(&known.app_id))
        };
        let mut assignments = std::mem::take(&mut self.assignments);
        assignments.retain(|one| principals(&one.principal) && targets(&one.to));
        self.assignments = assignments;
        let users = &self.users;
        let is_there = |login: &String| users.iter().any(|user| user.login == *login);
        self.devices.retain(|device| is_there(&device.owner));
    }

    /// The device that a user signs in from.
    pub(crate) fn device_of(&self, user: &User) -> Option<&Device> {
        let mut devices = self.devices.iter();
        devices.find(|device| device.owner.eq_ignore_ascii_case(&user.login))
    }

    /// The roles that somebody has of an application or API: those that are consented to whatever the API, and those that one of
    /// the principals is assigned to.
    pub(crate) fn roles<'a>(
        &'a self,
        consented: &'a [String],
        principals: &[&str],
        to: &str,
    ) -> Vec<&'a str> {
        let assigned = self.assignments.iter();
        let is_his = |one: &&Assignment| principals.iter().any(|id| one.is_of(id, to));
        let assigned = assigned.filter(is_his);
        let assigned = assigned.filter_map(|one| one.role.as_deref());
        let mut roles: Vec<&str> = Vec::new();
        for role in consented.iter().map(String::as_str).chain(assigned) {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        roles
    }

    /// The roles that a user is assigned to, himself or by a group.
    pub(crate) fn user_roles(&self, user: &User, to: &str) -> Vec<&str> {
        let groups = user.groups.iter().map(String::as_str);
        let principals: Vec<&str> = std::iter::once(user.id.as_str()).chain(groups).collect();
        self.roles(&[], &principals, to)
    }

    /// Whether a user is assigned to an application or API, himself or by a group.
    pub(crate) fn has_assigned(&self, user: &User, to: &str) -> bool {
        let mut assigned = self.assignments.iter();
        assigned.any(|one| one.lets_in(user, to))
    }

    /// The API with this identifier URI or application id. A trailing slash of the URI is part of the name that was asked for.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&ApiResource> {
        let name = name.strip_suffix('/').unwrap_or(name);
        self.resources.iter().find(|resource| {
            resource.app_id == name || resource.identifier.eq_ignore_ascii_case(name)
        })
    }
}

/// When wrong passwords close an account, and for how long (smart lockout). The vendor documents ten failures and a minute, which
/// grows; by how much is not known: it doubles here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lockout {
    /// How many wrong passwords in a row close it; none do with 0.
    pub failures: u32,
    /// For how many seconds, the first time.
    pub seconds: u32,
}

impl Default for Lockout {
    fn default() -> Self {
        Self {
            failures: 10,
            seconds: 60,
        }
    }
}

/// An API that tokens are issued for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiResource {
    /// Its application id.
    pub app_id: String,
    /// Its identifier URI, such as `https://graph.microsoft.com`.
    pub identifier: String,
    /// The version of the access tokens it takes: 1 or 2 (`api.requestedAccessTokenVersion`).
    #[serde(default = "one")]
    pub token_version: u8,
    /// Whether it is enabled; nobody gets a token for it otherwise.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether an application needs one of its roles for an app-only token (`appRoleAssignmentRequired`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub assignment_required: bool,
    /// Whether it has no service principal in the tenant, and so cannot be had for (a service that nobody has subscribed to).
    #[serde(default, skip_serializing_if = "is_default")]
    pub without_service_principal: bool,
    /// The roles it has for applications, by name. Microsoft Graph has its well-known ones without this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Whether its tokens name the user's groups (`groupMembershipClaims`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub group_claims: bool,
    /// The delegated scopes it has, by name, that users may consent to; any name without this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Those that only an administrator may consent to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub admin_scopes: Vec<String>,
    /// Whether tokens for it live long where their clients take claims challenges (continuous access evaluation); as it is for
    /// Microsoft Graph, and for no other, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuous_access: Option<bool>,
    /// Where it takes only tokens that have satisfied an authentication context. The mock itself asks for that at its Graph.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step_up: Vec<StepUp>,
}

impl ApiResource {
    /// Whether it is Microsoft Graph.
    #[must_use]
    pub fn is_graph(&self) -> bool {
        self.app_id == "00000003-0000-0000-c000-000000000000"
    }

    /// Whether it takes part in continuous access evaluation.
    #[must_use]
    pub fn has_continuous_access(&self) -> bool {
        self.continuous_access.unwrap_or_else(|| self.is_graph())
    }
}

/// A place that asks for more than having signed in (learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// Where: a path, and what lies below it.
    pub path: String,
    /// For which methods; for all without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// The authentication context, `c1` to `c99`: `acrs` of a token that is taken.
    pub context: String,
}

impl StepUp {
    /// Whether it speaks of a request.
    pub(crate) fn is_for(&self, method: &str, path: &str) -> bool {
        let own = self.path.trim_end_matches('/');
        let below = path
            .get(..own.len())
            .filter(|start| start.eq_ignore_ascii_case(own))
            .map(|_| &path[own.len()..]);
        let methods = &self.methods;
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            && (methods.is_empty()
                || methods
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(method)))
    }
}

fn one() -> u8 {
    1
}
