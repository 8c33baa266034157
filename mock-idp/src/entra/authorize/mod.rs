//! The authorization endpoint, `/{tenant}/oauth2/v2.0/authorize`, with its pages and what comes of them
//! (learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow).

mod decide;
mod giving;
mod headless;
mod logout;
mod pages;
mod redeem;
mod redirect_uri;
mod request;
mod returning;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use http::StatusCode;
use std::sync::Arc;

use self::request::Refused;
use super::Entra;
use super::aadsts::{Aadsts, text_of, utc};
use super::codes;
use super::correlation::correlation_id;
use super::headers;
use super::tenant::segment;
use crate::engine::TokenRequest;
use crate::inbound::{Inbound, READS};
use crate::journal::Endpoint;
use crate::reply::Reply;
use crate::sign_in::{page, session, steps};
use crate::world::{Rooms, World};

pub(crate) use headless::{allow_device, approve, deny, device_shown, open_to};
pub(super) use redeem::{granted as redeemed, on_its_platform};

/// Adds the routes of sign-ins with a browser.
pub(super) fn routes(router: axum::Router<Arc<Rooms>>) -> axum::Router<Arc<Rooms>> {
    router
        .route("/{tenant}/oauth2/v2.0/authorize", any(authorize))
        .route("/{tenant}/oauth2/authorize", any(authorize))
        .route("/{tenant}/login", any(sign_in))
        .route("/device", any(device))
        .route("/{tenant}/oauth2/v2.0/logout", any(log_out))
        .route("/{tenant}/oauth2/logout", any(log_out))
}

async fn authorize(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = |world: &World, said: &TokenRequest| match request::read(world, &inbound, said) {
        Ok(asked) => decide::begin(world, &inbound, &asked),
        Err(Refused::OnPage(denial)) => decide::on_page(world, &inbound, &denial),
        Err(Refused::AtClient(refused)) => {
            let (to, denial) = *refused;
            let error = denial.aadsts(world.clock.now());
            returning::refusal(world, &inbound, &to, &error, false)
        }
    };
    answered(&world, &inbound, Endpoint::Authorize, act).await
}

async fn sign_in(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = |world: &World, said: &TokenRequest| pages::answer(world, &inbound, said);
    answered(&world, &inbound, Endpoint::SignIn, act).await
}

async fn device(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = |world: &World, said: &TokenRequest| pages::device(world, &inbound, said);
    answered(&world, &inbound, Endpoint::SignIn, act).await
}

async fn log_out(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = |world: &World, said: &TokenRequest| logout::answer(world, &inbound, said);
    answered(&world, &inbound, Endpoint::Logout, act).await
}

async fn answered(
    world: &World,
    inbound: &Inbound,
    endpoint: Endpoint,
    act: impl FnOnce(&World, &TokenRequest) -> Reply,
) -> Response {
    let said = TokenRequest::parse(inbound);
    let realm = segment(inbound);
    let act = || act(world, &said);
    steps::answered(world, inbound, endpoint, &realm, &said, &Entra, act).await
}

/// Whether a request is one of those that are answered with pages.
pub(super) fn has_pages(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::Authorize | Endpoint::SignIn | Endpoint::Logout
    )
}

/// An error that somebody else than this endpoint has found: told to the client of an authorization request where that can be, and
/// else to the user.
pub(super) fn foreign_error(world: &World, inbound: &Inbound, error: &Aadsts) -> Option<Reply> {
    let path = inbound.uri.path().to_ascii_lowercase();
    if ["/login", "/logout", "/device", "/error"]
        .iter()
        .any(|end| path.ends_with(end))
    {
        return Some(error_page(world, inbound, error));
    }
    if !path.ends_with("/authorize") {
        return None;
    }
    let said = TokenRequest::parse(inbound);
    Some(match request::return_to(world, inbound, &said) {
        Ok(to) => returning::refusal(world, inbound, &to, error, false),
        Err(_) => error_page(world, inbound, error),
    })
}

/// The page that goes with a status which a fault asks for.
pub(super) fn scripted(world: &World, inbound: &Inbound, status: u16) -> Reply {
    let (number, error) = match status {
        503 => (90_033, "temporarily_unavailable"),
        500.. => (90_000, "server_error"),
        _ => (90_023, "invalid_request"),
    };
    let mut error = Aadsts::new(number, error, text_of(number));
    error.status = StatusCode::from_u16(status).ok();
    error_page(world, inbound, &error)
}

/// A page that tells of an error. Which status goes with one is not documented.
fn error_page(world: &World, inbound: &Inbound, error: &Aadsts) -> Reply {
    let (trace, correlation) = (world.entropy.guid(), correlation_id(world, inbound));
    let told = error.description(&trace, &correlation, &utc(world.clock.now()));
    let status = error.status.unwrap_or(StatusCode::BAD_REQUEST);
    let mut reply = page::message(status, "Sign in", "The sign-in cannot go on.", Some(&told))
        .with_error(&error.error, Some(format!("AADSTS{}", error.number)));
    reply.set_header("x-ms-request-id", &trace);
    reply
}

/// The page that `error_uri` names: what a number means.
pub(super) fn about_error(inbound: &Inbound) -> Reply {
    if !inbound.is_read() {
        let mut reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
        reply.set_header("allow", READS);
        return reply;
    }
    let said = TokenRequest::parse(inbound);
    let number = said
        .get("code")
        .map(|code| code.trim().to_ascii_uppercase());
    let number = number
        .as_deref()
        .map(|code| code.trim_start_matches("AADSTS"));
    let number = number.and_then(|number| number.parse::<u32>().ok());
    let (title, text) = match number.and_then(codes::find) {
        Some(code) => (format!("AADSTS{}", code.number), codes::explained(code)),
        None => (
            "Error codes".to_owned(),
            "Nothing is known of this number. Put one behind ?code=, as error_uri has it."
                .to_owned(),
        ),
    };
    page::message(StatusCode::OK, &title, &text, None)
}

/// The headers of pages and redirects.
pub(super) fn dress(world: &World, reply: &mut Reply) {
    reply.default_header("cache-control", "no-store, no-cache");
    reply.default_header("pragma", "no-cache");
    reply.default_header("expires", "-1");
    reply.default_header(
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    );
    reply.default_header("x-content-type-options", "nosniff");
    reply.default_header("x-frame-options", "DENY");
    reply.default_header("p3p", headers::P3P);
    headers::common_ids(world, reply);
    reply.default_header("x-xss-protection", "0");
    headers::cookies(world, reply);
}
