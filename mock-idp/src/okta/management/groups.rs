//! `/groups` (developer.okta.com/docs/api/openapi/okta-management/management/tag/Group).

use http::Method;
use serde_json::{Value, json};

use super::call::{Call, done, instant, ok};
use super::fields::Fields;
use super::paging::{Kind, list};
use super::refusal::Refused;
use super::users::{find as find_user, find_mut as find_user_mut};
use super::{CREATED, apps, profile};
use crate::directory::{AccountStage, Group, OktaDirectory, User};
use crate::reply::Reply;

const GROUPS: Kind = Kind {
    usual: 10_000,
    most: 10_000,
    q: &["profile.name"],
};
const MEMBERS: Kind = Kind {
    usual: 1_000,
    most: 1_000,
    q: &[],
};

/// What lies below `/groups`.
pub(super) fn answer(call: &Call<'_>, below: &[&str]) -> Result<Reply, Refused> {
    match (below, call.method()) {
        ([], &Method::GET) => {
            let everyone = call.okta().everyone();
            let groups = call.okta().groups.iter().chain([&everyone]);
            list(
                call,
                &GROUPS,
                groups.map(|group| shown(call, group)).collect(),
            )
        }
        ([], &Method::POST) => create(call),
        ([id], &Method::GET) => ok(shown(call, &find(call, id)?)),
        ([id], &Method::PUT) => update(call, id),
        ([id], &Method::DELETE) => delete(call, id),
        ([id, "users"], &Method::GET) => {
            let group = find(call, id)?;
            let users = call.okta().users.iter();
            let members = users.filter(|user| is_in(call, user, &group));
            let shown = members.map(|user| profile::shown(call, user));
            list(call, &MEMBERS, shown.collect())
        }
        ([id, "users", user], &Method::PUT) => member(call, id, user, true),
        ([id, "users", user], &Method::DELETE) => member(call, id, user, false),
        ([id, "apps"], &Method::GET) => apps::of_group(call, &find(call, id)?),
        ([] | [_] | [_, "users" | "apps"] | [_, "users", _], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

/// The groups that a user is in.
pub(super) fn of_user(call: &Call<'_>, user: &User) -> Result<Reply, Refused> {
    let everyone = call.okta().everyone();
    let groups = call.okta().groups.iter().chain([&everyone]);
    let his = groups.filter(|group| is_in(call, user, group));
    let shown = his.map(|group| shown(call, group));
    list(call, &MEMBERS, shown.collect())
}

/// Somebody comes to a group or leaves it; 404 if there is no such group.
pub(super) fn enter(call: &Call<'_>, okta: &mut OktaDirectory, id: &str) -> Result<(), Refused> {
    let group = find_mut(call, okta, id)?;
    group.membership_updated = Some(call.now());
    Ok(())
}

/// A group by its id, be it the one that all are in.
pub(super) fn find(call: &Call<'_>, id: &str) -> Result<Group, Refused> {
    let mut groups = call.okta().groups.iter();
    let found = groups.find(|group| group.id == id).cloned();
    let everyone = || Some(call.okta().everyone()).filter(|group| group.id == id);
    found
        .or_else(everyone)
        .ok_or_else(|| call.not_found(id, "UserGroup"))
}

/// Whether a user is in a group. Whoever is deactivated is in none.
fn is_in(call: &Call<'_>, user: &User, group: &Group) -> bool {
    let is_gone = user.account.stage == Some(AccountStage::Deprovisioned);
    user.groups.contains(&group.id) || (is_built_in(call, &group.id) && !is_gone)
}

fn is_built_in(call: &Call<'_>, id: &str) -> bool {
    call.okta().everyone().id == id
}

fn find_mut<'o>(
    call: &Call<'_>,
    okta: &'o mut OktaDirectory,
    id: &str,
) -> Result<&'o mut Group, Refused> {
    // Nobody changes it, nor who is in it.
    if is_built_in(call, id) {
        return Err(call.refuse("E0000060", &[]));
    }
    let found = okta.groups.iter_mut().find(|group| group.id == id);
    found.ok_or_else(|| call.not_found(id, "UserGroup"))
}

fn create(call: &Call<'_>) -> Result<Reply, Refused> {
    let mut group = Group::new(call.new_id("00g"), "");
    write(call, &mut group)?;
    group.created = group.updated;
    group.membership_updated = group.updated;
    let made = group.clone();
    call.change(|okta| {
        call.room(okta.groups.len())?;
        unique(call, okta, &group)?;
        okta.groups.push(group);
        Ok(())
    })?;
    let reply = ok(shown(call, &made))?;
    Ok(reply.with_change(format!("group {} was made", made.id)))
}

fn update(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let group = call.change(|okta| {
        let mut group = find_mut(call, okta, id)?.clone();
        write(call, &mut group)?;
        unique(call, okta, &group)?;
        *find_mut(call, okta, id)? = group.clone();
        Ok(group)
    })?;
    let reply = ok(shown(call, &group))?;
    Ok(reply.with_change(format!("group {} was changed", group.id)))
}

/// Takes over what a body says.
fn write(call: &Call<'_>, group: &mut Group) -> Result<(), Refused> {
    let mut fields = Fields::of(call)?;
    let Some(mut profile) = fields.inner("profile")? else {
        return Err(call.invalid("profile", "The field cannot be left blank"));
    };
    let name = profile.required("name")?;
    if name.chars().count() > 255 {
        return Err(call.invalid("name", "String cannot be longer than 255 characters"));
    }
    group.name = name;
    group.description = profile.text("description")?;
    group.updated = Some(call.now());
    Ok(())
}

fn unique(call: &Call<'_>, okta: &OktaDirectory, group: &Group) -> Result<(), Refused> {
    let mut others = okta.groups.iter();
    match others.any(|other| other.id != group.id && other.name == group.name) {
        true => Err(call.invalid(
            "name",
            "An object with this field already exists in the current organization",
        )),
        false => Ok(()),
    }
}

fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    call.change(|okta| {
        find_mut(call, okta, id)?;
        okta.groups.retain(|group| group.id != id);
        for user in &mut okta.users {
            user.groups.retain(|group| group != id);
        }
        okta.drop_dangling();
        Ok(())
    })?;
    done(format!("group {id} was deleted"))
}

/// 204, whether or not the user was in the group.
fn member(call: &Call<'_>, id: &str, user: &str, comes: bool) -> Result<Reply, Refused> {
    find(call, id)?;
    let user = &find_user(call, user)?.id;
    call.change(|okta| {
        enter(call, okta, id)?;
        let user = find_user_mut(call, okta, user)?;
        user.groups.retain(|group| group != id);
        if comes {
            user.groups.push(id.to_owned());
        }
        Ok(())
    })?;
    let came = if comes { "is in" } else { "has left" };
    done(format!("user {user} {came} group {id}"))
}

/// A group in Okta's words, without the logos among its links.
fn shown(call: &Call<'_>, group: &Group) -> Value {
    let base = call.link(&format!("/api/v1/groups/{}", group.id));
    let at = |at: Option<jiff::Timestamp>| at.map_or_else(|| CREATED.to_owned(), instant);
    json!({
        "id": group.id, "created": at(group.created), "lastUpdated": at(group.updated.or(group.created)),
        "lastMembershipUpdated": at(group.membership_updated.or(group.created)),
        "objectClass": ["okta:user_group"], "type": if is_built_in(call, &group.id) { "BUILT_IN" } else { "OKTA_GROUP" },
        "profile": { "name": group.name, "description": group.description },
        "_links": { "users": { "href": format!("{base}/users") }, "apps": { "href": format!("{base}/apps") } },
    })
}
