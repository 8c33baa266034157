//! How the management API says no to an access token: no body, all is in the challenge.

use http::StatusCode;

use super::need::Need;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::resource::Trouble;
use crate::world::World;

/// An answer that refuses. Boxed, since it is much larger than what is passed on when all is well.
pub(super) type Refused = Box<Reply>;

/// 401 for an access token.
pub(super) fn unauthorized(
    world: &World,
    inbound: &Inbound,
    need: &Need<'_>,
    trouble: Trouble,
) -> Reply {
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
    let status = StatusCode::UNAUTHORIZED;
    challenge(world, inbound, need, status, "invalid_token", description)
}

/// 403 for an access token that lacks a scope.
pub(super) fn insufficient_scope(world: &World, inbound: &Inbound, need: &Need<'_>) -> Reply {
    challenge(
        world,
        inbound,
        need,
        StatusCode::FORBIDDEN,
        "insufficient_scope",
        "The access token provided does not contain the required scopes.",
    )
}

fn challenge(
    world: &World,
    inbound: &Inbound,
    need: &Need<'_>,
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
    let (scope, path) = (need.scope(), inbound.uri.path());
    let value = format!(
        "Bearer authorization_uri=\"http://{host}/oauth2/v1/authorize\", realm=\"http://{host}\", scope=\"{scope}\", error=\"{error}\", error_description=\"{description}\", resource=\"{path}\""
    );
    let mut reply = Reply::empty(status).with_error(error, None);
    reply.set_header("www-authenticate", &value);
    reply.set_header("access-control-expose-headers", "WWW-Authenticate");
    reply
}
