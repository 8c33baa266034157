//! `/users` (developer.okta.com/docs/api/openapi/okta-management/management/tag/User).

use http::Method;
use serde_json::{Map, Value, json};

use super::call::{Call, done, ok};
use super::fields::Fields;
use super::paging::{Kind, list};
use super::refusal::Refused;
use super::{account, groups, only_read, profile};
use crate::directory::{AccountStage, AdminRole, OktaDirectory, User};

use crate::reply::Reply;
use crate::secret::Secret;

pub(super) const USERS: Kind = Kind {
    usual: 200,
    most: 200,
    q: &["profile.firstName", "profile.lastName", "profile.email"],
};
/// The shortest password, as the usual policy has it, and the longest.
const PASSWORD: std::ops::RangeInclusive<usize> = 8..=72;

/// What lies below `/users`.
pub(super) fn answer(call: &Call<'_>, below: &[&str]) -> Result<Reply, Refused> {
    match (below, call.method()) {
        ([], &Method::GET) => {
            // Those who are deactivated are not listed unless they are searched for.
            let is_searched = ["filter", "search"]
                .iter()
                .any(|name| call.inbound.query_parameter(name).is_some());
            let users = call.okta().users.iter();
            let shown = users
                .filter(|user| {
                    is_searched || user.account.stage != Some(AccountStage::Deprovisioned)
                })
                .map(|user| profile::shown(call, user));
            list(call, &USERS, shown.collect())
        }
        ([], &Method::POST) => create(call),
        ([id], &Method::GET) => ok(profile::whole(call, find(call, id)?)),
        ([id], &Method::POST) => update(call, id, false),
        ([id], &Method::PUT) => update(call, id, true),
        ([id], &Method::DELETE) => delete(call, id),
        ([id, "groups"], method) => match *method {
            Method::GET => groups::of_user(call, find(call, id)?),
            _ => Err(call.no_method()),
        },
        ([id, "sessions"], &Method::DELETE) => end_sessions(call, id),
        ([id, "lifecycle", action], &Method::POST) => account::act(call, id, action),
        ([id, "credentials", "change_password"], &Method::POST) => {
            account::change_password(call, id)
        }
        ([_, "appLinks"], _) => {
            only_read(call)?;
            ok(json!([]))
        }
        ([] | [_], _)
        | ([_, "sessions"], _)
        | ([_, "lifecycle", _], _)
        | ([_, "credentials", "change_password"], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

/// A user by id, login, the part of a login before its `@`, or `me`.
pub(super) fn find<'w>(call: &Call<'w>, id: &str) -> Result<&'w User, Refused> {
    let users = &call.okta().users;
    let found = match id {
        "me" => call.caller.user(call.world),
        id => {
            let whole = |user: &&User| user.id == id || user.login.eq_ignore_ascii_case(id);
            let short = |user: &&User| {
                let name = user.login.split('@').next();
                name.is_some_and(|name| name.eq_ignore_ascii_case(id))
            };
            let found = users.iter().find(whole);
            found.or_else(|| users.iter().find(short))
        }
    };
    found.ok_or_else(|| call.not_found(id, "User"))
}

/// The same, to be changed.
pub(super) fn find_mut<'o>(
    call: &Call<'_>,
    okta: &'o mut OktaDirectory,
    id: &str,
) -> Result<&'o mut User, Refused> {
    let id = &find(call, id)?.id;
    let found = okta.users.iter_mut().find(|user| user.id == *id);
    found.ok_or_else(|| call.not_found(id, "User"))
}

