//! What an org has bought of Okta's rate limits, and how they are enforced.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::{is_default, yes};

/// The rate limits of an org (developer.okta.com/docs/reference/rate-limits).
///
/// Without a `plan` it has the buckets of an Enterprise org and nothing else: no limit on requests in progress, none for each
/// client and none for each user. With one, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrgLimits {
    /// What it has bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// By how much each bucket is larger than the plan has it (5 and 10 by workforce licences, 5 to 1000 by DynamicScale).
    #[serde(skip_serializing_if = "is_one")]
    #[schemars(range(min = 1, max = 1000))]
    pub multiplier: u32,
    /// Whether requests to sign in may be up to five times what a bucket holds.
    #[serde(skip_serializing_if = "is_default")]
    pub burst: bool,
    /// What happens to a client that asks `/authorize` too often; as the plan has it without it: enforced with a plan, disabled
    /// without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clients: Option<ClientLimitMode>,
    /// At which share of a bucket, in percent, the org is warned: an event in its log. 60 without it; 90 in a Workforce org.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 30, max = 90))]
    pub warning_threshold: Option<u32>,
    /// Whether administrators are told of warnings and violations; it is shown and changes nothing.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub notifications: bool,
}

impl OrgLimits {
    /// What happens to a client that asks `/authorize` too often.
    #[must_use]
    pub fn client_mode(&self) -> ClientLimitMode {
        self.clients.unwrap_or(match self.plan {
            Some(_) => ClientLimitMode::Enforce,
            None => ClientLimitMode::Disable,
        })
    }

    /// The share of a bucket, in percent, at which the org is warned.
    #[must_use]
    pub fn warns_at(&self) -> u32 {
        let usual = match self.plan {
            Some(Plan::Workforce) => 90,
            _ => 60,
        };
        self.warning_threshold.unwrap_or(usual)
    }
}

impl Default for OrgLimits {
    fn default() -> Self {
        Self {
            plan: None,
            multiplier: 1,
            burst: false,
            clients: None,
            warning_threshold: None,
            notifications: yes(),
        }
    }
}

/// What an org has bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Integrator Free.
    Integrator,
    /// One App.
    OneApp,
    /// Enterprise.
    Enterprise,
    /// Workforce Identity Cloud.
    Workforce,
}

/// What happens to a client that asks too often (developer.okta.com/docs/reference/rl-clientbased).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientLimitMode {
    /// It is refused.
    Enforce,
    /// The org's log says that it would be refused.
    Preview,
    /// Nothing.
    Disable,
}

/// What an API token or an application may use of each of the org's limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrincipalShare {
    /// The id of the API token, or of the application.
    pub principal: String,
    /// What it is.
    pub kind: PrincipalKind,
    /// Its share of each bucket, in percent.
    #[serde(default = "half")]
    #[schemars(range(min = 0, max = 100))]
    pub percentage: u32,
    /// Its share of the requests in progress, in percent.
    #[serde(default = "half")]
    #[schemars(range(min = 0, max = 100))]
    pub concurrency_percentage: u32,
}

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// An API token.
    SswsToken,
    /// An application.
    OauthClient,
}

fn half() -> u32 {
    50
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_one(number: &u32) -> bool {
    *number == 1
}
