//! Who the user of an access token is (OpenID Connect Core section 5.3,
//! developer.okta.com/docs/api/openapi/okta-oauth, `userinfo`).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::challenge::{about, challenge};
use super::denial::named;
use super::envelope::method_not_allowed;
use super::server::Server;
use super::{dpop, management};
use crate::directory::User;
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::resource::{inspect, shown};
use crate::world::World;

/// Okta has more of each user; what no directory says is that of an org in its first days.
const LOCALE: &str = "en_US";
const ZONE: &str = "America/Los_Angeles";

/// Answers with what the scopes of the token open.
pub(super) fn answer(world: &World, inbound: &Inbound) -> Reply {
    if !inbound.is_read() && inbound.method != Method::POST {
        return method_not_allowed(world);
    }
    let server = match Server::of(world, inbound) {
        Ok(server) => server,
        Err(denial) => return denial.render(world),
    };
    let refused = |named| challenge(world, inbound, "openid", &named);
    let shown = match dpop::unwrapped(world, inbound, shown(inbound, &management::GLUED)) {
        Ok(shown) => shown,
        Err(named) => return refused(named),
    };
    let issuer = server.issuer(world);
    let audience = match server {
        Server::Org => issuer.as_str(),
        Server::Custom(custom) => &custom.audience,
    };
    let claims = match inspect(world, &shown, &[audience], &[&issuer]) {
        Ok(claims) => claims,
        Err(trouble) => return refused(about(trouble)),
    };
    let scopes = claims["scp"].as_array().into_iter().flatten();
    let scopes: Vec<&str> = scopes.filter_map(Value::as_str).collect();
    let mut users = world.directory.okta.users.iter();
    let user = users.find(|user| claims["uid"] == user.id.as_str() && user.enabled);
    match user {
        _ if !scopes.contains(&"openid") => refused(named("insufficient_scope")),
        None => refused(named("token_invalid")),
        Some(user) => Reply::json(StatusCode::OK, shape(world, user, &scopes)),
    }
}

/// Members in the order of Okta's answers.
fn shape(world: &World, user: &User, scopes: &[&str]) -> Value {
    let has = |scope: &str| scopes.contains(&scope);
    let (given, family) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let mut body = json!({ "sub": user.id });
    let mut add = |name: &str, value: Value| body[name] = value;
    if has("profile") {
        add("name", json!(user.name));
        add("locale", json!(LOCALE));
    }
    if has("email") {
        add("email", json!(user.login));
    }
    if has("profile") {
        add("preferred_username", json!(user.login));
        add("given_name", json!(given));
        add("family_name", json!(family));
        add("zoneinfo", json!(ZONE));
        add("updated_at", json!(management::CREATED_SECONDS));
    }
    if has("email") {
        add("email_verified", json!(true));
    }
    if has("groups") {
        add("groups", json!(super::tokens::group_names(world, user)));
    }
    body
}
