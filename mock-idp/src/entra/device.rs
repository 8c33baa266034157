//! The device authorization endpoint, `/{tenant}/oauth2/v2.0/devicecode`, and what its codes give
//! (learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code).

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::admission::Entrant;
use super::consented::Consented;
use super::denial::EntraDenial;
use super::realm;
use super::refresh::{delegated_lifetime, refresh_value};
use super::scope::{self, Resolved, Several};
use super::token::{delegated_scope, terms, well_formed};
use crate::directory::{GrantType, Tenant};
use crate::engine::{self, Claimed, Denial, Grant, TokenRequest};
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::ledger::{AskedFor, DevicePace, Manner, TokenFacts};
use crate::reply::Reply;
use crate::world::World;

/// Fifteen minutes, and a poll every five seconds.
const PACE: DevicePace = DevicePace {
    lifetime: Duration::from_secs(900),
    interval: Duration::from_secs(5),
};
/// User codes are made of nine of these.
const USER_CODE: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const USER_CODE_LENGTH: usize = 9;

/// Answers a device authorization request.
pub(super) fn answer(world: &World, inbound: &Inbound, request: &TokenRequest) -> Reply {
    begun(world, inbound, request).unwrap_or_else(|denial| denial.render(world, inbound))
}

/// Parameters, tenant, application, scope: the order of the token endpoint. A credential is asked for there, not here.
fn begun(world: &World, inbound: &Inbound, request: &TokenRequest) -> Result<Reply, EntraDenial> {
    well_formed(inbound, request)?;
    if request.client_id().is_none() {
        return Err(Denial::ParameterMissing("client_id").into());
    }
    let tenant = realm::tenant(world, inbound, request, GrantType::DeviceCode.name())?;
    let claimed = realm::client(world, inbound, request, tenant)?;
    engine::may_use(&claimed, GrantType::DeviceCode)?;
    let scope = match delegated_scope(world, request, tenant, &claimed) {
        Ok(resolved) => resolved.granted,
        // The user will be asked.
        Err(EntraDenial::Common(Denial::ScopeUnknown { .. })) => {
            let scopes = request.scope();
            scope::of_one_resource(&scopes, tenant)?;
            scopes
        }
        Err(denial) => return Err(denial),
    };
    let asked = AskedFor {
        client: claimed.application.id.clone(),
        issuer: tenant.id.clone(),
        scope,
        any_issuer: realm::is_alias(inbound),
    };
    let device_code = world.entropy.base64url(96);
    let (label, user_code) = world.ledger.begin_sign_in(
        asked,
        PACE,
        &device_code,
        || world.entropy.characters(USER_CODE, USER_CODE_LENGTH),
        world.clock.now(),
    );
    // Recent samples show a page of the login host.
    let page = format!("{}/device", world.origin(Origin::Login));
    let body = json!({
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": page,
        "expires_in": PACE.lifetime.as_secs(),
        "interval": PACE.interval.as_secs(),
        "message": format!("To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."),
    });
    Ok(Reply::json(StatusCode::OK, body).with_issued([label]))
}

/// A poll. Entra is not known to answer `slow_down`, and MSAL for Node gives up when it meets one.
pub(super) fn redeemed<'w>(
    world: &World,
    request: &TokenRequest,
    tenant: &'w Tenant,
    claimed: &Claimed<'_>,
) -> Result<(Grant, Resolved<'w>), EntraDenial> {
    let now = world.clock.now();
    let shown = request.require("device_code")?;
    let facts = world.ledger.state_of(shown, now).0;
    let user = facts.as_ref().and_then(|facts| facts.user.as_deref());
    let consented = Consented::of(world, tenant, claimed.application, user);
    let asked = facts.as_ref().map(|facts| facts.scope.clone());
    let asked = asked.unwrap_or_default();
    let resolved = scope::delegated(&asked, tenant, &consented, Several::Refused)?;
    let manner = world.ledger.manner_of(shown).unwrap_or(Manner::PASSWORD);
    // Of one that has not been approved, or not for this client, the ledger says so.
    let is_own =
        |facts: &&TokenFacts| facts.client == claimed.application.id && facts.issuer == tenant.id;
    let own = facts.as_ref().filter(is_own);
    let mut users = tenant.users.iter();
    if let Some(user) = users.find(|known| own.and_then(|own| own.user.as_ref()) == Some(&known.id))
    {
        let entrant = Entrant {
            tenant,
            application: claimed.application,
            user,
            resource: resolved.resource,
            manner,
            since: own.map_or(now, |own| own.issued_at),
        };
        entrant.admitted(now)?;
    }
    let grant = engine::redeem_device_code(
        request,
        claimed,
        &tenant.users,
        terms(
            world,
            tenant,
            claimed,
            &resolved,
            delegated_lifetime(world, &claimed.application.lifetimes),
            manner,
        ),
        false,
        &world.ledger,
        now,
        || refresh_value(world),
    )?;
    Ok((grant, resolved))
}
