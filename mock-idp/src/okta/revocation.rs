//! The end of a token (RFC 7009, developer.okta.com/docs/guides/revoke-tokens).

use http::StatusCode;

use super::client::authenticated;
use super::denial::{OktaDenial, named};
use super::server::Server;
use crate::engine::TokenRequest;
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::world::World;

/// Revokes a token: an access token alone, a refresh token with its family and the access tokens that came from it. Whatever was
/// shown, the answer is the same.
pub(super) fn answer(world: &World, inbound: &Inbound, request: &TokenRequest) -> Reply {
    revoked(world, inbound, request).unwrap_or_else(|denial| denial.render(world))
}

fn revoked(world: &World, inbound: &Inbound, request: &TokenRequest) -> Result<Reply, OktaDenial> {
    let server = Server::of(world, inbound)?;
    let claimed = authenticated(world, inbound, request)?;
    let token = request.get("token").ok_or_else(|| named("token_missing"))?;
    let now = world.clock.now();
    let facts = world.ledger.state_of(token, now).0;
    // That another's token is left alone without a word is assumed.
    let is_its_own = facts
        .is_some_and(|facts| facts.client == claimed.application.id && facts.issuer == server.id());
    if is_its_own {
        world.ledger.revoke_shown(token, now);
    }
    Ok(Reply::empty(StatusCode::OK))
}
