//! Correlation ids: clients send one with each request and find it again in errors.

use crate::form;
use crate::inbound::Inbound;
use crate::world::World;

/// The request's `client-request-id`, from header, query or form (MSAL for Python, .NET and Node differ), or a fresh one.
pub(super) fn correlation_id(world: &World, inbound: &Inbound) -> String {
    // What is no GUID is not echoed, so that nothing foreign gets into an answer.
    given(inbound)
        .filter(|id| is_guid(id))
        .unwrap_or_else(|| world.entropy.guid())
}

/// The id a client gave its request, whatever it is.
pub(crate) fn given(inbound: &Inbound) -> Option<String> {
    let from_form = || {
        if !inbound.is_form() {
            return None;
        }
        let pairs = form::parse(&inbound.body).ok()?;
        pairs
            .into_iter()
            .find(|(name, _)| name == "client-request-id")
            .map(|(_, value)| value)
    };
    inbound
        .header("client-request-id")
        .map(str::to_owned)
        .or_else(|| inbound.query_parameter("client-request-id"))
        .or_else(from_form)
}

/// Whether a text is a GUID.
pub(super) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
