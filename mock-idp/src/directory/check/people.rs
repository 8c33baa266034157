//! Users and groups.

use super::super::path::Path;
use super::super::{Group, User};
use super::Findings;

/// The users and groups of a tenant or org.
pub(super) fn check(part: &Path, users: &[User], groups: &[Group], findings: &mut Findings<'_>) {
    let (at_users, at_groups) = (part.key("users"), part.key("groups"));
    let each = |name: fn(&User) -> &String, key: &'static str| {
        let named = users.iter().enumerate();
        named.map(move |(place, user)| (place, key, name(user)))
    };
    for (what, names) in [
        ("the user id", each(|user| &user.id, "id")),
        ("the login", each(|user| &user.login, "login")),
    ] {
        findings.unique(
            what,
            names.map(|(place, key, name)| (at_users.item(place).key(key), name.as_str())),
        );
    }
    findings.unique(
        "the group id",
        groups
            .iter()
            .enumerate()
            .map(|(place, group)| (at_groups.item(place).key("id"), group.id.as_str())),
    );
    for (place, user) in users.iter().enumerate() {
        for (n, group) in user.groups.iter().enumerate() {
            let known = groups.iter().map(|group| group.id.as_str());
            findings.refers(
                at_users.item(place).key("groups").item(n),
                "group",
                group,
                known,
            );
        }
    }
}
