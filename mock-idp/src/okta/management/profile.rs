//! A user as the API shows one, and what may be written of the profile.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::CREATED;
use super::call::{Call, instant};
use super::fields::Fields;
use super::refusal::Refused;
use crate::directory::{AccountStage, User};

/// The members of a profile that every user has, in Okta's order.
const STANDARD: [&str; 6] = [
    "firstName",
    "lastName",
    "mobilePhone",
    "secondEmail",
    "login",
    "email",
];
/// The longest member, and the most of them.
const LONGEST: usize = 1_024;
const MOST: usize = 100;

/// Where in its life a user's account is.
pub(super) fn status(user: &User) -> &'static str {
    match user.account.stage {
        Some(stage) if !user.enabled => match stage {
            AccountStage::Staged => "STAGED",
            AccountStage::Provisioned => "PROVISIONED",
            AccountStage::Recovery => "RECOVERY",
            AccountStage::Deprovisioned => "DEPROVISIONED",
        },
        _ if !user.enabled => "SUSPENDED",
        _ if user.locked => "LOCKED_OUT",
        _ if user.password_expired => "PASSWORD_EXPIRED",
        _ => "ACTIVE",
    }
}

/// A user in Okta's words.
pub(super) fn shown(call: &Call<'_>, user: &User) -> Value {
    let account = &user.account;
    let at = |at: Option<Timestamp>| at.map_or_else(|| CREATED.to_owned(), instant);
    let status = status(user);
    let activated = match status {
        "STAGED" => Value::Null,
        _ => json!(at(account.created)),
    };
    let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let mut profile = json!({
        "firstName": first, "lastName": last, "mobilePhone": null, "secondEmail": null,
        "login": user.login, "email": user.login,
    });
    for (name, value) in &account.profile {
        profile[name.as_str()] = value.clone();
    }
    let credentials = match &user.password {
        Some(_) => json!({ "password": {}, "provider": { "type": "OKTA", "name": "OKTA" } }),
        None => json!({ "provider": { "type": "OKTA", "name": "OKTA" } }),
    };
    json!({
        "id": user.id, "status": status, "created": at(account.created), "activated": activated,
        "statusChanged": at(account.status_changed.or(account.created)),
        "lastLogin": null, "lastUpdated": at(account.updated.or(account.created)),
        "passwordChanged": user.password.as_ref().map(|_| at(account.password_changed.or(account.created))),
        "type": { "id": "oty1tokenproofTyp0d7" }, "profile": profile, "credentials": credentials,
        "_links": { "self": { "href": call.link(&format!("/api/v1/users/{}", user.id)) } },
    })
}

/// One user by itself, with what can be done.
pub(super) fn whole(call: &Call<'_>, user: &User) -> Value {
    let mut body = shown(call, user);
    let base = call.link(&format!("/api/v1/users/{}", user.id));
    let of_status: &[&str] = match status(user) {
        "STAGED" | "DEPROVISIONED" => &["activate"],
        "PROVISIONED" => &["reactivate", "deactivate"],
        "SUSPENDED" => &["unsuspend", "deactivate"],
        "LOCKED_OUT" => &["unlock", "resetPassword", "deactivate"],
        "RECOVERY" => &["resetPassword", "deactivate"],
        _ => &["suspend", "resetPassword", "expirePassword", "deactivate"],
    };
    for name in of_status {
        let action = match *name {
            "resetPassword" => "reset_password",
            "expirePassword" => "expire_password",
            name => name,
        };
        let href = format!("{base}/lifecycle/{action}");
        body["_links"][*name] = json!({ "href": href, "method": "POST" });
    }
    body
}

/// Takes over what a body says of the profile. `whole` is one in the place of what was there.
pub(super) fn write(
    call: &Call<'_>,
    user: &mut User,
    given: Map<String, Value>,
    whole: bool,
) -> Result<(), Refused> {
    let mut fields = Fields::within(call, given);
    let mut profile = match whole {
        true => Map::new(),
        false => user.account.profile.clone(),
    };
    if let Some(login) = one(&mut fields, "login", whole)? {
        is_address(call, "login", &login)?;
        let mut others = call.okta().users.iter();
        if others.any(|other| other.id != user.id && other.login.eq_ignore_ascii_case(&login)) {
            return Err(call.invalid(
                "login",
                "An object with this field already exists in the current organization",
            ));
        }
        user.login = login;
    }
    let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let (first, last) = (first.to_owned(), last.to_owned());
    let given_first = one(&mut fields, "firstName", whole)?;
    let given_last = one(&mut fields, "lastName", whole)?;
    if given_first.is_some() || given_last.is_some() {
        let of = |name: &str, given: Option<String>, now: String| {
            let kept = user.account.profile.get(name).and_then(Value::as_str);
            given.or_else(|| kept.map(str::to_owned)).unwrap_or(now)
        };
        let (first, last) = (
            of("firstName", given_first, first),
            of("lastName", given_last, last),
        );
        user.name = format!("{first} {last}").trim().to_owned();
        profile.insert("firstName".to_owned(), json!(first));
        profile.insert("lastName".to_owned(), json!(last));
    }
    if let Some(email) = one(&mut fields, "email", whole)? {
        is_address(call, "email", &email)?;
        profile.insert("email".to_owned(), json!(email));
    }
    for (name, value) in fields.rest() {
        let is_sound = match &value {
            Value::Null | Value::Bool(_) | Value::Number(_) => true,
            Value::String(text) => text.len() <= LONGEST,
            Value::Array(items) => {
                items.len() <= MOST
                    && items.iter().all(|item| {
                        item.is_number() || item.as_str().is_some_and(|text| text.len() <= LONGEST)
                    })
            }
            Value::Object(_) => false,
        };
        if !is_sound || name.len() > 100 {
            let name: String = name.chars().take(100).collect();
            return Err(call.invalid(&name, "Invalid value"));
        }
        match value {
            Value::Null if !STANDARD.contains(&name.as_str()) => {
                profile.shift_remove(&name);
            }
            value => {
                profile.insert(name, value);
            }
        }
    }
    if profile.len() > MOST {
        return Err(call.invalid("profile", "The field is too long"));
    }
    user.account.profile = profile;
    Ok(())
}

/// A member of the profile that cannot be left blank; where the profile is written as a whole, nor left out.
fn one(fields: &mut Fields<'_>, name: &str, whole: bool) -> Result<Option<String>, Refused> {
    match whole || fields.has(name) {
        true => fields.required(name).map(Some),
        false => Ok(None),
    }
}

fn is_address(call: &Call<'_>, name: &str, text: &str) -> Result<(), Refused> {
    let sound = text
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'));
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if sound && plain && (5..=100).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(call.invalid(
        name,
        match name {
            "login" => "Username must be in the form of an email address",
            _ => "Does not match required pattern",
        },
    ))
}
