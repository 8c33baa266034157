//! What a limit's refusal looks like: nothing documents one of the token endpoint; the plain text was observed.

use http::StatusCode;

use super::aadsts::{Aadsts, text_of};
use super::graph;
use super::scripted::throttled;
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::limits::Form;
use crate::reply::Reply;
use crate::world::World;

/// The refusal in this form.
pub(super) fn refusal(world: &World, inbound: &Inbound, endpoint: Endpoint, form: Form) -> Reply {
    let at_graph = endpoint == Endpoint::Resource;
    let mut reply = match form {
        Form::Vendor | Form::Json | Form::Loop if at_graph => graph::scripted(world, inbound, 429),
        Form::Forbidden if at_graph => graph::throttled_as_forbidden(world, inbound),
        Form::Vendor | Form::Text => throttled(),
        Form::Json => busy(StatusCode::TOO_MANY_REQUESTS).render(world, inbound),
        Form::Forbidden => busy(StatusCode::FORBIDDEN).render(world, inbound),
        Form::Loop => Aadsts::new(50_196, "invalid_grant", text_of(50_196)).render(world, inbound),
    };
    // When to come again is the limit's to say.
    reply.remove_header("retry-after");
    reply
}

/// The number is documented as "there are too many incoming requests"; that it comes with this `error` is assumed.
fn busy(status: StatusCode) -> Aadsts {
    let mut error = Aadsts::new(90_055, "temporarily_unavailable", text_of(90_055));
    error.status = Some(status);
    error
}
