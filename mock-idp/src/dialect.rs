//! What a vendor's dialect supplies around the engine.

use crate::fault::ScriptedError;
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::pipeline::Call;
use crate::reply::Reply;
use crate::world::World;

/// One vendor's way of limiting, refusing and dressing answers. Each vendor implements it once, without state.
pub(crate) trait Dialect: Sync {
    /// Counts a request against the limits that cover it.
    fn meter(&self, world: &World, inbound: &Inbound, call: &Call) -> Metering;

    /// The vendor's answer with this status, when a fault asks for one.
    fn scripted(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, status: u16) -> Reply;

    /// The vendor's form of a scripted OAuth error.
    fn scripted_error(&self, world: &World, inbound: &Inbound, error: &ScriptedError) -> Reply;

    /// Adds the headers that the vendor sends with every answer of this endpoint.
    fn dress(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, reply: &mut Reply);
}

/// What the limits say of a request.
#[derive(Default)]
pub(crate) struct Metering {
    /// Headers that go onto the answer whatever it is.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The refusal, if a limit is used up.
    pub(crate) refused: Option<Reply>,
}
