//! The device authorization endpoint, `/oauth2/v1/device/authorize` and `/oauth2/{id}/v1/device/authorize`
//! (developer.okta.com/docs/guides/device-authorization-grant).

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::client::authenticated;
use super::denial::{OktaDenial, named};
use super::issuing::{by_password, refresh_value, terms};
use super::scope;
use super::server::Server;
use super::token::allowed;
use crate::directory::GrantType;
use crate::engine::{self, Claimed, Grant, TokenRequest};
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::ledger::{AskedFor, DevicePace, Manner};
use crate::reply::Reply;
use crate::world::World;

/// Ten minutes, and a poll every five seconds.
const PACE: DevicePace = DevicePace {
    lifetime: Duration::from_secs(600),
    interval: Duration::from_secs(5),
};
/// User codes are made of eight letters. Without vowels they make no words (RFC 8628 section 6.1).
const USER_CODE: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_LENGTH: usize = 8;

/// Answers a device authorization request.
pub(super) fn answer(world: &World, inbound: &Inbound, request: &TokenRequest) -> Reply {
    begun(world, inbound, request).unwrap_or_else(|denial| denial.render(world))
}

fn begun(world: &World, inbound: &Inbound, request: &TokenRequest) -> Result<Reply, OktaDenial> {
    let server = Server::of(world, inbound)?;
    let claimed = authenticated(world, inbound, request)?;
    engine::may_use(&claimed, GrantType::DeviceCode)?;
    let asked = AskedFor {
        client: claimed.application.id.clone(),
        issuer: server.id().to_owned(),
        scope: scope::of_user(request.scope(), server, claimed.application)?,
        any_issuer: false,
    };
    let most = world.directory.okta.uncertain.waiting_device_codes;
    let waiting = world
        .ledger
        .pending_sign_ins_of(&asked.client, world.clock.now());
    if usize::try_from(most).is_ok_and(|most| most <= waiting) {
        return Err(named("too_many_user_codes").into());
    }
    let device_code = world.entropy.guid();
    let (label, user_code) = world.ledger.begin_sign_in(
        asked,
        PACE,
        &device_code,
        || world.entropy.characters(USER_CODE, USER_CODE_LENGTH),
        world.clock.now(),
    );
    let page = format!("{}/activate", world.origin(Origin::Org));
    let body = json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": PACE.lifetime.as_secs(),
        "interval": PACE.interval.as_secs(),
    });
    Ok(Reply::json(StatusCode::OK, body).with_issued([label]))
}

/// A poll. Whoever asks more often than every five seconds is told to slow down.
pub(super) fn redeemed(
    world: &World,
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
    key: Option<[u8; 32]>,
) -> Result<Grant, OktaDenial> {
    let now = world.clock.now();
    let shown = request.require("device_code")?;
    let facts = world.ledger.state_of(shown, now).0;
    let user = facts.as_ref().and_then(|facts| facts.user.clone());
    let asked = facts.map(|facts| facts.scope).unwrap_or_default();
    // Who has not been there yet has allowed nothing yet.
    if let Some(user) = user {
        allowed(world, server, claimed, &user, &asked)?;
    }
    let manner = Manner {
        key,
        ..by_password(world)
    };
    let application = claimed.application;
    let grant = engine::redeem_device_code(
        request,
        claimed,
        &world.directory.okta.users,
        terms(
            world,
            server,
            application,
            GrantType::DeviceCode,
            asked,
            manner,
        )?,
        true,
        &world.ledger,
        now,
        || refresh_value(world),
    )?;
    Ok(grant)
}
