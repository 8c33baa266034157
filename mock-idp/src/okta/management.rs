//! The management API: `/api/v1/users`, by SSWS token or by an access token of the org server.

use http::StatusCode;

use serde_json::{Value, json};

use super::envelope::{envelope, method_not_allowed};
use super::server::Server;
use super::{challenge, dpop, groups, paging, server_keys};
use crate::directory::{ApiToken, User};
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::resource::{Shown, Trouble, inspect, shown};
use crate::world::World;

/// Schemes that are accepted without a space after them: the Python SDK 3 sends `SSWS<token>`. That Okta accepts it is assumed
/// from the SDK having shipped so.
pub(super) const GLUED: [&str; 2] = ["SSWS", "Bearer"];
/// Users per page when no limit is asked for.
const USERS_PER_PAGE: usize = 200;
/// When the built-in users were created; a fixed instant, so that answers do not change from run to run.
pub(super) const CREATED: &str = "2024-01-15T09:00:00.000Z";
/// The same in seconds since 1970.
pub(super) const CREATED_SECONDS: i64 = 1_705_309_200;

/// Who calls.
enum Caller<'w> {
    ApiToken(&'w ApiToken),
    AccessToken(Value),
}

/// Answers a management request.
pub(super) fn answer(world: &World, inbound: &Inbound) -> Reply {
    match authenticate(world, inbound) {
        Ok(caller) => route(world, inbound, &caller),
        Err(refusal) => *refusal,
    }
}

fn authenticate<'w>(world: &'w World, inbound: &Inbound) -> Result<Caller<'w>, Box<Reply>> {
    let shown = dpop::unwrapped(world, inbound, shown(inbound, &GLUED)).map_err(|refused| {
        Box::new(challenge::challenge(
            world,
            inbound,
            &needed_scope(inbound),
            &refused,
        ))
    })?;
    if shown.scheme.eq_ignore_ascii_case("SSWS") {
        return api_token(world, &shown)
            .map(Caller::ApiToken)
            .ok_or_else(|| {
                Box::new(envelope(
                    world,
                    StatusCode::UNAUTHORIZED,
                    "E0000011",
                    "Invalid token provided",
                    &[],
                ))
            });
    }
    if !shown.scheme.eq_ignore_ascii_case("Bearer") {
        return Err(Box::new(envelope(
            world,
            StatusCode::FORBIDDEN,
            "E0000005",
            "Invalid session",
            &[],
        )));
    }
    let issuer = Server::Org.issuer(world);
    let claims = inspect(world, &shown, &[&issuer], &[&issuer])
        .map_err(|trouble| Box::new(unauthorized(world, inbound, trouble)))?;
    let needed = needed_scope(inbound);
    let held = claims["scp"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    if held
        .into_iter()
        .any(|scope| scope == needed || scope == needed.replace(".read", ".manage"))
    {
        Ok(Caller::AccessToken(claims))
    } else {
        Err(Box::new(insufficient_scope(world, inbound)))
    }
}

/// The token shown, if it exists and its owner's account still works.
pub(super) fn api_token<'w>(world: &'w World, shown: &Shown) -> Option<&'w ApiToken> {
    let okta = &world.directory.okta;
    let token = okta
        .api_tokens
        .iter()
        .find(|token| token.value.reveal() == shown.credential)?;
    let now = world.clock.now();
    if token.expires.is_some_and(|end| end <= now) {
        return None;
    }
    okta.users
        .iter()
        .any(|user| user.login == token.user && user.enabled)
        .then_some(token)
}

fn needed_scope(inbound: &Inbound) -> String {
    let resource = inbound.uri.path().split('/').nth(3).unwrap_or("users");
    let right = if inbound.method == http::Method::GET {
        "read"
    } else {
        "manage"
    };
    format!("okta.{resource}.{right}")
}

/// 401 for a bearer token: no body, all is in the challenge.
fn unauthorized(world: &World, inbound: &Inbound, trouble: Trouble) -> Reply {
    let description = match trouble {
        Trouble::Expired => "The token has expired.",
        Trouble::Revoked => "The access token has been revoked.",
        Trouble::Audience | Trouble::Issuer => {
            "The access token provided is not intended for Okta."
        }
        Trouble::Missing
        | Trouble::NotAToken
        | Trouble::Algorithm
        | Trouble::Signature
        | Trouble::NotYetValid => "The access token is invalid.",
    };
    challenge(
        world,
        inbound,
        StatusCode::UNAUTHORIZED,
        "invalid_token",
        description,
    )
}

