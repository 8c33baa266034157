//! Conditional Access: who is refused although the credential is right.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A policy of an Entra tenant (learn.microsoft.com/entra/identity/conditional-access/overview).
///
/// It is met whenever a user signs in or tokens are asked for a user, by whatever grant, and, by block alone, with the app-only
/// requests of the [workloads](Self::workloads) it names. A refresh of a sign-in with a second factor is not asked for one again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionalAccess {
    /// Its id, a GUID, unique in its tenant. The `claims` of a refusal name it.
    pub id: String,
    /// What it asks for or forbids.
    pub control: AccessControl,
    /// The logins of the users it is for; every user without it, unless it names workloads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// The client ids whose app-only requests it is for; none without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<String>,
    /// The identifiers of the APIs it is for; every one without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

/// What a policy asks for, or why it forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessControl {
    /// Nobody gets a token (AADSTS53003).
    Block,
    /// A second factor (AADSTS50076).
    SecondFactor,
    /// A second factor that has yet to be registered (AADSTS50079).
    SecondFactorRegistration,
    /// The same, as it is said while signing in (AADSTS50072).
    SecondFactorSetup,
    /// A second factor that was shown lately (AADSTS50078).
    RecentSecondFactor,
    /// What another provider asks for (AADSTS50158).
    ExternalChallenge,
    /// A compliant device (AADSTS53000).
    CompliantDevice,
    /// A device that is joined to a domain (AADSTS53001).
    JoinedDevice,
    /// An approved application (AADSTS53002).
    ApprovedApplication,
    /// A sign-in within the last hour: older refresh tokens are refused (AADSTS70043).
    RecentSignIn,
    /// The tenant's security policy forbids it (AADSTS530032).
    SecurityPolicy,
    /// A delegated administrator at risk (AADSTS530034).
    DelegatedAdministrator,
    /// Security defaults forbid it (AADSTS530035).
    SecurityDefaults,
    /// The user's tenant lets nobody out (AADSTS500212).
    OutboundTenant,
    /// The API's tenant lets nobody in (AADSTS500213).
    InboundTenant,
}

impl ConditionalAccess {
    /// Whether it is for this user's requests to this API.
    pub(crate) fn is_for_user(&self, login: &str, resource: &str) -> bool {
        let is_meant = match self.users.is_empty() {
            true => self.workloads.is_empty(),
            false => is_among(&self.users, login),
        };
        is_meant && self.is_for_resource(resource)
    }

    /// Whether it is for this application's own requests to this API.
    pub(crate) fn is_for_workload(&self, client: &str, resource: &str) -> bool {
        is_among(&self.workloads, client) && self.is_for_resource(resource)
    }

    fn is_for_resource(&self, resource: &str) -> bool {
        self.resources.is_empty() || is_among(&self.resources, resource)
    }
}

fn is_among(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}
