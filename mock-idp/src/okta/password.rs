//! The password grant's user, and how often a name may be tried.

use super::denial::{OktaDenial, named};
use crate::directory::User;
use crate::engine::{self, TokenRequest};
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::metering::knock;
use crate::world::World;

/// The user whose name and password a request shows. Right or wrong, a name is taken a few times in a second
/// (developer.okta.com/docs/reference/rl-additional-limits); that the second begins with the first of them is assumed. Where the
/// token endpoint has no limits, it has not this one either.
pub(super) fn user(
    world: &World,
    inbound: &Inbound,
    request: &TokenRequest,
) -> Result<User, OktaDenial> {
    let login = request.require("username")?;
    let okta = &world.directory.okta;
    let is_limited = world
        .meters
        .limit_at(&knock(inbound, Endpoint::Token))
        .is_some();
    let most = okta.uncertain.passwords_per_second * u32::from(is_limited);
    let name = login.to_lowercase();
    if most > 0 && !world.ledger.may_try(&name, most, world.clock.now()) {
        return Err(named("password_rate_limit").into());
    }
    Ok(engine::user_by_password(request, &okta.users)?)
}
