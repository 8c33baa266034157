//! The life of a user's account: `/users/{id}/lifecycle/…`.

use jiff::Timestamp;
use serde_json::json;

use super::call::{Call, ok};
use super::fields::Fields;
use super::profile::status;
use super::refusal::Refused;
use super::users::{find, find_mut, set_password};
use crate::directory::{AccountStage, User};

use crate::reply::Reply;

/// Has an account go on to where an action takes it.
pub(super) fn act(call: &Call<'_>, id: &str, action: &str) -> Result<Reply, Refused> {
    let user = find(call, id)?;
    let from = status(user);
    let not_now = || call.refuse("E0000038", &[]);
    // Where it goes; what else becomes of it stands below.
    let stage = match action {
        "activate" => match from {
            "STAGED" | "DEPROVISIONED" => waits_for_password(user),
            _ => return Err(call.refuse("E0000016", &[])),
        },
        "reactivate" => match from {
            "PROVISIONED" => waits_for_password(user),
            _ => return Err(not_now()),
        },
        "deactivate" => match from {
            "DEPROVISIONED" => return Err(not_now()),
            _ => Some(AccountStage::Deprovisioned),
        },
        "suspend" => match from {
            "ACTIVE" => None,
            _ => {
                return Err(call.unable("suspendUser", "Cannot suspend a user that is not active"));
            }
        },
        "unsuspend" => match from {
            "SUSPENDED" => None,
            _ => {
                return Err(call.unable(
                    "unsuspendUser",
                    "Cannot unsuspend a user that is not suspended",
                ));
            }
        },
        "unlock" => match from {
            "LOCKED_OUT" => None,
            _ => return Err(call.refuse("E0000032", &["The user is not locked out."])),
        },
        "expire_password" => match from {
            "ACTIVE" | "PASSWORD_EXPIRED" => None,
            _ => return Err(not_now()),
        },
        "reset_password" => match from {
            "ACTIVE" | "PASSWORD_EXPIRED" | "LOCKED_OUT" | "RECOVERY" => {
                Some(AccountStage::Recovery)
            }
            _ => return Err(call.refuse("E0000017", &[])),
        },
        "reset_factors" => return ok(json!({})),
        _ => return Err(call.no_path()),
    };
    let now = call.now();
    let user = call.change(|okta| {
        let user = find_mut(call, okta, id)?;
        match action {
            "expire_password" => {
                user.password_expired = true;
                user.account.status_changed = Some(now);
            }
            "suspend" => {
                settle(user, None, now);
                user.enabled = false;
            }
            "deactivate" => deactivate(user, now),
            _ => settle(user, stage, now),
        }
        Ok(user.clone())
    })?;
    let token = || call.world.entropy.alphanumeric(20);
    let body = match action {
        "activate" | "reactivate" if !call.flag("sendEmail", true) => {
            let token = token();
            let url = call.link(&format!("/welcome/{token}"));
            json!({ "activationUrl": url, "activationToken": token })
        }
        "reset_password" if !call.flag("sendEmail", true) => {
            let url = call.link(&format!("/reset_password/{}", token()));
            json!({ "resetPasswordUrl": url })
        }
        "expire_password" => super::profile::whole(call, &user),
        _ => json!({}),
    };
    let words = format!("user {} is {}", user.id, status(&user));
    Ok(ok(body)?.with_change(words))
}

/// Where an account waits; without a stage it can be used.
pub(super) fn settle(user: &mut User, stage: Option<AccountStage>, now: Timestamp) {
    user.enabled = stage.is_none();
    user.locked = false;
    user.account.stage = stage;
    user.account.status_changed = Some(now);
    user.account.updated = Some(now);
}

/// Whoever is deactivated has no password and is in no group any more.
pub(super) fn deactivate(user: &mut User, now: Timestamp) {
    settle(user, Some(AccountStage::Deprovisioned), now);
    user.password = None;
    user.groups.clear();
}

/// The old password against a new one.
pub(super) fn change_password(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call)?;
    let mut value = |name: &str| -> Result<String, Refused> {
        let inner = fields.inner(name)?;
        let blank = || call.invalid(name, "The field cannot be left blank");
        inner.ok_or_else(blank)?.required("value")
    };
    let (old, new) = (value("oldPassword")?, value("newPassword")?);
    let user = call.change(|okta| {
        let user = find_mut(call, okta, id)?;
        if !matches!(
            status(user),
            "ACTIVE" | "PASSWORD_EXPIRED" | "RECOVERY" | "STAGED"
        ) {
            return Err(call.refuse("E0000038", &[]));
        }
        if user
            .password
            .as_ref()
            .is_none_or(|known| known.reveal() != old)
        {
            let cause = "oldPassword: The credentials provided were incorrect.";
            return Err(call.refuse("E0000014", &[cause]));
        }
        set_password(call, user, &new)?;
        Ok(user.clone())
    })?;
    let body = json!({ "password": {}, "provider": { "type": "OKTA", "name": "OKTA" } });
    Ok(ok(body)?.with_change(format!("user {} has another password", user.id)))
}

/// An account can be used once it is activated and has a password.
fn waits_for_password(user: &User) -> Option<AccountStage> {
    match user.password {
        Some(_) => None,
        None => Some(AccountStage::Provisioned),
    }
}
