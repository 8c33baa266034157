//! A Graph-shaped resource: `/v1.0/me`, `/v1.0/users`, `/v1.0/users/{id}`, `/v1.0/groups`, and below a user `sendMail`, which takes a POST.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::aadsts::utc;
use super::correlation::is_guid;
use super::tokens::{v1_issuer, v2_issuer};
use crate::directory::{Group, Tenant, User};
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::{Payload, Reply};
use crate::resource::{Trouble, inspect, shown};
use crate::world::World;

/// Answers a Graph request.
pub(super) fn answer(world: &World, inbound: &Inbound) -> Reply {
    let token = shown(inbound, &[]);
    let issuers: Vec<String> = world
        .directory
        .entra
        .tenants
        .iter()
        .flat_map(|tenant| [v1_issuer(world, &tenant.id), v2_issuer(world, &tenant.id)])
        .collect();
    let issuers: Vec<&str> = issuers.iter().map(String::as_str).collect();
    let of_cloud = format!("https://{}", world.directory.entra.cloud.msgraph_host());
    let audiences = [
        of_cloud.as_str(),
        "https://graph.microsoft.com",
        "https://graph.microsoft.com/",
        "00000003-0000-0000-c000-000000000000",
    ];
    let claims = match inspect(world, &token, &audiences, &issuers) {
        Ok(claims) => claims,
        Err(trouble) => return unauthorized(world, inbound, trouble),
    };
    let tenant = claims["tid"].as_str().unwrap_or_default();
    match world.directory.entra.tenant(tenant) {
        Some(tenant) => route(world, inbound, tenant, &claims),
        None => unauthorized(world, inbound, Trouble::Issuer),
    }
}

fn route(world: &World, inbound: &Inbound, tenant: &Tenant, claims: &Value) -> Reply {
    let path = inbound.uri.path().to_ascii_lowercase();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let is_user = claims["scp"].is_string();
    match segments.as_slice() {
        ["v1.0", "me"] if is_user => match tenant
            .users
            .iter()
            .find(|user| claims["oid"] == user.id.as_str())
        {
            Some(user) => Reply::json(
                StatusCode::OK,
                with_context(world, "users/$entity", shape(user)),
            ),
            None => not_found(world, inbound),
        },
        ["v1.0", "me", "sendmail"] if inbound.method == Method::POST && is_user => {
            send_mail(world, inbound, claims)
        }
        ["v1.0", "users", id, "sendmail"] if inbound.method == Method::POST => {
            // Whoever may not send is not told who exists.
            match find(tenant, id) {
                None if may(claims, &["Mail.Send"]) => not_found(world, inbound),
                _ => send_mail(world, inbound, claims),
            }
        }
        ["v1.0", "me", ..] if !is_user => error(
            world,
            inbound,
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        ),
        ["v1.0", "users", ..] if !may_read_users(claims) => forbidden(world, inbound),
        ["v1.0", "users"] => {
            let users: Vec<Value> = tenant.users.iter().map(shape).collect();
            Reply::json(
                StatusCode::OK,
                with_context(world, "users", json!({ "value": users })),
            )
        }
        ["v1.0", "groups", ..] if !may(claims, &READS_GROUPS) => forbidden(world, inbound),
        ["v1.0", "groups"] => {
            let groups: Vec<Value> = tenant.groups.iter().map(group).collect();
            Reply::json(
                StatusCode::OK,
                with_context(world, "groups", json!({ "value": groups })),
            )
        }
        ["v1.0", "groups", id] => match tenant
            .groups
            .iter()
            .find(|group| group.id.eq_ignore_ascii_case(id))
        {
            Some(found) => Reply::json(
                StatusCode::OK,
                with_context(world, "groups/$entity", group(found)),
            ),
            None => not_found(world, inbound),
        },
        ["v1.0", "users", id] => match find(tenant, id) {
            Some(user) => Reply::json(
                StatusCode::OK,
                with_context(world, "users/$entity", shape(user)),
            ),
            None => not_found(world, inbound),
        },
        _ => error(
            world,
            inbound,
            400,
            "BadRequest",
            "Resource not found for the segment.",
        ),
    }
}

/// The permissions that open groups (learn.microsoft.com/graph/api/group-list).
const READS_GROUPS: [&str; 5] = [
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// A security group, with the properties that most readers look at.
fn group(group: &Group) -> Value {
    json!({
        "id": group.id, "description": group.description, "displayName": group.name, "groupTypes": [], "mail": null,
        "mailEnabled": false, "securityEnabled": true,
    })
}

fn find<'t>(tenant: &'t Tenant, id: &str) -> Option<&'t User> {
    tenant
        .users
        .iter()
        .find(|user| user.id == id || user.login.eq_ignore_ascii_case(id))
}

/// 202 without a body, whatever the message says (learn.microsoft.com/graph/api/user-sendmail).
fn send_mail(world: &World, inbound: &Inbound, claims: &Value) -> Reply {
    if may(claims, &["Mail.Send"]) {
        Reply::empty(StatusCode::ACCEPTED)
    } else {
        forbidden(world, inbound)
    }
}

fn may_read_users(claims: &Value) -> bool {
    const ENOUGH: [&str; 4] = [
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
        "User.ReadBasic.All",
    ];
    may(claims, &ENOUGH)
}

