//! Scopes of Okta's own APIs that an application is granted: `/apps/{id}/grants`
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationGrants).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::CREATED;
use super::super::call::{Call, done, ok};
use super::super::fields::Fields;
use super::super::refusal::Refused;
use super::{find, find_mut, touch};
use crate::journal::Origin;
use crate::reply::Reply;

/// How many scopes an application is granted at most here.
const MOST: usize = 500;

pub(super) fn answer(call: &Call<'_>, id: &str, below: &[&str]) -> Result<Reply, Refused> {
    let application = find(call, id)?;
    let granted = || {
        application
            .scopes
            .iter()
            .filter(|scope| is_api_scope(scope))
    };
    match (below, call.method()) {
        ([], &Method::GET) => {
            let all: Vec<Value> = granted().map(|scope| shown(call, id, scope)).collect();
            ok(json!(all))
        }
        ([], &Method::POST) => grant(call, id),
        ([grant], &Method::GET) => {
            let mut all = granted().map(|scope| shown(call, id, scope));
            let found = all.find(|known| known["id"] == *grant);
            ok(found.ok_or_else(|| call.not_found(grant, "OAuth2ScopeConsentGrant"))?)
        }
        ([grant], &Method::DELETE) => {
            let scope = granted().find(|scope| own_id(id, scope) == *grant);
            let scope = scope.ok_or_else(|| call.not_found(grant, "OAuth2ScopeConsentGrant"))?;
            call.change(|okta| {
                let application = find_mut(call, okta, id)?;
                application.scopes.retain(|known| known != scope);
                touch(call, application);
                Ok(())
            })?;
            done(format!("application {id} is no longer granted {scope}"))
        }
        ([] | [_], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

fn grant(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call)?;
    let scope = fields.required("scopeId")?;
    let issuer = fields.required("issuer")?;
    if !is_api_scope(&scope) {
        return Err(call.invalid("scopeId", "Invalid scope"));
    }
    let by_host = call.inbound.header(http::header::HOST);
    let own = call.world.origin(Origin::Org);
    let dialled = |issuer: &str| {
        let host = issuer.split_once("://").map(|(_, host)| host);
        host.is_some() && host == by_host
    };
    if issuer.trim_end_matches('/') != own && !dialled(issuer.trim_end_matches('/')) {
        return Err(call.invalid("issuer", "Invalid issuer"));
    }
    call.change(|okta| {
        let application = find_mut(call, okta, id)?;
        if application.scopes.len() >= MOST {
            return Err(call.invalid("scopeId", "Too many scopes"));
        }
        if !application.scopes.contains(&scope) {
            application.scopes.push(scope.clone());
        }
        touch(call, application);
        Ok(())
    })?;
    let reply = Reply::json(StatusCode::CREATED, shown(call, id, &scope));
    Ok(reply.with_change(format!("application {id} was granted {scope}")))
}

/// Whether a scope is one of Okta's own: `okta.users.read`.
fn is_api_scope(scope: &str) -> bool {
    let parts: Vec<&str> = scope.split('.').collect();
    let named =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    scope.len() <= 100
        && parts.first() == Some(&"okta")
        && (3..=4).contains(&parts.len())
        && parts.iter().all(named)
}

/// The same for the same scope of the same application.
fn own_id(id: &str, scope: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::new()
        .chain_update(id)
        .chain_update(scope)
        .finalize();
    let hex = crate::entropy::hex(&digest[..9]);
    format!("oag{}", &hex[..17])
}

fn shown(call: &Call<'_>, id: &str, scope: &str) -> Value {
    let own = own_id(id, scope);
    let href = call.link(&format!("/api/v1/apps/{id}/grants/{own}"));
    json!({
        "id": own, "status": "ACTIVE", "created": CREATED, "createdBy": { "id": call.caller.id(), "type": "User" },
        "lastUpdated": CREATED, "issuer": call.world.origin(Origin::Org), "clientId": id, "scopeId": scope,
        "source": "ADMIN",
        "_links": {
            "app": { "href": call.link(&format!("/api/v1/apps/{id}")) },
            "self": { "href": href, "hints": { "allow": ["GET", "DELETE"] } },
        },
    })
}
