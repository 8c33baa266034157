//! Who is assigned to what: users and groups to applications and, at Entra, applications to the roles of APIs.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instant::{Instant, optional};
use super::user::User;

/// An assignment to an application or API of a tenant (learn.microsoft.com/graph/api/resources/approleassignment), or to an
/// application of an org (developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationUsers).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Who is assigned: the id of a user or group, or the client id of an application or managed identity.
    pub principal: String,
    /// To what: the client id of an application, or the application id of an API.
    pub to: String,
    /// The role, by its name; without it, none but to be let in (Entra).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// When it was made; not known without it.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub created: Option<Timestamp>,
}

impl Assignment {
    /// Whether it assigns this principal to this application or API. Ids are compared without case.
    pub(crate) fn is_of(&self, principal: &str, to: &str) -> bool {
        self.principal.eq_ignore_ascii_case(principal) && self.to.eq_ignore_ascii_case(to)
    }

    /// Whether it assigns this user, himself or by a group, to this application or API.
    pub(crate) fn lets_in(&self, user: &User, to: &str) -> bool {
        self.is_of(&user.id, to) || user.groups.iter().any(|group| self.is_of(group, to))
    }
}
