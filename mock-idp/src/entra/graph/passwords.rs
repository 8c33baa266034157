//! Client secrets: `addPassword` and `removePassword`.

use http::StatusCode;
use jiff::{Span, Timestamp};
use serde_json::json;

use super::applications::find_mut;
use super::call::{Call, Name};
use super::fields::Fields;
use super::refusal::Refused;
use super::shape;
use crate::directory::{Application, ClientSecret, Platform};
use crate::mock::made_secret;
use crate::reply::Reply;

/// How many secrets and certificates an application has at most here.
pub(super) const MOST_CREDENTIALS: usize = 100;
/// How many secrets a world can keep out of its journal. They are looked for in all that comes in, also those that are gone.
const MOST_SECRETS: usize = 1_000;

/// 200 with a new secret, the only time that it is shown. It works at once, beside those that are there.
pub(super) fn add(call: &Call<'_>, name: Name<'_>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "Application")?;
    let given = fields.object("passwordCredential")?.unwrap_or_default();
    fields.nothing_else()?;
    let mut fields = Fields::within(call, "PasswordCredential", given);
    let display_name = fields.text("displayName")?;
    let now = call.world.clock.now();
    let start = fields.instant("startDateTime")?.unwrap_or(now);
    let end = fields.instant("endDateTime")?;
    for ignored in ["customKeyIdentifier", "keyId", "secretText", "hint"] {
        if fields.take(ignored).is_some_and(|value| !value.is_null()) {
            return Err(fields.invalid(ignored));
        }
    }
    fields.nothing_else()?;
    let end = end.unwrap_or_else(|| two_years_after(start));
    if end <= start {
        return Err(call.bad(
            "Invalid value specified for property 'endDateTime' of resource 'PasswordCredential'.",
        ));
    }
    if call.world.secrets.count() >= MOST_SECRETS {
        return Err(too_many(call));
    }
    let key_id = call.world.entropy.guid();
    let (client, body) = call.change(|tenant| {
        let id = tenant.id.clone();
        let application = find_mut(call, tenant, name)?;
        room(call, application)?;
        let value = made_secret(call.world, Some(application), &application.id);
        let secret = ClientSecret {
            id: key_id.clone(),
            not_before: Some(start),
            expires: Some(end),
            ..ClientSecret::lasting(value.reveal())
        };
        // It can keep a secret now.
        application.platform = Platform::Web;
        if let Some(display_name) = display_name {
            let names = &mut application.registration.credential_names;
            names.insert(key_id.clone(), display_name);
        }
        let mut body = shape::password(&id, application, &secret);
        body["secretText"] = json!(value.reveal());
        application.secrets.push(secret);
        Ok((application.id.clone(), body))
    })?;
    let context = "microsoft.graph.passwordCredential";
    let reply = Reply::json(StatusCode::OK, call.with_context(context, body));
    Ok(reply.with_change(format!("application {client} was given secret {key_id}")))
}

/// 204. The secret is as wrong as any other text from now on.
pub(super) fn remove(call: &Call<'_>, name: Name<'_>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "Application")?;
    let key_id = fields.required("keyId")?;
    fields.nothing_else()?;
    let client = call.change(|tenant| {
        let id = tenant.id.clone();
        let application = find_mut(call, tenant, name)?;
        let place = application.secrets.iter().position(|secret| {
            shape::key_id(&id, application, &secret.id).eq_ignore_ascii_case(&key_id)
        });
        let Some(place) = place else {
            return Err(call.bad("No password credential found with keyId."));
        };
        let secret = application.secrets.remove(place);
        let names = &mut application.registration.credential_names;
        names.remove(&secret.id);
        Ok(application.id.clone())
    })?;
    let id = match crate::entra::correlation::is_guid(&key_id) {
        true => key_id.as_str(),
        false => "",
    };
    Ok(Reply::empty(StatusCode::NO_CONTENT)
        .with_change(format!("application {client} has lost secret {id}")))
}

/// 400 once an application has as many credentials as it can have.
pub(super) fn room(call: &Call<'_>, application: &Application) -> Result<(), Refused> {
    match application.secrets.len() + application.certificates.len() < MOST_CREDENTIALS {
        true => Ok(()),
        false => Err(too_many(call)),
    }
}

fn too_many(call: &Call<'_>) -> Refused {
    call.bad("The size of the object has exceeded its limit. Please reduce the number of values and retry your request.")
}

/// The usual end of a secret (learn.microsoft.com/graph/api/application-addpassword).
fn two_years_after(start: Timestamp) -> Timestamp {
    let start = start.to_zoned(jiff::tz::TimeZone::UTC);
    let end = start.checked_add(Span::new().years(2));
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}
