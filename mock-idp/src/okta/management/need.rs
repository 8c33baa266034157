//! What a call takes: scopes of an access token, the role of whoever it speaks for.

use http::Method;

use crate::directory::AdminRole;

/// What a call takes.
pub(super) struct Need<'p> {
    path: &'p [String],
    /// What the scopes for it are called after.
    area: &'p str,
    writes: bool,
}

impl<'p> Need<'p> {
    /// What a method takes at a path.
    pub(super) fn of(method: &Method, path: &'p [String]) -> Self {
        let part = |place: usize| path.get(place).map_or("", String::as_str);
        let area = match (part(0), part(2), part(4)) {
            ("api", "users", "roles") | ("oauth2", "clients", "roles") => "roles",
            ("api", "apps", "grants") => "appGrants",
            ("api", "api-tokens", _) => "apiTokens",
            ("api", "principal-rate-limits", _) => "principalRateLimits",
            ("api", "rate-limit-settings", _) => "rateLimits",
            ("api", "org", _) => "orgs",
            (_, area, _) => area,
        };
        Self {
            path,
            area,
            writes: !matches!(*method, Method::GET | Method::HEAD),
        }
    }

    /// The scope that a refusal asks for.
    pub(super) fn scope(&self) -> String {
        let right = if self.writes { "manage" } else { "read" };
        format!("okta.{}.{right}", self.area)
    }

    /// Whether a scope is enough: managing implies reading (assumed).
    pub(super) fn is_met_by(&self, scope: &str) -> bool {
        let right = scope
            .strip_prefix("okta.")
            .and_then(|rest| rest.strip_prefix(self.area))
            .unwrap_or_default();
        match right {
            ".manage" => true,
            ".read" => !self.writes,
            ".read.self" => self.is_self(),
            _ => false,
        }
    }

    /// Whether a role is enough. What each may do is coarser here than at Okta.
    pub(super) fn is_met_by_role(&self, role: AdminRole) -> bool {
        let is_of = |areas: &[&str]| areas.contains(&self.area);
        let reads = !self.writes;
        self.is_self()
            || match role {
                AdminRole::SuperAdmin => true,
                AdminRole::OrgAdmin => reads || !is_of(&["apps", "appGrants", "clients", "roles"]),
                AdminRole::AppAdmin => reads || is_of(&["apps", "appGrants", "clients"]),
                AdminRole::UserAdmin => is_of(&["users", "groups"]),
                AdminRole::GroupMembershipAdmin => {
                    is_of(&["users", "groups"]) && reads
                        || is_of(&["groups"]) && self.names(4, &["users"])
                }
                AdminRole::HelpDeskAdmin => {
                    is_of(&["users", "groups"]) && reads
                        || is_of(&["users"])
                            && self.names(
                                5,
                                &[
                                    "unlock",
                                    "reset_password",
                                    "expire_password",
                                    "reset_factors",
                                ],
                            )
                }
                AdminRole::ReadOnlyAdmin => reads,
                AdminRole::None => false,
            }
    }

    /// Whether somebody looks at their own account.
    fn is_self(&self) -> bool {
        self.area == "users" && !self.writes && self.path.len() == 4 && self.names(3, &["me"])
    }

    fn names(&self, place: usize, names: &[&str]) -> bool {
        let part = self.path.get(place);
        part.is_some_and(|part| names.contains(&part.as_str()))
    }
}
