//! The management API, `/api/v1`, by SSWS token or by an access token of the org server
//! (developer.okta.com/docs/api/openapi/okta-management).
//!
//! What is registered or changed here is in the directory at once: it holds at the token endpoint, stands in what the control API
//! shows, and goes with a snapshot.

mod account;
mod api_tokens;
mod apps;
mod call;
mod caller;
mod clients;
mod fields;
mod groups;
mod logs;
mod need;
mod network;
mod paging;
mod principal_limits;
mod profile;
mod refusal;
mod roles;
mod search;
mod servers;
mod settings;
mod users;

use http::{Method, StatusCode, header};

use self::call::{Call, segments};
use self::need::Need;
use self::refusal::{Refused, insufficient_scope, unauthorized};
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::resource::Trouble;
use crate::world::World;

pub(super) use caller::{GLUED, api_token};

/// When what stood in the directory from the start was made, if it does not say; a fixed instant, so that answers do not change
/// from run to run.
pub(super) const CREATED: &str = "2024-01-15T09:00:00.000Z";
/// The same in seconds since 1970.
pub(super) const CREATED_SECONDS: i64 = 1_705_309_200;

/// Answers a management request.
pub(super) fn answer(world: &World, inbound: &Inbound) -> Reply {
    answered(world, inbound).unwrap_or_else(|refused| *refused)
}

fn answered(world: &World, inbound: &Inbound) -> Result<Reply, Refused> {
    told_length(world, inbound)?;
    let path = segments(inbound.uri.path());
    let call = &Call::of(world, inbound, &path)?;
    accepted(call)?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["api", "v1", "users", id, "roles", below @ ..] => roles::of_user(call, id, below),
        ["api", "v1", "users", below @ ..] => users::answer(call, below),
        ["api", "v1", "groups", below @ ..] => groups::answer(call, below),
        ["api", "v1", "apps", below @ ..] => apps::answer(call, below),
        ["api", "v1", "api-tokens", below @ ..] => api_tokens::answer(call, below),
        ["api", "v1", "principal-rate-limits", below @ ..] => principal_limits::answer(call, below),
        ["api", "v1", "rate-limit-settings", what] => settings::rate_limits(call, what),
        ["api", "v1", "org", "settings", "clientPrivilegesSetting"] => settings::privileges(call),
        ["api", "v1", "logs"] => logs::answer(call),
        ["api", "v1", "authorizationServers", below @ ..] => servers::answer(call, below),
        ["oauth2", "v1", "clients", id, below @ ..] => clients::answer(call, id, below),
        _ => Err(call.no_path()),
    }
}

/// Okta's answer with a status that a fault asks for.
pub(super) fn scripted(world: &World, inbound: &Inbound, status: u16) -> Option<Reply> {
    let path = segments(inbound.uri.path());
    let need = Need::of(&inbound.method, &path);
    match status {
        401 => Some(unauthorized(world, inbound, &need, Trouble::Expired)),
        403 => Some(insufficient_scope(world, inbound, &need)),
        _ => None,
    }
}

/// 411 for a request that might have a body and does not say that it has none: by what stands before the org, whoever asks. What the
/// page says is not known.
fn told_length(world: &World, inbound: &Inbound) -> Result<(), Refused> {
    let may_have_body = matches!(inbound.method, Method::POST | Method::PUT);
    let lengths = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
    let is_told = lengths
        .iter()
        .any(|name| inbound.headers.contains_key(name));
    match may_have_body && !is_told && world.directory.okta.uncertain.length_required {
        true => Err(Box::new(
            Reply::text(
                StatusCode::LENGTH_REQUIRED,
                "text/html",
                "<html><head><title>411 Length Required</title></head><body><h1>411 Length Required</h1></body></html>",
            )
            .with_error("length_required", None),
        )),
        false => Ok(()),
    }
}

/// 400 for who takes no JSON. That this is so at all paths is assumed.
fn accepted(call: &Call<'_>) -> Result<(), Refused> {
    let takes = call.inbound.header(header::ACCEPT);
    let takes_json = takes.is_none_or(|takes| {
        let mut types = takes.split([',', ';']).map(str::trim);
        types.any(|one| matches!(one, "*/*" | "application/*") || one.ends_with("json"))
    });
    match takes_json {
        true => Ok(()),
        false => Err(call.refuse("E0000019", &[])),
    }
}

/// 405 for all but reading.
fn only_read(call: &Call<'_>) -> Result<(), Refused> {
    match call.method() {
        &Method::GET => Ok(()),
        _ => Err(call.no_method()),
    }
}
