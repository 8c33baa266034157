//! Public keys: `/apps/{id}/credentials/jwks`
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOPublicKeys).

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::super::CREATED;
use super::super::call::{Call, done, ok};
use super::super::fields::Fields;
use super::super::refusal::Refused;
use super::{find, find_mut, touch};
use crate::directory::ClientKey;
use crate::reply::Reply;

/// How many keys an application has at most.
const MOST: usize = 50;

pub(super) fn answer(call: &Call<'_>, id: &str, below: &[&str]) -> Result<Reply, Refused> {
    let application = find(call, id)?;
    let keys = application.jwks.keys.iter().enumerate();
    match (below, call.method()) {
        ([], &Method::GET) => {
            let all: Vec<Value> = keys
                .map(|(place, key)| shown(call, id, place, key))
                .collect();
            ok(json!({ "jwks": { "keys": all } }))
        }
        ([], &Method::POST) => add(call, id),
        ([wanted], &Method::GET) => {
            let mut keys = keys.map(|(place, key)| shown(call, id, place, key));
            let found = keys.find(|key| key["id"] == *wanted);
            ok(found.ok_or_else(|| call.not_found(wanted, "OAuth2ClientJsonWebKey"))?)
        }
        ([wanted], &Method::DELETE) => {
            let place = keys
                .map(|(place, key)| own_id(id, place, key))
                .position(|known| known == *wanted);
            let place = place.ok_or_else(|| call.not_found(wanted, "OAuth2ClientJsonWebKey"))?;
            call.change(|okta| {
                let application = find_mut(call, okta, id)?;
                if place < application.jwks.keys.len() {
                    application.jwks.keys.remove(place);
                }
                touch(call, application);
                Ok(())
            })?;
            done(format!("application {id} has lost a key"))
        }
        ([] | [_], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

/// The keys of a set.
pub(super) fn all(call: &Call<'_>, mut set: Fields<'_>) -> Result<Vec<ClientKey>, Refused> {
    let Some(Value::Array(keys)) = set.take("keys") else {
        return Err(call.invalid("jwks", "The field cannot be left blank"));
    };
    if keys.len() > MOST {
        return Err(call.invalid("jwks", "Too many keys"));
    }
    let keys: Vec<ClientKey> = keys
        .into_iter()
        .map(|key| read(call, key))
        .collect::<Result<_, _>>()?;
    let mut kids: Vec<&str> = keys.iter().filter_map(ClientKey::kid).collect();
    kids.sort_unstable();
    match kids.windows(2).any(|pair| pair[0] == pair[1]) {
        true => Err(call.invalid("jwks", "'kid' must be unique")),
        false => Ok(keys),
    }
}

fn read(call: &Call<'_>, key: Value) -> Result<ClientKey, Refused> {
    let mut members: Map<String, Value> = match key {
        Value::Object(members) => members,
        _ => return Err(call.invalid("jwks", "Invalid key")),
    };
    // What Okta knows of a key beside the key.
    for name in [
        "id",
        "status",
        "created",
        "lastUpdated",
        "_links",
        "x5t#S256",
        "x5c",
    ] {
        members.shift_remove(name);
    }
    members.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(members)).map_err(|_| call.invalid("jwks", "Invalid key"))
}

fn add(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let fields = Fields::of(call)?;
    let key = read(call, Value::Object(fields.rest()))?;
    let body = call.change(|okta| {
        let application = find_mut(call, okta, id)?;
        let keys = &mut application.jwks.keys;
        if keys.len() >= MOST {
            return Err(call.invalid("jwks", "Too many keys"));
        }
        if keys
            .iter()
            .any(|known| known.kid().is_some() && known.kid() == key.kid())
        {
            return Err(call.invalid("kid", "'kid' must be unique"));
        }
        keys.push(key.clone());
        let body = shown(call, id, keys.len() - 1, &key);
        touch(call, application);
        Ok(body)
    })?;
    let reply = Reply::json(StatusCode::CREATED, body);
    Ok(reply.with_change(format!("application {id} was given a key")))
}

fn own_id(id: &str, place: usize, key: &ClientKey) -> String {
    let kid = key.kid().map_or_else(|| place.to_string(), str::to_owned);
    let random: String = kid.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = format!("{random}{}", id.get(3..).unwrap_or_default());
    let name: String = name.chars().take(17).collect();
    format!("pks{name:0<17}")
}

fn shown(call: &Call<'_>, id: &str, place: usize, key: &ClientKey) -> Value {
    let own = own_id(id, place, key);
    let mut body =
        json!({ "id": own, "status": "ACTIVE", "created": CREATED, "lastUpdated": CREATED });
    if let (Some(body), Ok(Value::Object(members))) =
        (body.as_object_mut(), serde_json::to_value(key))
    {
        body.extend(members);
    }
    let href = call.link(&format!("/api/v1/apps/{id}/credentials/jwks/{own}"));
    body["_links"] = json!({ "self": { "href": href } });
    body
}
