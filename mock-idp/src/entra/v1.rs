//! The v1.0 token and device authorization endpoints, `/{tenant}/oauth2/token` and `/{tenant}/oauth2/devicecode`: an API is
//! named by `resource`, and what v2.0 writes as numbers are texts (learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev).
//!
//! A request is translated into one of v2.0 for `{resource}/.default`, and its answer back, so that both endpoints decide alike.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::tokens::v1_issuer;
use crate::directory::GrantType;
use crate::engine::TokenRequest;
use crate::journal::Endpoint;
use crate::reply::{Payload, Reply};
use crate::world::World;

/// Azure AD Graph, for which tokens were issued where nothing was named. It is gone, and so it is refused as unknown unless the
/// directory has it: that it goes so is assumed.
const AAD_GRAPH: &str = "00000002-0000-0000-c000-000000000000";

/// The same request at v2.0. A user's sign-in always gives a refresh token; an id token for the asking. What was granted before is
/// for the API that it was granted for, unless another is named.
pub(super) fn translated(world: &World, asked: &TokenRequest) -> TokenRequest {
    let grant = asked.get("grant_type").unwrap_or_default();
    let goes_on = ["authorization_code", "refresh_token"].contains(&grant);
    let scope = match asked.get("resource") {
        None if goes_on => None,
        named => {
            let usual = world.directory.entra.v1_resource.as_deref();
            let named = named.or(usual).unwrap_or(AAD_GRAPH);
            Some(format!("{named}/.default"))
        }
    };
    let scope = scope.map(|scope| {
        let wants_id_token =
            grant == "authorization_code" || asked.scope().iter().any(|scope| scope == "openid");
        match grant {
            _ if grant == GrantType::ClientCredentials.name() => scope,
            _ if wants_id_token => format!("{scope} openid profile offline_access"),
            _ => format!("{scope} offline_access"),
        }
    });
    let request = asked
        .changed("resource", None)
        .changed("scope", scope.as_deref());
    let polls = grant == "device_code" || grant == GrantType::DeviceCode.name();
    match asked.get("code").filter(|_| polls) {
        // It is called by another name here.
        Some(code) => request
            .changed("code", None)
            .changed("device_code", Some(code)),
        None => request,
    }
}

/// The reply to a request with its body put into the words of v1.0; refusals are in them already.
pub(super) fn rendered(
    world: &World,
    mut reply: Reply,
    endpoint: Endpoint,
    asked: &TokenRequest,
) -> Reply {
    if !reply.status.is_success() {
        return reply;
    }
    reply.body = match reply.body {
        Payload::Json(Value::Object(body)) => Payload::Json(match endpoint {
            Endpoint::Device => begun(&body),
            _ => granted(world, &body, asked.get("resource")),
        }),
        body => body,
    };
    reply
}

fn granted(world: &World, body: &Map<String, Value>, named: Option<&str>) -> Value {
    let claims = body["access_token"].as_str().and_then(claims);
    let audience = claims.as_ref().and_then(|claims| claims["aud"].as_str());
    let granted = body
        .get("scope")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let of_scope = granted
        .split(' ')
        .find_map(|scope| Some(scope.rsplit_once('/')?.0));
    let resource = named.or(of_scope).or(audience);
    let instant = |name: &str| claims.as_ref().map(|claims| claims[name].to_string());
    let mut put = json!({ "token_type": "Bearer" });
    if let Some(scope) = body.get("scope").and_then(Value::as_str) {
        put["scope"] = json!(names(scope).join(" "));
    }
    for name in ["expires_in", "ext_expires_in", "refresh_in"] {
        if let Some(seconds) = body.get(name) {
            put[name] = json!(seconds.to_string());
        }
    }
    put["expires_on"] = json!(instant("exp"));
    put["not_before"] = json!(instant("nbf"));
    put["resource"] = json!(resource);
    for name in ["access_token", "refresh_token"] {
        if let Some(token) = body.get(name) {
            put[name] = token.clone();
        }
    }
    if let Some(id_token) = body.get("id_token").and_then(Value::as_str) {
        put["id_token"] = json!(self::id_token(world, id_token));
    }
    for name in ["client_info", "foci"] {
        if let Some(said) = body.get(name) {
            put[name] = said.clone();
        }
    }
    put
}

/// The scopes of the API by their names alone.
fn names(scope: &str) -> Vec<&str> {
    const OIDC: [&str; 5] = ["openid", "profile", "email", "offline_access", ".default"];
    let names = scope
        .split(' ')
        .map(|scope| scope.rsplit('/').next().unwrap_or(scope));
    names.filter(|name| !OIDC.contains(name)).collect()
}

/// The claims of a token that this world has just signed.
fn claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// An id token of v2.0 as v1.0 has it (learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
pub(super) fn id_token(world: &World, id_token: &str) -> String {
    let Some(mut claims) = claims(id_token) else {
        return id_token.to_owned();
    };
    let tenant = claims
        .get("tid")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let issuer = v1_issuer(world, tenant);
    claims.insert("iss".to_owned(), json!(issuer));
    claims.insert("amr".to_owned(), json!(["pwd"]));
    if let Some(login) = claims.shift_remove("preferred_username") {
        claims.insert("unique_name".to_owned(), login.clone());
        claims.insert("upn".to_owned(), login);
    }
    claims.shift_remove("ver");
    claims.insert("ver".to_owned(), json!("1.0"));
    let key = world.keys.active();
    let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": key.x5t(), "kid": key.kid() });
    key.sign(&header.to_string(), &Value::Object(claims).to_string())
}

fn begun(body: &Map<String, Value>) -> Value {
    let text = |name: &str| match &body[name] {
        Value::String(text) => json!(text),
        other => json!(other.to_string()),
    };
    json!({
        "user_code": text("user_code"),
        "device_code": text("device_code"),
        "verification_url": text("verification_uri"),
        "expires_in": text("expires_in"),
        "interval": text("interval"),
        "message": text("message"),
    })
}
