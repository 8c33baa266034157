//! The refresh grant: static and rotating tokens (developer.okta.com/docs/guides/refresh-tokens).

use super::denial::{OktaDenial, named};
use super::issuing::{access_lifetime, refresh_value};
use super::policy;
use super::server::Server;
use super::token::allowed;
use crate::directory::{GrantType, Platform, RotationMode};
use crate::engine::{self, Claimed, Denial, Grant, TokenRequest};
use crate::ledger::usual_rotation;
use crate::lenient;
use crate::world::World;

/// Redeems the refresh token of a request. `key` is the thumbprint of the key that its proof shows.
pub(super) fn granted(
    world: &World,
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
    key: Option<[u8; 32]>,
) -> Result<Grant, OktaDenial> {
    let now = world.clock.now();
    let application = claimed.application;
    let shown = request.require("refresh_token")?;
    let users = &world.directory.okta.users;
    lenient::admit_refresh_token(world, request, server.id(), application, users);
    let facts = world.ledger.state_of(shown, now).0;
    // A token of another authorization server is unknown to this one.
    if facts
        .as_ref()
        .is_some_and(|facts| facts.issuer != server.id())
    {
        return Err(Denial::RefreshUnknown.into());
    }
    let bound = world.ledger.manner_of(shown).and_then(|manner| manner.key);
    let is_its_own = facts
        .as_ref()
        .is_some_and(|facts| facts.client == application.id);
    if is_its_own && bound.is_some() && bound != key {
        return Err(named("dpop_key_binding").into());
    }
    let user = facts.as_ref().and_then(|facts| facts.user.clone());
    let original = facts.map(|facts| facts.scope).unwrap_or_default();
    let asked = request.scope();
    let wider: Vec<String> = asked
        .iter()
        .filter(|scope| !original.is_empty() && !original.contains(scope))
        .cloned()
        .collect();
    if !wider.is_empty() {
        return Err(Denial::ScopeWider {
            scope: wider.join(", "),
            client: application.id.clone(),
        }
        .into());
    }
    let wanted = if asked.is_empty() { &original } else { &asked };
    let user = user.unwrap_or_default();
    allowed(world, server, claimed, &user, wanted)?;
    let usual = usual_rotation(usual_mode(application.platform));
    let rotation = world
        .settings
        .rotation
        .as_ref()
        .or(application.rotation.as_ref())
        .unwrap_or(&usual);
    let said = policy::lifetimes(server, application, GrantType::RefreshToken, wanted)?;
    let lifetime = access_lifetime(world, &said);
    let mut grant = engine::refresh(
        request,
        claimed,
        users,
        engine::Renewal {
            rotation,
            lifetime,
            kin: &[],
        },
        &world.ledger,
        now,
        || refresh_value(world),
    )?;
    if !asked.is_empty() {
        grant.grantee.scope = asked;
    }
    Ok(grant)
}

/// Okta rotates those of single-page applications unless told otherwise.
fn usual_mode(platform: Platform) -> RotationMode {
    match platform {
        Platform::Spa => RotationMode::Rotate,
        Platform::Web | Platform::Public => RotationMode::Static,
    }
}
