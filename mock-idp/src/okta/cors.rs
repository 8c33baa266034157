//! Requests from scripts in browsers (Fetch, "CORS protocol").

use http::{Method, StatusCode, header};

use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::world::World;

/// The origin of a request from a script, if the org trusts it. Okta has a list of trusted origins; here it is those to which an
/// application sends its users back.
fn trusted<'i>(world: &World, inbound: &'i Inbound) -> Option<&'i str> {
    let origin = inbound.header(header::ORIGIN)?;
    let applications = world.directory.okta.applications.iter();
    let mut known = applications.flat_map(|application| &application.redirect_uris);
    let is_of = |uri: &String| {
        uri.strip_prefix(origin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    known.any(is_of).then_some(origin)
}

/// The answer to a preflight.
pub(super) fn preflight(world: &World, inbound: &Inbound) -> Option<Reply> {
    if inbound.method != Method::OPTIONS {
        return None;
    }
    let mut reply = Reply::empty(StatusCode::NO_CONTENT);
    reply.set_header("vary", "Origin");
    if let Some(origin) = trusted(world, inbound) {
        reply.set_header("access-control-allow-origin", origin);
        reply.set_header("access-control-allow-methods", "POST");
        reply.set_header("access-control-max-age", "3600");
        if let Some(headers) = inbound.header("access-control-request-headers") {
            reply.set_header("access-control-allow-headers", headers);
        }
    }
    Some(reply)
}

/// Lets a script read an answer.
pub(super) fn allow(world: &World, inbound: &Inbound, reply: &mut Reply) {
    if let Some(origin) = trusted(world, inbound) {
        reply.default_header("access-control-allow-origin", origin);
        reply.default_header("vary", "Origin");
    }
}
