//! How the management API says no to an access token: no body, all is in the challenge.

use super::need::Need;
use crate::inbound::Inbound;
use crate::okta::challenge::{about, challenge};
use crate::okta::denial::{Named, named};
use crate::reply::Reply;
use crate::resource::Trouble;
use crate::world::World;

/// An answer that refuses. Boxed, since it is much larger than what is passed on when all is well.
pub(super) type Refused = Box<Reply>;

/// 401 for an access token.
pub(super) fn unauthorized(
    world: &World,
    inbound: &Inbound,
    need: &Need<'_>,
    trouble: Trouble,
) -> Reply {
    refused(world, inbound, need, &about(trouble))
}

/// 403 for an access token that lacks a scope.
pub(super) fn insufficient_scope(world: &World, inbound: &Inbound, need: &Need<'_>) -> Reply {
    refused(world, inbound, need, &named("insufficient_scope"))
}

/// The challenge that tells of an error.
pub(super) fn refused(world: &World, inbound: &Inbound, need: &Need<'_>, refused: &Named) -> Reply {
    challenge(world, inbound, &need.scope(), refused)
}
