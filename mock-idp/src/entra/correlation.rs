//! Correlation ids: clients send one with each request and find it again in errors.

use crate::form;
use crate::inbound::Inbound;
use crate::world::World;

/// The request's `client-request-id`, from header, query or form (MSAL for Python, .NET and Node differ), or a fresh one.
pub(super) fn correlation_id(world: &World, inbound: &Inbound) -> String {
    sent(inbound).unwrap_or_else(|| world.entropy.guid())
}

fn sent(inbound: &Inbound) -> Option<String> {
    let from_form = || {
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
        .filter(|id| is_guid(id))
}

/// Whether a text is a GUID; anything else is not echoed, so that nothing foreign gets into an answer.
pub(super) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
