//! A Graph-shaped resource (learn.microsoft.com/graph/api/overview): people, applications and service principals of the tenant
//! that a token is of.
//!
//! What is registered or changed here is in the directory at once: it holds at the token endpoint, stands in what the control API
//! shows, and goes with a snapshot.

mod app_roles;
mod applications;
mod assignments;
mod call;
mod caller;
mod federated;
mod fields;
mod keys;
mod list;
mod passwords;
mod people;
mod query;
mod refusal;
mod registering;
mod service_principals;
mod shape;
mod userinfo;

use http::Method;

use self::call::Call;
use self::caller::Caller;
use self::refusal::{Refused, sent_request_id};
use crate::inbound::Inbound;
use crate::reply::{Payload, Reply};
use crate::world::World;

pub(super) use refusal::{scripted, throttled_as_forbidden};

/// Answers a Graph request.
pub(super) fn answer(world: &World, inbound: &Inbound) -> Reply {
    answered(world, inbound).unwrap_or_else(|refused| *refused)
}

fn answered(world: &World, inbound: &Inbound) -> Result<Reply, Refused> {
    let caller = Caller::of(world, inbound)?;
    let call = Call::of(world, inbound, caller)?;
    call.stepped_up()?;
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["oidc", "userinfo"] => userinfo::answer(&call),
        ["v1.0", "me", rest @ ..] => people::me(&call, rest),
        ["v1.0", "users", rest @ ..] => people::users(&call, rest),
        ["v1.0", "groups", rest @ ..] => people::groups(&call, rest),
        ["v1.0", "applications", rest @ ..] => applications::answer(&call, rest),
        ["v1.0", "serviceprincipals", rest @ ..] => service_principals::answer(&call, rest),
        _ => Err(call.no_segment()),
    }
}

/// The methods that a place takes, as an answer to the others has them.
fn only(call: &Call<'_>, allowed: &[Method]) -> Refused {
    let mut refused = call.refuse(
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    );
    let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    refused.set_header("allow", &names.join(", "));
    refused
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
