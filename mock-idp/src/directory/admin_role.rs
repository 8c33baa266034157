//! What an administrator may do (Okta).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A standard administrator role of an org (help.okta.com, "Standard administrator roles and permissions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdminRole {
    /// Everything.
    #[default]
    SuperAdmin,
    /// Everything but changing applications and roles.
    OrgAdmin,
    /// Applications; the rest for reading.
    AppAdmin,
    /// Users and groups.
    UserAdmin,
    /// Who is in which group; users and groups for reading.
    GroupMembershipAdmin,
    /// Users' accounts: unlocking them, resetting their passwords.
    HelpDeskAdmin,
    /// Everything, for reading.
    ReadOnlyAdmin,
    /// No administrator.
    None,
}

impl AdminRole {
    /// Those that can be assigned.
    pub(crate) const ASSIGNABLE: [Self; 7] = [
        Self::SuperAdmin,
        Self::OrgAdmin,
        Self::AppAdmin,
        Self::UserAdmin,
        Self::GroupMembershipAdmin,
        Self::HelpDeskAdmin,
        Self::ReadOnlyAdmin,
    ];

    /// The name that the Roles API has for it, and the one that people read.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::SuperAdmin => ("SUPER_ADMIN", "Super Administrator"),
            Self::OrgAdmin => ("ORG_ADMIN", "Organization Administrator"),
            Self::AppAdmin => ("APP_ADMIN", "Application Administrator"),
            Self::UserAdmin => ("USER_ADMIN", "Group Administrator"),
            Self::GroupMembershipAdmin => {
                ("GROUP_MEMBERSHIP_ADMIN", "Group Membership Administrator")
            }
            Self::HelpDeskAdmin => ("HELP_DESK_ADMIN", "Help Desk Administrator"),
            Self::ReadOnlyAdmin => ("READ_ONLY_ADMIN", "Read-Only Administrator"),
            Self::None => ("NONE", "None"),
        }
    }
}