/// Whether a token has one of these permissions, be it for itself or for a user.
fn may(claims: &Value, enough: &[&str]) -> bool {
    let roles = claims["roles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let scopes = claims["scp"].as_str().unwrap_or_default().split(' ');
    roles.chain(scopes).any(|name| enough.contains(&name))
}

/// 401 as Graph has it. The challenge carries no `error` for a plain failure.
fn unauthorized(world: &World, inbound: &Inbound, trouble: Trouble) -> Reply {
    let message = match trouble {
        Trouble::Missing => "Access token is empty.",
        Trouble::NotAToken => "CompactToken parsing failed with error code: 80049217",
        Trouble::Expired => "Lifetime validation failed, the token is expired.",
        Trouble::NotYetValid => "Access token has expired or is not yet valid.",
        Trouble::Audience => "Access token validation failure. Invalid audience.",
        Trouble::Issuer => "Access token validation failure. Invalid issuer.",
        Trouble::Algorithm | Trouble::Signature => {
            "Access token validation failure. Invalid signature."
        }
        Trouble::Revoked => {
            "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"
        }
    };
    let mut reply = error(world, inbound, 401, "InvalidAuthenticationToken", message);
    let login = world.origin(Origin::Login);
    reply.set_header(
        "www-authenticate",
        &format!("Bearer realm=\"\", authorization_uri=\"{login}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\""),
    );
    reply
}

fn forbidden(world: &World, inbound: &Inbound) -> Reply {
    error(
        world,
        inbound,
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
}

fn not_found(world: &World, inbound: &Inbound) -> Reply {
    let id = inbound.uri.path().rsplit('/').next().unwrap_or_default();
    let message = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    error(world, inbound, 404, "Request_ResourceNotFound", &message)
}

/// Graph's answer with a status that a fault asks for. That a throttled caller is told to wait ten seconds, and how the codes
/// of 429, 503 and the rest are spelled, is assumed.
pub(super) fn scripted(world: &World, inbound: &Inbound, status: u16) -> Reply {
    match status {
        401 => unauthorized(world, inbound, Trouble::Expired),
        403 => forbidden(world, inbound),
        404 => not_found(world, inbound),
        429 => {
            let mut reply = error(
                world,
                inbound,
                429,
                "TooManyRequests",
                "Too many requests. Please try again later.",
            );
            reply.set_header("retry-after", "10");
            reply
        }
        503 => error(
            world,
            inbound,
            503,
            "serviceNotAvailable",
            "The service is temporarily unavailable.",
        ),
        other => error(
            world,
            inbound,
            other,
            "generalException",
            "An unspecified error has occurred.",
        ),
    }
}

/// The way in which some resources throttle (learn.microsoft.com/graph/throttling): 403 with a code of its own inside.
pub(super) fn throttled_as_forbidden(world: &World, inbound: &Inbound) -> Reply {
    let message = "Too many requests. Please try again later.";
    let mut reply = error(world, inbound, 403, "accessDenied", message);
    if let Payload::Json(body) = &mut reply.body {
        body["error"]["innerError"]["code"] = json!("throttledRequest");
    }
    reply
}

fn error(world: &World, inbound: &Inbound, status: u16, code: &str, message: &str) -> Reply {
    let request_id = world.entropy.guid();
    let client_request_id = sent_request_id(inbound).unwrap_or_else(|| request_id.clone());
    let date = utc(world.clock.now())
        .trim_end_matches('Z')
        .replace(' ', "T");
    let body = json!({ "error": { "code": code, "message": message, "innerError": {
        "date": date, "request-id": request_id, "client-request-id": client_request_id,
    } } });
    let mut reply = Reply::json(
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        body,
    )
    .with_error(code, None);
    reply.set_header("request-id", &request_id);
    reply
}

/// The headers Graph sends with everything.
pub(super) fn dress(world: &World, inbound: &Inbound, reply: &mut Reply) {
    let request_id = reply
        .header("request-id")
        .map_or_else(|| world.entropy.guid(), str::to_owned);
    if !matches!(reply.body, Payload::Empty) {
        reply.default_header("content-type", "application/json");
    }
    reply.default_header("strict-transport-security", "max-age=31536000");
    reply.default_header("request-id", &request_id);
    reply.default_header(
        "client-request-id",
        &sent_request_id(inbound).unwrap_or(request_id),
    );
    reply.default_header("x-ms-ags-diagnostic", r#"{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"003","RoleInstance":"AM1PEPF00000001"}}"#);
}

fn sent_request_id(inbound: &Inbound) -> Option<String> {
    inbound
        .header("client-request-id")
        .filter(|id| is_guid(id))
        .map(str::to_owned)
}

fn with_context(world: &World, kind: &str, mut body: Value) -> Value {
    let context = format!("{}/v1.0/$metadata#{kind}", world.origin(Origin::Graph));
    if let Some(members) = body.as_object_mut() {
        members.shift_insert(0, "@odata.context".to_owned(), json!(context));
    }
    body
}

fn shape(user: &User) -> Value {
    let (given, family) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    json!({
        "businessPhones": [], "displayName": user.name, "givenName": given, "jobTitle": null, "mail": user.login,
        "mobilePhone": null, "officeLocation": null, "preferredLanguage": null, "surname": family,
        "userPrincipalName": user.login, "id": user.id,
    })
}
