//! Who calls, and whether they may.

use serde_json::Value;

use super::need::Need;
use super::refusal::{Refused, insufficient_scope, refused, unauthorized};
use crate::directory::{AdminRole, ApiToken, OutsideZone, User};
use crate::inbound::Inbound;
use crate::okta::server::Server;
use crate::okta::{codes, dpop, network};
use crate::resource::{Shown, Trouble, inspect, shown};
use crate::world::World;

/// Schemes that are accepted without a space after them: the Python SDK 3 sends `SSWS<token>`. That Okta accepts it is assumed
/// from the SDK having shipped so.
pub(in crate::okta) const GLUED: [&str; 2] = ["SSWS", "Bearer"];

/// Whoever showed a token that counts.
pub(super) enum Caller<'w> {
    ApiToken(&'w ApiToken, &'w User),
    AccessToken(Value),
}

impl<'w> Caller<'w> {
    /// Judges what a request shows, by what it needs.
    pub(super) fn of(
        world: &'w World,
        inbound: &Inbound,
        need: &Need<'_>,
    ) -> Result<Self, Refused> {
        let refuse = |code| Box::new(codes::answer(world, code, &[]));
        let shown = dpop::unwrapped(world, inbound, shown(inbound, &GLUED))
            .map_err(|named| Box::new(refused(world, inbound, need, &named)))?;
        let (caller, role) = if shown.scheme.eq_ignore_ascii_case("SSWS") {
            let (token, user) = owned_token(world, &shown).ok_or_else(|| refuse("E0000011"))?;
            if !network::lets_in(world, &token.network, inbound) {
                return Err(refuse(match world.directory.okta.outside_zone {
                    OutsideZone::Forbidden => "E0000006",
                    OutsideZone::InvalidToken => "E0000011",
                }));
            }
            // Whatever comes of the call, the token has been used.
            world.api_token_uses.note(&token.id, world.clock.now());
            (Self::ApiToken(token, user), user.role)
        } else if shown.scheme.eq_ignore_ascii_case("Bearer") {
            by_access_token(world, inbound, &shown, need)?
        } else {
            return Err(refuse("E0000005"));
        };
        match need.is_met_by_role(role) {
            true => Ok(caller),
            false => Err(refuse("E0000006")),
        }
    }

    /// The user whose token it is, or for whom it speaks.
    pub(super) fn user(&self, world: &'w World) -> Option<&'w User> {
        match self {
            Self::ApiToken(_, user) => Some(user),
            Self::AccessToken(claims) => {
                let mut users = world.directory.okta.users.iter();
                users.find(|user| claims["uid"] == user.id.as_str())
            }
        }
    }

    /// Who did it, for what keeps a record: a user's id, or an application's.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::ApiToken(_, user) => &user.id,
            Self::AccessToken(claims) => {
                let of = |name: &str| claims[name].as_str();
                of("uid").or_else(|| of("cid")).unwrap_or_default()
            }
        }
    }
}

fn by_access_token<'w>(
    world: &'w World,
    inbound: &Inbound,
    shown: &Shown,
    need: &Need<'_>,
) -> Result<(Caller<'w>, AdminRole), Refused> {
    let issuer = Server::Org.issuer(world);
    let refuse = |trouble| Box::new(unauthorized(world, inbound, need, trouble));
    let claims = inspect(world, shown, &[&issuer], &[&issuer]).map_err(refuse)?;
    let held = claims["scp"].as_array().into_iter().flatten();
    let mut held = held.filter_map(Value::as_str);
    if !held.any(|scope| need.is_met_by(scope)) {
        return Err(Box::new(insufficient_scope(world, inbound, need)));
    }
    let okta = &world.directory.okta;
    let role = match claims["uid"].as_str() {
        Some(id) => {
            let user = okta.users.iter().find(|user| user.id == id);
            user.filter(|user| user.enabled).map(|user| user.role)
        }
        None => {
            let id = claims["cid"].as_str().unwrap_or_default();
            let known = okta.applications.iter();
            let application = known.into_iter().find(|known| known.id == id);
            application
                .filter(|application| application.enabled)
                .map(|application| application.role)
        }
    };
    // That the token of somebody who is gone is taken for revoked is assumed.
    let role = role.ok_or_else(|| refuse(Trouble::Revoked))?;
    Ok((Caller::AccessToken(claims), role))
}

/// The token shown, if it exists, has been used in the last 30 days, and its owner's account still works.
pub(in crate::okta) fn api_token<'w>(world: &'w World, shown: &Shown) -> Option<&'w ApiToken> {
    owned_token(world, shown).map(|(token, _)| token)
}

fn owned_token<'w>(world: &'w World, shown: &Shown) -> Option<(&'w ApiToken, &'w User)> {
    let okta = &world.directory.okta;
    let token = okta
        .api_tokens
        .iter()
        .find(|token| token.value.reveal() == shown.credential)?;
    let now = world.clock.now();
    let last_used = world.api_token_uses.last(&token.id).unwrap_or(now);
    if token.ends(last_used) <= now {
        return None;
    }
    let mut users = okta.users.iter();
    let owner = users.find(|user| user.login == token.user && user.enabled)?;
    Some((token, owner))
}
