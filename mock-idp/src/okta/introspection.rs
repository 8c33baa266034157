//! What a token is worth (RFC 7662, developer.okta.com/docs/api/openapi/okta-oauth, `introspect`).

use http::StatusCode;
use serde_json::{Value, json};

use super::client::authenticated;
use super::denial::{OktaDenial, named};
use super::issuing::DPOP;
use super::server::Server;
use crate::directory::User;
use crate::engine::{Assertion, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::{TokenFacts, TokenKind, TokenState};
use crate::reply::Reply;
use crate::resource::verified;
use crate::world::World;

/// Answers a request about a token.
pub(super) fn answer(world: &World, inbound: &Inbound, request: &TokenRequest) -> Reply {
    told(world, inbound, request).unwrap_or_else(|denial| denial.render(world))
}

/// Of a token that is none of this server's, or no longer good, nothing is told. The hint is only one, and not needed.
fn told(world: &World, inbound: &Inbound, request: &TokenRequest) -> Result<Reply, OktaDenial> {
    let server = Server::of(world, inbound)?;
    authenticated(world, inbound, request)?;
    let token = request.get("token").ok_or_else(|| named("token_missing"))?;
    let body = of_issued(world, server, token).or_else(|| of_id_token(world, server, token));
    let body = body.unwrap_or_else(|| json!({ "active": false }));
    Ok(Reply::json(StatusCode::OK, body))
}

/// What there is to tell of an access or refresh token. A refresh token that was replaced is good for as long as its leeway is not
/// over; that it is told as not active is assumed.
fn of_issued(world: &World, server: Server<'_>, token: &str) -> Option<Value> {
    let (facts, state) = world.ledger.state_of(token, world.clock.now());
    let facts = facts.filter(|facts| state == TokenState::Live && facts.issuer == server.id())?;
    match facts.label.kind {
        TokenKind::Access => Some(of_access(world, server, &facts, token)),
        TokenKind::Refresh => Some(of_refresh(world, &facts)),
        TokenKind::Code | TokenKind::DeviceCode => None,
    }
}

fn of_access(world: &World, server: Server<'_>, facts: &TokenFacts, token: &str) -> Value {
    let claims = Assertion::parse(token);
    let claim = |name| claims.as_ref().and_then(|claims| claims.claim(name));
    let user = user(world, facts);
    let subject = user.map_or(&facts.client, |user| &user.login);
    let kind = match claim("cnf") {
        Some(_) => DPOP,
        None => "Bearer",
    };
    let mut body = json!({ "active": true, "scope": facts.scope.join(" "), "username": subject });
    let mut add = |name: &str, value: Value| body[name] = value;
    let seconds = |at: Option<jiff::Timestamp>| json!(at.map(jiff::Timestamp::as_second));
    add("exp", seconds(facts.expires_at));
    add("iat", seconds(Some(facts.issued_at)));
    add("sub", json!(subject));
    add("aud", claim("aud").cloned().unwrap_or_default());
    add("iss", json!(server.issuer(world)));
    add("jti", claim("jti").cloned().unwrap_or_default());
    add("token_type", json!(kind));
    add("client_id", json!(facts.client));
    if let Some(user) = user {
        add("uid", json!(user.id));
    }
    body
}

fn of_refresh(world: &World, facts: &TokenFacts) -> Value {
    let user = user(world, facts);
    let subject = user.map_or(&facts.client, |user| &user.login);
    let mut body = json!({ "active": true, "scope": facts.scope.join(" "), "username": subject });
    if let Some(end) = facts.expires_at {
        body["exp"] = json!(end.as_second());
    }
    body["sub"] = json!(subject);
    body["token_type"] = json!("Bearer");
    body["client_id"] = json!(facts.client);
    if let Some(user) = user {
        body["uid"] = json!(user.id);
    }
    body
}

/// Id tokens are not remembered: their signature vouches for them.
fn of_id_token(world: &World, server: Server<'_>, token: &str) -> Option<Value> {
    let claims = verified(world, token).ok()?;
    let is_id_token = claims["jti"]
        .as_str()
        .is_some_and(|id| id.starts_with("ID."));
    let lives = world.clock.now().as_second() < claims["exp"].as_i64()?;
    let is_ours = claims["iss"] == server.issuer(world).as_str();
    if !(is_id_token && lives && is_ours) {
        return None;
    }
    let mut body = json!({ "active": true, "username": claims["preferred_username"] });
    for name in ["exp", "iat", "sub", "aud", "iss", "jti"] {
        body[name] = claims[name].clone();
    }
    body["token_type"] = json!("Bearer");
    body["client_id"] = claims["aud"].clone();
    body["uid"] = claims["sub"].clone();
    Some(body)
}

fn user<'w>(world: &'w World, facts: &TokenFacts) -> Option<&'w User> {
    let id = facts.user.as_deref()?;
    let mut users = world.directory.okta.users.iter();
    users.find(|user| user.id == id)
}
