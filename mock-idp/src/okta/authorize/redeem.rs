//! What a code gives (RFC 6749 section 4.1.3, RFC 7636).

use crate::directory::GrantType;
use crate::engine::{self, Claimed, Denial, Grant, TokenRequest};
use crate::ledger::{CodeRefusal, Manner};
use crate::okta::denial::{OktaDenial, named};
use crate::okta::issuing::{refresh_value, terms};
use crate::okta::server::Server;
use crate::okta::token::allowed;
use crate::world::World;

/// Redeems the code of a request for what was asked for when the user signed in. A verifier that nobody announced is refused, too.
pub(in crate::okta) fn granted(
    world: &World,
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
    key: Option<[u8; 32]>,
) -> Result<Grant, OktaDenial> {
    let now = world.clock.now();
    let ledger = &world.ledger;
    let found = engine::examine_code(request, claimed, server.id(), ledger, now)?;
    if request.get("code_verifier").is_some() && !found.has_challenge {
        return Err(named("pkce_challenge_unannounced").into());
    }
    let user = engine::able_user(&world.directory.okta.users, &found.user)
        .map_err(|_| Denial::Code(CodeRefusal::Unknown))?;
    allowed(world, server, claimed, &user.id, &found.scope)?;
    let manner = Manner {
        key,
        ..found.manner
    };
    let kind = GrantType::AuthorizationCode;
    let application = claimed.application;
    let terms = terms(world, server, application, kind, found.scope, manner)?;
    let make = || refresh_value(world);
    Ok(engine::redeem_code(
        request, claimed, user, terms, ledger, now, make,
    )?)
}
