//! Graph's ways of saying no.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use crate::entra::aadsts::utc;
use crate::entra::correlation::is_guid;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::ledger::AccessEvent;
use crate::reply::{Payload, Reply};
use crate::resource::Trouble;
use crate::world::World;

/// A refusal, in place of what was asked for.
pub(super) type Refused = Box<Reply>;

/// What a resource asks its client to come back with (learn.microsoft.com/entra/identity-platform/claims-challenge).
pub(super) enum Challenge<'a> {
    /// A token that was issued after this instant (continuous access evaluation).
    IssuedAfter(Timestamp, AccessEvent),
    /// A token that has satisfied this authentication context.
    Context(&'a str),
}

/// 401 as Graph has it. The challenge carries no `error` for a plain failure.
pub(super) fn unauthorized(world: &World, inbound: &Inbound, trouble: Trouble) -> Reply {
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
    reply.set_header("www-authenticate", &bearer(world));
    reply
}

/// 401 with what the next token has to have. The header's value is padded base64, in which clients that split at `=` or `,` go
/// wrong; the space before `"value"` was observed.
pub(super) fn challenged(world: &World, inbound: &Inbound, challenge: &Challenge<'_>) -> Reply {
    let (claims, message) = match challenge {
        Challenge::IssuedAfter(at, event) => (
            format!(
                r#"{{"access_token":{{"nbf":{{"essential":true, "value":"{}"}}}}}}"#,
                at.as_second()
            ),
            format!(
                "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: {}",
                event.code()
            ),
        ),
        // The wording is assumed: APIs that step up are custom ones.
        Challenge::Context(context) => (
            json!({ "access_token": { "acrs": { "essential": true, "value": context } } })
                .to_string(),
            "The presented access token does not satisfy the required authentication context."
                .to_owned(),
        ),
    };
    let mut reply = error(world, inbound, 401, "InvalidAuthenticationToken", &message);
    let value = format!(
        "{}, error=\"insufficient_claims\", claims=\"{}\"",
        bearer(world),
        STANDARD.encode(claims)
    );
    reply.set_header("www-authenticate", &value);
    reply
}

fn bearer(world: &World) -> String {
    let login = world.origin(Origin::Login);
    format!(
        "Bearer realm=\"\", authorization_uri=\"{login}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\""
    )
}

pub(super) fn forbidden(world: &World, inbound: &Inbound) -> Reply {
    error(
        world,
        inbound,
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
}

pub(super) fn not_found(world: &World, inbound: &Inbound, id: &str) -> Reply {
    let message = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    error(world, inbound, 404, "Request_ResourceNotFound", &message)
}

/// Graph's answer with a status that a fault asks for. That a throttled caller is told to wait ten seconds, and how the codes
/// of 429, 503 and the rest are spelled, is assumed.
pub(in crate::entra) fn scripted(world: &World, inbound: &Inbound, status: u16) -> Reply {
    match status {
        401 => unauthorized(world, inbound, Trouble::Expired),
        403 => forbidden(world, inbound),
        404 => {
            let id = inbound.uri.path().rsplit('/').next().unwrap_or_default();
            not_found(world, inbound, id)
        }
        429 => {
            let mut reply = error(
                world,
                inbound,
                429,
                "TooManyRequests",
                "Too many requests. Please try again later.",
            );
            reply.set_header("retry-after", "10");
            throttling(world, inbound, &mut reply);
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

/// What tells whose share is used up, and of what (learn.microsoft.com/graph/throttling). Which kind of limit it was is assumed.
fn throttling(world: &World, inbound: &Inbound, reply: &mut Reply) {
    let shown = crate::resource::shown(inbound, &[]);
    let (facts, _) = world.ledger.state_of(&shown.credential, world.clock.now());
    let (kind, information) = match inbound.is_read() {
        true => ("Read", "ResourceUnitLimitExceeded"),
        false => ("Write", "WriteLimitExceeded"),
    };
    if let Some(facts) = facts {
        let scope = format!(
            "Tenant_Application/{kind}/{}/{}",
            facts.client, facts.issuer
        );
        reply.set_header("x-ms-throttle-scope", &scope);
    }
    reply.set_header("x-ms-throttle-information", information);
}

/// The way in which some resources throttle (learn.microsoft.com/graph/throttling): 403 with a code of its own inside.
pub(in crate::entra) fn throttled_as_forbidden(world: &World, inbound: &Inbound) -> Reply {
    let message = "Too many requests. Please try again later.";
    let mut reply = error(world, inbound, 403, "accessDenied", message);
    if let Payload::Json(body) = &mut reply.body {
        body["error"]["innerError"]["code"] = json!("throttledRequest");
    }
    reply
}

pub(super) fn error(
    world: &World,
    inbound: &Inbound,
    status: u16,
    code: &str,
    message: &str,
) -> Reply {
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

pub(super) fn sent_request_id(inbound: &Inbound) -> Option<String> {
    inbound
        .header("client-request-id")
        .filter(|id| is_guid(id))
        .map(str::to_owned)
}
