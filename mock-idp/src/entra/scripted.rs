//! What a script asks for by its status or its number.

use http::StatusCode;

use super::aadsts::{Aadsts, text_of};
use super::authorize;
use super::codes;
use crate::fault::ScriptedError;
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::world::World;

/// The answer of the token service that goes with a status.
pub(super) fn status(world: &World, inbound: &Inbound, status: u16) -> Reply {
    let error = |number, error| Aadsts::new(number, error, text(number, world, inbound));
    match status {
        401 => error(7_000_215, "invalid_client").render(world, inbound),
        429 => throttled(),
        503 => error(90_033, "temporarily_unavailable").render(world, inbound),
        500.. => {
            let mut error = error(90_000, "server_error");
            error.status = StatusCode::from_u16(status).ok();
            error.render(world, inbound)
        }
        _ => {
            let mut error = error(90_023, "invalid_request");
            error.status = StatusCode::from_u16(status).ok();
            error.render(world, inbound)
        }
    }
}

/// An error of the token service. What the script does not say is as its number usually has it.
pub(super) fn error(world: &World, inbound: &Inbound, scripted: &ScriptedError) -> Reply {
    let number = scripted.number.unwrap_or(90_023);
    let code = codes::find(number);
    // Of another error than its usual one, only the text is taken.
    let usual = code.filter(|code| scripted.error.is_empty() || scripted.error == code.error);
    let is_bare = scripted.error.is_empty();
    let named = match usual {
        Some(code) => code.error,
        None if is_bare => "invalid_request",
        None => &scripted.error,
    };
    let description = scripted.description.clone();
    let message = description.unwrap_or_else(|| text(number, world, inbound));
    let mut error = Aadsts::new(number, named, message);
    error.described = scripted.description.as_deref() != Some("");
    let suberror = usual.filter(|_| is_bare).and_then(|code| code.suberror);
    error.suberror = scripted
        .suberror
        .clone()
        .or_else(|| suberror.map(str::to_owned));
    error.claims.clone_from(&scripted.claims);
    error.status = scripted
        .status
        .or(usual.filter(|_| is_bare).and_then(|code| code.status))
        .and_then(|status| StatusCode::from_u16(status).ok());
    error.members.clone_from(&scripted.members);
    let by_browser = authorize::foreign_error(world, inbound, &error);
    by_browser.unwrap_or_else(|| error.render(world, inbound))
}

/// What a number says of this request.
fn text(number: u32, world: &World, inbound: &Inbound) -> String {
    codes::find(number).map_or_else(
        || text_of(number),
        |code| codes::filled(code.text, world, inbound),
    )
}

/// The token endpoint's 429 as observed: plain text and `Retry-After: 60`.
pub(super) fn throttled() -> Reply {
    let mut reply = Reply::text(
        StatusCode::TOO_MANY_REQUESTS,
        "text/plain",
        "Too Many Requests",
    )
    .with_error("too_many_requests", None);
    reply.set_header("retry-after", "60");
    reply
}