fn create(call: &Call<'_>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call)?;
    let given = fields.object("profile")?.unwrap_or_default();
    let mut user = User::new(call.new_id("00u"), "", "");
    profile::write(call, &mut user, given, true)?;
    user.role = AdminRole::None;
    user.groups = fields.texts("groupIds")?.unwrap_or_default();
    credentials(call, &mut user, &mut fields)?;
    let now = Some(call.now());
    let account = &mut user.account;
    (account.created, account.updated, account.status_changed) = (now, now, now);
    if !call.flag("activate", true) {
        (user.enabled, account.stage) = (false, Some(AccountStage::Staged));
    } else if user.password.is_none() {
        (user.enabled, account.stage) = (false, Some(AccountStage::Provisioned));
    } else if call.inbound.query_parameter("nextLogin").as_deref() == Some("changePassword") {
        user.password_expired = true;
    }
    let made = user.clone();
    call.change(|okta| {
        call.room(okta.users.len())?;
        let taken = |known: &User| known.login.eq_ignore_ascii_case(&user.login);
        if okta.users.iter().any(taken) {
            return Err(call.invalid(
                "login",
                "An object with this field already exists in the current organization",
            ));
        }
        for group in &user.groups {
            groups::enter(call, okta, group)?;
        }
        okta.users.push(user);
        Ok(())
    })?;
    let reply = ok(profile::whole(call, &made))?;
    Ok(reply.with_change(format!("user {} was made", made.id)))
}

/// POST changes what it names, PUT says all of the profile.
fn update(call: &Call<'_>, id: &str, whole: bool) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call)?;
    let given = fields.object("profile")?;
    let user = call.change(|okta| {
        let user = find_mut(call, okta, id)?;
        let before = user.login.clone();
        match given {
            Some(given) => profile::write(call, user, given, whole)?,
            None if whole => profile::write(call, user, Map::new(), true)?,
            None => {}
        }
        credentials(call, user, &mut fields)?;
        user.account.updated = Some(call.now());
        let user = user.clone();
        // API tokens name their owner by login.
        for token in &mut okta.api_tokens {
            if token.user == before {
                token.user.clone_from(&user.login);
            }
        }
        Ok(user)
    })?;
    let reply = ok(profile::whole(call, &user))?;
    Ok(reply.with_change(format!("user {} was changed", user.id)))
}

/// A password that a body sets.
fn credentials(call: &Call<'_>, user: &mut User, fields: &mut Fields<'_>) -> Result<(), Refused> {
    let Some(mut credentials) = fields.inner("credentials")? else {
        return Ok(());
    };
    let value = match credentials.take("password") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(members)) => {
            let mut password = Fields::within(call, members);
            match password.text("value")? {
                Some(value) => value,
                None => return Ok(()),
            }
        }
        Some(_) => return Err(call.refuse("E0000003", &[])),
    };
    set_password(call, user, &value)
}

/// Gives a user a password, if it is one that the policy lets pass.
pub(super) fn set_password(call: &Call<'_>, user: &mut User, value: &str) -> Result<(), Refused> {
    if !PASSWORD.contains(&value.chars().count()) {
        return Err(call.invalid(
            "password",
            "Password requirements were not met. Password requirements: at least 8 characters.",
        ));
    }
    call.room_for_a_secret()?;
    user.password = Some(Secret::new(value));
    user.password_expired = false;
    user.account.password_changed = Some(call.now());
    // An account that waits for a password has one now.
    if matches!(
        user.account.stage,
        Some(AccountStage::Provisioned | AccountStage::Recovery)
    ) {
        account::settle(user, None, call.now());
    }
    Ok(())
}

/// 204. Whoever is active is deactivated by the first request, and gone after the second.
fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let (id, login) = {
        let user = find(call, id)?;
        (user.id.clone(), user.login.clone())
    };
    let is_gone = call.change(|okta| {
        let user = find_mut(call, okta, &id)?;
        if user.account.stage != Some(AccountStage::Deprovisioned) || user.enabled {
            account::deactivate(user, call.now());
            return Ok(false);
        }
        okta.users.retain(|known| known.id != id);
        okta.drop_dangling();
        okta.api_tokens.retain(|token| token.user != login);
        Ok(true)
    })?;
    done(match is_gone {
        true => format!("user {id} was deleted"),
        false => format!("user {id} was deactivated"),
    })
}

/// 204. With `oauthTokens=true` the user's refresh tokens go too.
fn end_sessions(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let user = find(call, id)?;
    if call.flag("oauthTokens", false) {
        let servers = call.okta().authorization_servers.iter();
        let issuers = servers.map(|server| server.id.as_str()).chain(["org"]);
        for issuer in issuers {
            let ledger = &call.world.ledger;
            ledger.revoke_sign_ins_of(issuer, &user.id, call.now());
        }
    }
    done(format!("the sessions of user {} were ended", user.id))
}
