//! The keys of a custom authorization server, as an administrator sees and rotates them
//! (developer.okta.com/docs/api/openapi/okta-management, `authorizationServers/{id}/credentials`).
//!
//! Each server has keys of its own, and so has the org: a rotation is one of this server alone.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::codes;
use super::envelope::method_not_allowed;
use super::management::CREATED;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::keys::{KeyRing, SigningKey, Stage};
use crate::reply::Reply;
use crate::world::World;

/// Answers a request below `/api/v1/authorizationServers/{id}/credentials`.
pub(super) fn answer(world: &World, inbound: &Inbound, server: &str, below: &[&str]) -> Reply {
    match (below, &inbound.method) {
        (["keys"], &Method::GET) => Reply::json(StatusCode::OK, list(world, server)),
        (["keys", kid], &Method::GET) => match of(world, server, kid) {
            Some((key, stage)) => Reply::json(StatusCode::OK, shape(world, server, &key, stage)),
            None => unknown(world, kid, "JsonWebKey"),
        },
        (["lifecycle", "keyRotate"], &Method::POST) => rotated(world, inbound, server),
        (["keys" | "lifecycle", ..], _) => method_not_allowed(world),
        _ => codes::answer(world, "E0000008", &[]),
    }
}

/// NEXT becomes ACTIVE, ACTIVE becomes EXPIRED, and there is a new NEXT.
fn rotated(world: &World, inbound: &Inbound, server: &str) -> Reply {
    let wanted: Option<Value> = serde_json::from_slice(&inbound.body).ok();
    match wanted.as_ref().map(|wanted| &wanted["use"]) {
        None => codes::answer(world, "E0000003", &[]),
        Some(wanted) if wanted == "sig" => {
            world.keys.alone(server, KeyRing::roll);
            Reply::json(StatusCode::OK, list(world, server))
                .with_change(format!("keys of the authorization server {server} rotated"))
        }
        Some(_) => codes::refusal(
            world,
            "E0000001",
            &[("what", "rotateKeys")],
            &["use: 'use' must be 'sig'."],
        ),
    }
}

fn list(world: &World, server: &str) -> Value {
    let staged = world.keys.of(server).staged();
    let keys = staged.iter();
    keys.map(|(key, stage)| shape(world, server, key, *stage))
        .collect()
}

fn of(world: &World, server: &str, kid: &str) -> Option<(SigningKey, Stage)> {
    let mut keys = world.keys.of(server).staged().into_iter();
    keys.find(|(key, _)| key.kid() == kid)
}

/// In the order of the documentation's example.
fn shape(world: &World, server: &str, key: &SigningKey, stage: Stage) -> Value {
    let status = match stage {
        Stage::Active => "ACTIVE",
        Stage::Next => "NEXT",
        Stage::Expired => "EXPIRED",
    };
    let jwk = key.okta_jwk();
    let home = world.origin(Origin::Org);
    let own = format!(
        "{home}/api/v1/authorizationServers/{server}/credentials/keys/{}",
        key.kid()
    );
    json!({
        "status": status, "created": CREATED, "lastUpdated": CREATED,
        "alg": "RS256", "e": jwk["e"], "n": jwk["n"], "kid": key.kid(), "kty": "RSA", "use": "sig",
        "_links": { "self": { "href": own, "hints": { "allow": ["GET"] } } },
    })
}

fn unknown(world: &World, id: &str, kind: &str) -> Reply {
    codes::answer(world, "E0000007", &[("id", id), ("type", kind)])
}