fn insufficient_scope(world: &World, inbound: &Inbound) -> Reply {
    challenge(
        world,
        inbound,
        StatusCode::FORBIDDEN,
        "insufficient_scope",
        "The access token provided does not contain the required scopes.",
    )
}

fn challenge(
    world: &World,
    inbound: &Inbound,
    status: StatusCode,
    error: &str,
    description: &str,
) -> Reply {
    // The challenge names http URLs even where all is https: so does Okta.
    let host = world
        .origin(Origin::Org)
        .split("://")
        .nth(1)
        .unwrap_or_default();
    let (scope, path) = (needed_scope(inbound), inbound.uri.path());
    let value = format!(
        "Bearer authorization_uri=\"http://{host}/oauth2/v1/authorize\", realm=\"http://{host}\", scope=\"{scope}\", error=\"{error}\", error_description=\"{description}\", resource=\"{path}\""
    );
    let mut reply = Reply::empty(status).with_error(error, None);
    reply.set_header("www-authenticate", &value);
    reply.set_header("access-control-expose-headers", "WWW-Authenticate");
    reply
}

/// Okta's answer with a status that a fault asks for.
pub(super) fn scripted(world: &World, inbound: &Inbound, status: u16) -> Option<Reply> {
    match status {
        401 => Some(unauthorized(world, inbound, Trouble::Expired)),
        403 => Some(insufficient_scope(world, inbound)),
        _ => None,
    }
}

fn route(world: &World, inbound: &Inbound, caller: &Caller<'_>) -> Reply {
    let users = &world.directory.okta.users;
    let segments: Vec<&str> = inbound.uri.path().trim_matches('/').split('/').collect();
    if segments.get(..3) == Some(&["api", "v1", "groups"]) {
        return groups::answer(world, inbound, &segments[3..]);
    }
    if let [
        "api",
        "v1",
        "authorizationServers",
        id,
        "credentials",
        below @ ..,
    ] = &segments[..]
    {
        return server_keys::answer(world, inbound, id, below);
    }
    if segments.get(..3) != Some(&["api", "v1", "users"]) {
        return envelope(
            world,
            StatusCode::NOT_FOUND,
            "E0000008",
            "The requested path was not found",
            &[],
        );
    }
    if inbound.method != http::Method::GET {
        return method_not_allowed(world);
    }
    match segments.get(3..) {
        Some([]) => {
            let ids: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
            let shapes = |place: usize| shape(world, &users[place]);
            paging::list(world, inbound, "users", USERS_PER_PAGE, &ids, shapes)
        }
        Some([id]) => {
            let found = match (*id, caller) {
                ("me", Caller::ApiToken(token)) => {
                    users.iter().find(|user| user.login == token.user)
                }
                ("me", Caller::AccessToken(claims)) => {
                    users.iter().find(|user| claims["uid"] == user.id.as_str())
                }
                (id, _) => users.iter().find(|user| user.id == id || user.login == id),
            };
            match found {
                Some(user) => Reply::json(StatusCode::OK, shape(world, user)),
                None => {
                    let summary = format!("Not found: Resource not found: {id} (User)");
                    envelope(world, StatusCode::NOT_FOUND, "E0000007", &summary, &[])
                }
            }
        }
        _ => envelope(
            world,
            StatusCode::NOT_FOUND,
            "E0000008",
            "The requested path was not found",
            &[],
        ),
    }
}

fn shape(world: &World, user: &User) -> Value {
    let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let status = match user {
        user if !user.enabled => "SUSPENDED",
        user if user.locked => "LOCKED_OUT",
        user if user.password_expired => "PASSWORD_EXPIRED",
        _ => "ACTIVE",
    };
    json!({
        "id": user.id, "status": status, "created": CREATED, "activated": CREATED, "statusChanged": CREATED,
        "lastLogin": null, "lastUpdated": CREATED, "passwordChanged": CREATED, "type": { "id": "oty1tokenproofTyp0d7" },
        "profile": { "firstName": first, "lastName": last, "mobilePhone": null, "secondEmail": null, "login": user.login, "email": user.login },
        "credentials": { "password": {}, "provider": { "type": "OKTA", "name": "OKTA" } },
        "_links": { "self": { "href": format!("{}/api/v1/users/{}", world.origin(Origin::Org), user.id) } },
    })
}
