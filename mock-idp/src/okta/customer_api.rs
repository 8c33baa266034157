//! A customer's own API behind an Okta custom authorization server: a plain OAuth 2.0 resource (RFC 6750).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::denial::Named;
use super::dpop;
use super::server::Server;
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::resource::{Trouble, inspect, shown};
use crate::world::World;

/// The scope that opens it: one for reading and writing, so that what [`MockIdp::scopes`](crate::MockIdp::scopes) names is enough.
const NEEDED: &str = "orders.read";

/// Answers a request to the API: any path, as long as the token is good. A POST places an order, whatever it says.
pub(super) fn answer(world: &World, inbound: &Inbound) -> Reply {
    let servers = &world.directory.okta.authorization_servers;
    let issuers: Vec<String> = servers
        .iter()
        .map(|server| Server::Custom(server).issuer(world))
        .collect();
    let issuers: Vec<&str> = issuers.iter().map(String::as_str).collect();
    let audiences: Vec<&str> = servers
        .iter()
        .map(|server| server.audience.as_str())
        .collect();
    let shown = match dpop::unwrapped(world, inbound, shown(inbound, &[])) {
        Ok(shown) => shown,
        Err(named) => return unproven(&named),
    };
    let claims = match inspect(world, &shown, &audiences, &issuers) {
        Ok(claims) => claims,
        Err(trouble) => return unauthorized(trouble),
    };
    let scopes = claims["scp"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    if !scopes.into_iter().any(|scope| scope == NEEDED) {
        return forbidden();
    }
    if inbound.method == Method::POST {
        return Reply::json(
            StatusCode::CREATED,
            json!({ "id": "1002", "state": "accepted" }),
        );
    }
    Reply::json(
        StatusCode::OK,
        json!({ "orders": [{ "id": "1001", "item": "tea", "quantity": 2 }] }),
    )
}

/// The API's answer with a status that a fault asks for.
pub(super) fn scripted(status: u16) -> Reply {
    match status {
        401 => unauthorized(Trouble::Expired),
        403 => forbidden(),
        _ => {
            let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut reply = Reply::json(
                code,
                json!({ "message": code.canonical_reason().unwrap_or("error") }),
            );
            if matches!(status, 429 | 503) {
                reply.set_header("retry-after", "10");
            }
            reply
        }
    }
}

fn unauthorized(trouble: Trouble) -> Reply {
    let description = match trouble {
        // A request without credentials is told no more than how to come back (RFC 6750 section 3.1).
        Trouble::Missing => {
            let mut reply = Reply::json(
                StatusCode::UNAUTHORIZED,
                json!({ "message": "no access token" }),
            );
            reply.set_header("www-authenticate", "Bearer realm=\"orders\"");
            return reply;
        }
        Trouble::Expired => "The token has expired.",
        Trouble::Revoked => "The token has been revoked.",
        Trouble::NotYetValid => "The token is not yet valid.",
        Trouble::Audience => "The token is meant for another audience.",
        Trouble::Issuer => "The token comes from another issuer.",
        Trouble::NotAToken | Trouble::Algorithm | Trouble::Signature => "The token is invalid.",
    };
    let mut reply = Reply::json(StatusCode::UNAUTHORIZED, json!({ "message": description }))
        .with_error("invalid_token", None);
    reply.set_header(
        "www-authenticate",
        &format!(
            "Bearer realm=\"orders\", error=\"invalid_token\", error_description=\"{description}\""
        ),
    );
    reply
}

/// A bound token without the proof that goes with it (RFC 9449 section 7.1), or a token where it has no business.
fn unproven(refused: &Named) -> Reply {
    let (error, description) = refused.text();
    let (status, scheme, algorithms) = match refused.is_about_a_proof() {
        true => {
            let algorithms = format!(", algs=\"{}\"", dpop::ALGORITHMS.join(" "));
            (StatusCode::UNAUTHORIZED, "DPoP", algorithms)
        }
        false => (refused.status(), "Bearer", String::new()),
    };
    let mut reply = Reply::json(status, json!({ "message": description })).with_error(error, None);
    reply.set_header(
        "www-authenticate",
        &format!(
            "{scheme} realm=\"orders\", error=\"{error}\", error_description=\"{description}\"{algorithms}"
        ),
    );
    reply
}

fn forbidden() -> Reply {
    let mut reply = Reply::json(
        StatusCode::FORBIDDEN,
        json!({ "message": "the token lacks a scope" }),
    )
    .with_error("insufficient_scope", None);
    reply.set_header(
        "www-authenticate",
        &format!("Bearer realm=\"orders\", error=\"insufficient_scope\", scope=\"{NEEDED}\""),
    );
    reply
}
