//! Network zones: from where API tokens and applications may be used
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/NetworkZone).

use crate::directory::TokenNetwork;
use crate::inbound::Inbound;
use crate::world::World;

/// Whether a request comes from where it may.
pub(super) fn lets_in(world: &World, network: &TokenNetwork, inbound: &Inbound) -> bool {
    let address = inbound.peer.ip();
    let is_in = |zones: &[String]| {
        let mut known = world.directory.okta.network_zones.iter();
        known.any(|zone| zones.contains(&zone.id) && zone.has(address))
    };
    (network.include.is_empty() || is_in(&network.include)) && !is_in(&network.exclude)
}
