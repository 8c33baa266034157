//! Users and groups: `/me`, `/users`, `/groups`.

use http::{Method, StatusCode};
use serde_json::json;

use super::assignments::{self, End};
use super::call::Call;
use super::list::list;
use super::only;
use super::refusal::Refused;
use super::shape;
use crate::directory::User;
use crate::reply::Reply;

/// The permissions that open a user's own profile (learn.microsoft.com/graph/api/user-get).
const READS_SELF: [&str; 7] = [
    "User.Read",
    "User.ReadWrite",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// Those that open the profiles of others.
const READS_USERS: [&str; 5] = [
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "User.ReadBasic.All",
];

/// Those that open groups (learn.microsoft.com/graph/api/group-list).
const READS_GROUPS: [&str; 5] = [
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// Those that end a user's sign-ins (learn.microsoft.com/graph/api/user-revokesigninsessions).
const REVOKES: [&str; 4] = [
    "User.RevokeSessions.All",
    "User.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Directory.AccessAsUser.All",
];

/// What lies below `/me`.
pub(super) fn me(call: &Call<'_>, rest: &[&str]) -> Result<Reply, Refused> {
    if !call.caller.is_user() {
        return Err(call.refuse(
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        ));
    }
    let own = || {
        let users = &call.caller.tenant.users;
        let user = users.iter().find(|user| user.id == call.caller.object_id());
        user.ok_or_else(|| call.not_found(call.caller.object_id()))
    };
    match (rest, call.method()) {
        ([], &Method::GET) => {
            call.needs(&READS_SELF)?;
            Ok(call.entity("users", shape::user(own()?)))
        }
        ([], _) => Err(only(call, &[Method::GET])),
        (["sendmail"], &Method::POST) => send_mail(call),
        (["revokesigninsessions"], &Method::POST) => {
            if !call.caller.may(&["User.ReadWrite"]) {
                call.needs(&REVOKES)?;
            }
            Ok(revoke_sessions(call, own()?))
        }
        _ => Err(call.no_segment()),
    }
}

/// `/users` and what lies below it.
pub(super) fn users(call: &Call<'_>, rest: &[&str]) -> Result<Reply, Refused> {
    let find = |id: &str| {
        let users = &call.caller.tenant.users;
        let user = users
            .iter()
            .find(|user| user.id.eq_ignore_ascii_case(id) || user.login.eq_ignore_ascii_case(id));
        user.ok_or_else(|| call.not_found(id))
    };
    match (rest, call.method()) {
        ([], &Method::GET) => {
            call.needs(&READS_USERS)?;
            let users = call.caller.tenant.users.iter();
            list(call, "users", users.map(shape::user).collect())
        }
        ([id], &Method::GET) => {
            let is_own = *id == call.caller.object_id().to_ascii_lowercase();
            match is_own && call.caller.is_user() {
                true => call.needs(&READS_SELF)?,
                false => call.needs(&READS_USERS)?,
            }
            Ok(call.entity("users", shape::user(find(id)?)))
        }
        ([] | [_], _) => Err(only(call, &[Method::GET])),
        // Whoever may not send is not told who exists.
        ([id, "sendmail"], &Method::POST) => {
            call.needs(&["Mail.Send"])?;
            find(id)?;
            send_mail(call)
        }
        ([id, "revokesigninsessions"], &Method::POST) => {
            call.needs(&REVOKES)?;
            Ok(revoke_sessions(call, find(id)?))
        }
        ([id, "approleassignments", below @ ..], _) => {
            call.needs(&READS_USERS)?;
            let id = &find(id)?.id;
            assignments::answer(call, "users", id, End::Principal, below)
        }
        _ => {
            call.needs(&READS_USERS)?;
            Err(call.no_segment())
        }
    }
}

/// `/groups` and one of them.
pub(super) fn groups(call: &Call<'_>, rest: &[&str]) -> Result<Reply, Refused> {
    call.needs(&READS_GROUPS)?;
    let groups = call.caller.tenant.groups.iter();
    match (rest, call.method()) {
        ([], &Method::GET) => list(call, "groups", groups.map(shape::group).collect()),
        ([id], &Method::GET) => {
            let mut groups = groups;
            match groups.find(|group| group.id.eq_ignore_ascii_case(id)) {
                Some(found) => Ok(call.entity("groups", shape::group(found))),
                None => Err(call.not_found(id)),
            }
        }
        ([] | [_], _) => Err(only(call, &[Method::GET])),
        ([id, "approleassignments", below @ ..], _) => {
            let mut groups = groups;
            let group = groups.find(|group| group.id.eq_ignore_ascii_case(id));
            let id = &group.ok_or_else(|| call.not_found(id))?.id;
            assignments::answer(call, "groups", id, End::Principal, below)
        }
        _ => Err(call.no_segment()),
    }
}

/// 202 without a body, whatever the message says (learn.microsoft.com/graph/api/user-sendmail).
fn send_mail(call: &Call<'_>) -> Result<Reply, Refused> {
    call.needs(&["Mail.Send"])?;
    Ok(Reply::empty(StatusCode::ACCEPTED))
}

/// Ends every sign-in of a user. Access tokens live on, but for those whose clients take claims challenges.
fn revoke_sessions(call: &Call<'_>, user: &User) -> Reply {
    let world = call.world;
    let tenant = &call.caller.tenant.id;
    let now = world.clock.now();
    world.ledger.revoke_sign_ins_of(tenant, &user.id, now);
    let body = call.with_context("Edm.Boolean", json!({ "value": true }));
    Reply::json(StatusCode::OK, body)
        .with_change(format!("the sign-ins of user {} were revoked", user.id))
}
