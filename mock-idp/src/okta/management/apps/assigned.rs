//! Whom an application is assigned to: `/apps/{id}/users` and `/apps/{id}/groups`
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationUsers, `tag/ApplicationGroups`).
//!
//! An application that asks for no assignment is one that everyone is assigned to, by the group that all are in.

use http::Method;
use serde_json::{Value, json};

use super::super::CREATED;
use super::super::call::{Call, done, instant, ok};
use super::super::fields::Fields;
use super::super::groups::find as find_group;
use super::super::paging::{Kind, list};
use super::super::refusal::Refused;
use super::super::users::find as find_user;
use super::{find, find_mut, shape};
use crate::directory::{Application, Assignment, Group, User};
use crate::reply::Reply;

const ASSIGNED: Kind = Kind {
    usual: 50,
    most: 500,
    q: &["credentials.userName"],
};
/// How many assignments an org has at most here.
const MOST: usize = 4_000;

/// What lies below `/apps/{id}/users`.
pub(super) fn users(call: &Call<'_>, id: &str, below: &[&str]) -> Result<Reply, Refused> {
    let application = find(call, id)?;
    let let_in = |user: &&User| call.okta().lets_in(user, application);
    match (below, call.method()) {
        ([], &Method::GET) => {
            let users = call.okta().users.iter().filter(let_in);
            let shown = users.map(|user| {
                let since = since(call, application, &user.id);
                shown_user(call, application, user, since)
            });
            list(call, &ASSIGNED, shown.collect())
        }
        ([], &Method::POST) => {
            let mut fields = Fields::of(call)?;
            let user = find_user(call, &fields.required("id")?)?;
            let since = assign(call, id, &user.id)?;
            let reply = ok(shown_user(call, application, user, Some(since)))?;
            Ok(reply.with_change(format!("user {} is assigned to {id}", user.id)))
        }
        ([user], &Method::GET) => {
            let user = find_user(call, user)?;
            let user = Some(user).filter(let_in);
            let user = user.ok_or_else(|| call.not_found(below[0], "AppUser"))?;
            let since = since(call, application, &user.id);
            ok(shown_user(call, application, user, since))
        }
        ([user], &Method::DELETE) => {
            let user = find_user(call, user)?;
            withdraw(call, id, &user.id, "AppUser")?;
            done(format!("user {} is no longer assigned to {id}", user.id))
        }
        ([] | [_], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

/// What lies below `/apps/{id}/groups`.
pub(super) fn groups(call: &Call<'_>, id: &str, below: &[&str]) -> Result<Reply, Refused> {
    let application = find(call, id)?;
    let everyone = call.okta().everyone();
    let is_assigned = |group: &&Group| is_assigned(call, application, &group.id);
    match (below, call.method()) {
        ([], &Method::GET) => {
            let groups = call.okta().groups.iter().chain([&everyone]);
            let groups = groups.filter(is_assigned);
            let shown = groups.map(|group| {
                let since = since(call, application, &group.id);
                shown_group(call, application, group, since)
            });
            list(call, &ASSIGNED, shown.collect())
        }
        ([group], &Method::GET) => {
            let group = find_group(call, group)?;
            let group = Some(&group).filter(is_assigned);
            let group =
                group.ok_or_else(|| call.not_found(below[0], "ApplicationGroupAssignment"))?;
            let since = since(call, application, &group.id);
            ok(shown_group(call, application, group, since))
        }
        ([group], &Method::PUT) => {
            let group = find_group(call, group)?;
            let since = match group.id == everyone.id {
                true => for_everyone(call, id, true)?,
                false => assign(call, id, &group.id)?,
            };
            let reply = ok(shown_group(call, application, &group, Some(since)))?;
            Ok(reply.with_change(format!("group {} is assigned to {id}", group.id)))
        }
        ([group], &Method::DELETE) => {
            let group = find_group(call, group)?;
            let kind = "ApplicationGroupAssignment";
            match group.id == everyone.id {
                true if application.assignment_required => {
                    return Err(call.not_found(&group.id, kind));
                }
                true => {
                    for_everyone(call, id, false)?;
                }
                false => withdraw(call, id, &group.id, kind)?,
            }
            done(format!("group {} is no longer assigned to {id}", group.id))
        }
        ([] | [_], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

/// The applications that a group is assigned to.
pub(in super::super) fn of_group(call: &Call<'_>, group: &Group) -> Result<Reply, Refused> {
    let applications = call.okta().applications.iter();
    let applications = applications.filter(|known| is_assigned(call, known, &group.id));
    let shown = applications.map(|application| shape::shown(call, application));
    list(call, &super::APPS, shown.collect())
}

fn is_assigned(call: &Call<'_>, application: &Application, group: &str) -> bool {
    match group == call.okta().everyone().id {
        true => !application.assignment_required,
        false => {
            let mut assigned = call.okta().assignments.iter();
            assigned.any(|one| one.is_of(group, &application.id))
        }
    }
}

/// Assigns somebody, once, and says since when.
fn assign(call: &Call<'_>, id: &str, principal: &str) -> Result<String, Refused> {
    call.change(|okta| {
        let mut known = okta.assignments.iter();
        if let Some(known) = known.find(|one| one.is_of(principal, id)) {
            return Ok(made(known));
        }
        if okta.assignments.len() >= MOST {
            return Err(call.refuse("E0000093", &[]));
        }
        let assignment = Assignment {
            principal: principal.to_owned(),
            to: id.to_owned(),
            role: None,
            created: Some(call.now()),
        };
        let since = made(&assignment);
        okta.assignments.push(assignment);
        Ok(since)
    })
}

fn withdraw(call: &Call<'_>, id: &str, principal: &str, kind: &str) -> Result<(), Refused> {
    call.change(|okta| {
        let before = okta.assignments.len();
        okta.assignments.retain(|one| !one.is_of(principal, id));
        match okta.assignments.len() < before {
            true => Ok(()),
            false => Err(call.not_found(principal, kind)),
        }
    })
}

fn for_everyone(call: &Call<'_>, id: &str, is_for_everyone: bool) -> Result<String, Refused> {
    call.change(|okta| {
        find_mut(call, okta, id)?.assignment_required = !is_for_everyone;
        Ok(instant(call.now()))
    })
}

/// Since when a principal is assigned itself, if it is.
fn since(call: &Call<'_>, application: &Application, principal: &str) -> Option<String> {
    let mut assigned = call.okta().assignments.iter();
    let found = assigned.find(|one| one.is_of(principal, &application.id));
    found.map(made)
}

fn made(assignment: &Assignment) -> String {
    assignment
        .created
        .map_or_else(|| CREATED.to_owned(), instant)
}

/// A user who is assigned, by a group unless it is said since when.
fn shown_user(
    call: &Call<'_>,
    application: &Application,
    user: &User,
    since: Option<String>,
) -> Value {
    let scope = if since.is_some() { "USER" } else { "GROUP" };
    let since = since.unwrap_or_else(|| CREATED.to_owned());
    let id = &application.id;
    json!({
        "id": user.id, "externalId": null, "created": since, "lastUpdated": since, "scope": scope, "status": "ACTIVE",
        "statusChanged": since, "syncState": "DISABLED", "credentials": { "userName": user.login }, "profile": {},
        "_links": {
            "app": { "href": call.link(&format!("/api/v1/apps/{id}")) },
            "user": { "href": call.link(&format!("/api/v1/users/{}", user.id)) },
        },
    })
}

fn shown_group(
    call: &Call<'_>,
    application: &Application,
    group: &Group,
    since: Option<String>,
) -> Value {
    let since = since.unwrap_or_else(|| CREATED.to_owned());
    let id = &application.id;
    let own = call.link(&format!("/api/v1/apps/{id}/groups/{}", group.id));
    json!({
        "id": group.id, "lastUpdated": since, "priority": 0, "profile": {},
        "_links": {
            "app": { "href": call.link(&format!("/api/v1/apps/{id}")) },
            "self": { "href": own },
            "group": { "href": call.link(&format!("/api/v1/groups/{}", group.id)) },
        },
    })
}
