//! Administrator roles: `/users/{id}/roles` and `/oauth2/v1/clients/{id}/roles`
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentAUser).
//!
//! Somebody has one role here: another takes its place.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::CREATED;
use super::call::{Call, done, ok};
use super::fields::Fields;
use super::refusal::Refused;
use super::users::{find, find_mut};
use crate::directory::AdminRole;
use crate::reply::Reply;

/// The roles of a user.
pub(super) fn of_user(call: &Call<'_>, id: &str, below: &[&str]) -> Result<Reply, Refused> {
    let user = find(call, id)?;
    let set = |role: AdminRole| {
        call.change(|okta| {
            find_mut(call, okta, &user.id)?.role = role;
            Ok(())
        })
    };
    answer(call, &user.id, "USER", user.role, below, set)
}

/// The roles of whoever has this one.
pub(super) fn answer(
    call: &Call<'_>,
    id: &str,
    kind: &str,
    role: AdminRole,
    below: &[&str],
    set: impl FnOnce(AdminRole) -> Result<(), Refused>,
) -> Result<Reply, Refused> {
    let held = (role != AdminRole::None).then(|| shown(role, id, kind));
    match (below, call.method()) {
        ([], &Method::GET) => ok(Value::Array(held.into_iter().collect())),
        ([], &Method::POST) => {
            let wanted = Fields::of(call)?.required("type")?;
            let mut known = AdminRole::ASSIGNABLE.into_iter();
            let role = known.find(|role| role.names().0 == wanted);
            let role = role.ok_or_else(|| call.invalid("type", "Invalid role type"))?;
            set(role)?;
            let reply = Reply::json(StatusCode::CREATED, shown(role, id, kind));
            Ok(reply.with_change(format!("{id} is {}", role.names().0)))
        }
        ([assigned], &Method::DELETE) => {
            if held.is_none_or(|held| held["id"] != *assigned) {
                return Err(call.not_found(assigned, "Role"));
            }
            set(AdminRole::None)?;
            done(format!("{id} has no role"))
        }
        ([], _) | ([_], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

fn shown(role: AdminRole, id: &str, kind: &str) -> Value {
    let (name, label) = role.names();
    let assignment = format!("ra1{}", id.get(3..).unwrap_or(id));
    json!({
        "id": assignment, "label": label, "type": name, "status": "ACTIVE",
        "created": CREATED, "lastUpdated": CREATED, "assignmentType": kind,
    })
}
