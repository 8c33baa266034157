//! Client secrets: `/apps/{id}/credentials/secrets`
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOCredentialOAuth2ClientAuth).
//!
//! There are two at most; the one that is inactive does not work, and only that can be deleted.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::CREATED;
use super::super::call::{Call, done, instant, ok};
use super::super::fields::Fields;
use super::super::refusal::Refused;
use super::{find, find_mut, touch};
use crate::directory::{Application, ClientSecret, Platform};
use crate::entropy::hex;
use crate::mock::made_secret;
use crate::reply::Reply;

/// How many secrets an application has at most.
const MOST: usize = 2;

pub(super) fn answer(call: &Call<'_>, id: &str, below: &[&str]) -> Result<Reply, Refused> {
    let application = find(call, id)?;
    match (below, call.method()) {
        ([], &Method::GET) => {
            let secrets = application.secrets.iter();
            let all: Vec<Value> = secrets.map(|secret| shown(call, id, secret)).collect();
            ok(json!(all))
        }
        ([], &Method::POST) => add(call, id),
        ([secret], &Method::GET) => {
            let secret = one(call, application, secret)?;
            ok(shown(call, id, secret))
        }
        ([secret], &Method::DELETE) => {
            if one(call, application, secret)?.is_valid_at(call.now()) {
                return Err(call.unable("id", "Cannot delete an active secret"));
            }
            let secret = *secret;
            call.change(|okta| {
                let application = find_mut(call, okta, id)?;
                application.secrets.retain(|known| known.id != secret);
                touch(call, application);
                Ok(())
            })?;
            done(format!("application {id} has lost a secret"))
        }
        ([secret, "lifecycle", action @ ("activate" | "deactivate")], &Method::POST) => {
            one(call, application, secret)?;
            settle(call, id, secret, *action == "activate")
        }
        ([] | [_] | [_, "lifecycle", "activate" | "deactivate"], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

/// A new secret in the place of all that an application has.
pub(in super::super) fn renew(call: &Call<'_>, id: &str) -> Result<Application, Refused> {
    call.room_for_a_secret()?;
    call.change(|okta| {
        let application = find_mut(call, okta, id)?;
        if application.platform != Platform::Web {
            return Err(call.unable("client_secret", "A public client has no secret"));
        }
        let made = made_secret(call.world, Some(application), id);
        application.secrets = vec![ClientSecret::lasting(made.reveal())];
        touch(call, application);
        Ok(application.clone())
    })
}

fn one<'a>(
    call: &Call<'_>,
    application: &'a Application,
    id: &str,
) -> Result<&'a ClientSecret, Refused> {
    let mut secrets = application.secrets.iter();
    let found = secrets.find(|secret| secret.id == id);
    found.ok_or_else(|| call.not_found(id, "OAuth2ClientSecret"))
}

fn add(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let mut fields = Fields::optional(call)?;
    let given = fields.text("client_secret")?;
    if given
        .as_ref()
        .is_some_and(|secret| !(14..=100).contains(&secret.len()))
    {
        return Err(call.invalid("client_secret", "The secret must have 14 to 100 characters"));
    }
    let is_active = match fields.text("status")?.as_deref() {
        None | Some("ACTIVE") => true,
        Some("INACTIVE") => false,
        Some(_) => return Err(call.invalid("status", "Must be one of ACTIVE, INACTIVE")),
    };
    call.room_for_a_secret()?;
    let own = call.new_id("ocs");
    let secret = call.change(|okta| {
        let application = find_mut(call, okta, id)?;
        if application.platform != Platform::Web {
            return Err(call.unable("client_secret", "A public client has no secret"));
        }
        if application.secrets.len() >= MOST {
            return Err(call.unable(
                "client_secret",
                "You've reached the maximum number of client secrets per client.",
            ));
        }
        let value = match given {
            Some(given) => crate::secret::Secret::new(given),
            None => made_secret(call.world, Some(application), id),
        };
        if application.secrets.iter().any(|known| known.value == value) {
            return Err(call.invalid("client_secret", "This secret exists already"));
        }
        let secret = ClientSecret {
            id: own,
            not_before: is_active.then(|| call.now()),
            expires: (!is_active).then(|| call.now()),
            ..ClientSecret::lasting(value.reveal())
        };
        application.secrets.push(secret.clone());
        touch(call, application);
        Ok(secret)
    })?;
    let reply = Reply::json(StatusCode::CREATED, shown(call, id, &secret));
    Ok(reply.with_change(format!("application {id} was given secret {}", secret.id)))
}

fn settle(call: &Call<'_>, id: &str, secret: &str, is_active: bool) -> Result<Reply, Refused> {
    let now = call.now();
    let secret = call.change(|okta| {
        let application = find_mut(call, okta, id)?;
        let others = application
            .secrets
            .iter()
            .filter(|known| known.id != secret);
        if !is_active && !others.into_iter().any(|known| known.is_valid_at(now)) {
            return Err(call.unable("status", "The last active secret cannot be deactivated"));
        }
        let mut secrets = application.secrets.iter_mut();
        let found = secrets.find(|known| known.id == secret);
        let found = found.ok_or_else(|| call.not_found(secret, "OAuth2ClientSecret"))?;
        found.expires = if is_active { None } else { Some(now) };
        if found.not_before.is_some_and(|start| start >= now) && !is_active {
            found.not_before = None;
        }
        let found = found.clone();
        touch(call, application);
        Ok(found)
    })?;
    let now = if is_active { "active" } else { "inactive" };
    let words = format!("secret {} of application {id} is {now}", secret.id);
    Ok(ok(shown(call, id, &secret))?.with_change(words))
}

fn shown(call: &Call<'_>, id: &str, secret: &ClientSecret) -> Value {
    let base = call.link(&format!(
        "/api/v1/apps/{id}/credentials/secrets/{}",
        secret.id
    ));
    let is_active = secret.is_valid_at(call.now());
    let made = secret
        .not_before
        .map_or_else(|| CREATED.to_owned(), instant);
    let (status, action) = match is_active {
        true => ("ACTIVE", "deactivate"),
        false => ("INACTIVE", "activate"),
    };
    json!({
        "id": secret.id, "client_secret": secret.value.reveal(),
        "secret_hash": hex(&Sha256::digest(secret.value.reveal())[..16]),
        "created": made, "lastUpdated": made, "status": status,
        "_links": { action: { "href": format!("{base}/lifecycle/{action}"), "hints": { "allow": ["POST"] } } },
    })
}
