//! What a vendor's dialect supplies around the engine.

use crate::fault::ScriptedError;
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::limits::{Crossed, Form, Share};
use crate::pipeline::Call;
use crate::reply::Reply;
use crate::world::World;

/// One vendor's way of limiting, refusing and dressing answers. Each vendor implements it once, without state.
pub(crate) trait Dialect: Sync {
    /// Whose requests a limit counts together that is the principal's; empty where nobody is known.
    fn principal(&self, world: &World, inbound: &Inbound, call: &Call) -> String;

    /// What the principal may use of its org's limits, in percent; none where that is half.
    fn share(&self, _: &World, _: &Inbound, _: &Call) -> Option<Share> {
        None
    }

    /// Limits have come to where their owner is told of it.
    fn crossed(&self, _: &World, _: &Inbound, _: &Call, _: &[Crossed]) {}

    /// The refusal of a limit, without what tells when to come again.
    fn limited(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, form: Form) -> Reply;

    /// The vendor's answer with this status, when a fault asks for one.
    fn scripted(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, status: u16) -> Reply;

    /// The vendor's form of a scripted OAuth error.
    fn scripted_error(&self, world: &World, inbound: &Inbound, error: &ScriptedError) -> Reply;

    /// Adds the headers that the vendor sends with every answer of this endpoint.
    fn dress(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, reply: &mut Reply);
}
