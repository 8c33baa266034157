//! The management API: `/api/v1/users`, by SSWS token or by an access token of the org server.

use http::StatusCode;

use serde_json::{Value, json};

use super::envelope::{envelope, method_not_allowed};
use super::server::Server;
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
const CREATED: &str = "2024-01-15T09:00:00.000Z";

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
    let shown = shown(inbound, &GLUED);
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
        Some([]) => list(world, inbound, users),
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

/// A page of users with one `link` header per relation; the cursor is the last id of the page before.
///
/// `next` comes last, as at Okta: the Python SDK 3 keeps only the last of several headers of one name.
fn list(world: &World, inbound: &Inbound, users: &[User]) -> Reply {
    let limit = match inbound
        .query_parameter("limit")
        .map(|limit| limit.parse::<usize>())
    {
        None => USERS_PER_PAGE,
        Some(Ok(limit @ 1..=USERS_PER_PAGE)) => limit,
        Some(_) => return invalid_paging(world, "Invalid limit."),
    };
    let start = match inbound.query_parameter("after") {
        None => 0,
        Some(cursor) => match users.iter().position(|user| user.id == cursor) {
            Some(place) => place + 1,
            None => return invalid_paging(world, "Invalid cursor."),
        },
    };
    let page = users.get(start..).unwrap_or_default();
    let (page, has_more) = (&page[..page.len().min(limit)], page.len() > limit);
    let mut reply = Reply::json(
        StatusCode::OK,
        Value::Array(page.iter().map(|user| shape(world, user)).collect()),
    );
    let base = format!("{}/api/v1/users", dialled(world, inbound));
    let after = inbound
        .query_parameter("after")
        .map(|cursor| format!("after={cursor}&"))
        .unwrap_or_default();
    reply.add_header(
        "link",
        &format!("<{base}?{after}limit={limit}>; rel=\"self\""),
    );
    if let Some(last) = page.last().filter(|_| has_more) {
        reply.add_header(
            "link",
            &format!("<{base}?after={}&limit={limit}>; rel=\"next\"", last.id),
        );
    }
    reply
}

fn invalid_paging(world: &World, cause: &str) -> Reply {
    envelope(
        world,
        StatusCode::BAD_REQUEST,
        "E0000029",
        "Invalid paging request.",
        &[cause],
    )
}

/// The origin as the client wrote it, so that links lead back the same way.
fn dialled(world: &World, inbound: &Inbound) -> String {
    let own = world.origin(Origin::Org);
    let (scheme, own_host) = own.split_once("://").unwrap_or(("https", own));
    let port = own_host.rsplit(':').next().unwrap_or_default();
    match inbound.header(http::header::HOST) {
        Some(host)
            if ["localhost", "127.0.0.1", "[::1]"]
                .iter()
                .any(|name| host == format!("{name}:{port}")) =>
        {
            format!("{scheme}://{host}")
        }
        _ => own.to_owned(),
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
