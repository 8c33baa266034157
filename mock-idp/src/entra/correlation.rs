//! Correlation ids: clients send one with each request and find it again in errors.

use sha2::{Digest as _, Sha256};

use crate::entropy::hex;
use crate::form;
use crate::inbound::Inbound;
use crate::world::World;

/// The request's `client-request-id`, from header, query or form (MSAL for Python, .NET and Node differ), or a fresh one.
pub(super) fn correlation_id(world: &World, inbound: &Inbound) -> String {
    // What is no GUID is not echoed, so that nothing foreign gets into an answer.
    given(inbound)
        .filter(|id| is_guid(id))
        .or_else(|| of_device(inbound))
        .unwrap_or_else(|| world.entropy.guid())
}

/// The polls of one device have one id between them (observed).
fn of_device(inbound: &Inbound) -> Option<String> {
    let pairs = inbound
        .is_form()
        .then(|| form::parse(&inbound.body).ok())??;
    let (_, code) = pairs.into_iter().find(|(name, _)| name == "device_code")?;
    let hex = hex(&Sha256::digest(format!("the correlation id of {code}"))[..16]);
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..],
    );
    Some(format!("{a}-{b}-4{c}-8{d}-{e}"))
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
