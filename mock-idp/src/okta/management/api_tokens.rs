//! `/api-tokens` (developer.okta.com/docs/api/openapi/okta-management/management/tag/ApiToken). They are made in the console only,
//! and their values are never shown again.

use http::Method;
use serde_json::{Value, json};

use super::CREATED;
use super::call::{Call, done, instant, ok};
use super::caller::Caller;
use super::fields::Fields;
use super::network;
use super::refusal::Refused;
use super::users::find as find_user;
use crate::directory::ApiToken;

use crate::reply::Reply;

/// What lies below `/api-tokens`.
pub(super) fn answer(call: &Call<'_>, below: &[&str]) -> Result<Reply, Refused> {
    match (below, call.method()) {
        ([], &Method::GET) => {
            let tokens = call.okta().api_tokens.iter();
            ok(tokens.map(|token| shown(call, token)).collect())
        }
        (["current"], &Method::DELETE) => match &call.caller {
            Caller::ApiToken(token, _) => revoke(call, &token.id),
            // By which code is not documented.
            Caller::AccessToken(_) => Err(call.refuse("E0000006", &[])),
        },
        ([id], &Method::GET) => ok(shown(call, find(call, id)?)),
        ([id], &Method::PUT) => update(call, id),
        ([id], &Method::DELETE) => revoke(call, id),
        ([] | [_], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

fn find<'w>(call: &Call<'w>, id: &str) -> Result<&'w ApiToken, Refused> {
    let found = call.okta().api_tokens.iter().find(|token| token.id == id);
    found.ok_or_else(|| call.not_found(id, "Token"))
}

fn update(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    find(call, id)?;
    let mut fields = Fields::of(call)?;
    let name = fields.required("name")?;
    let network = fields.inner("network")?;
    let network = network
        .map(|given| network::read(call, given))
        .transpose()?;
    let owner = match fields.text("userId")? {
        Some(user) => Some(find_user(call, &user)?.login.clone()),
        None => None,
    };
    let token = call.change(|okta| {
        let mut tokens = okta.api_tokens.iter_mut();
        let token = tokens.find(|token| token.id == id);
        let token = token.ok_or_else(|| call.not_found(id, "Token"))?;
        token.name = name;
        if let Some(network) = network {
            token.network = network;
        }
        if let Some(owner) = owner {
            token.user = owner;
        }
        Ok(token.clone())
    })?;
    Ok(ok(shown(call, &token))?.with_change(format!("API token {id} was changed")))
}

/// 204. The token is as wrong as any other text from now on.
fn revoke(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let id = &find(call, id)?.id;
    call.change(|okta| {
        okta.api_tokens.retain(|token| token.id != *id);
        okta.principal_shares.retain(|share| share.principal != *id);
        Ok(())
    })?;
    done(format!("API token {id} was revoked"))
}

/// A token as it was recorded, without its value.
fn shown(call: &Call<'_>, token: &ApiToken) -> Value {
    let uses = &call.world.api_token_uses;
    let last_used = uses.last(&token.id).unwrap_or_else(|| call.now());
    let users = &call.okta().users;
    let owner = users.iter().find(|user| user.login == token.user);
    let owner = owner.map_or("", |user| &user.id);
    json!({
        "name": token.name, "userId": owner, "tokenWindow": "P30D", "network": network::shown(&token.network), "id": token.id,
        "clientName": "Okta API", "expiresAt": instant(token.ends(last_used)),
        "created": token.created.map_or_else(|| CREATED.to_owned(), instant),
        "lastUpdated": instant(last_used),
        "_links": {
            "self": {
                "href": call.link(&format!("/api/v1/api-tokens/{}", token.id)),
                "hints": { "allow": ["GET", "DELETE"] },
            },
            "user": {
                "href": call.link(&format!("/api/v1/users/{owner}")),
                "hints": { "allow": ["GET"] },
            },
        },
    })
}
