//! The authorization endpoint of either kind of server, with its pages and what comes of them
//! (developer.okta.com/docs/api/openapi/okta-oauth, `authorize`).

mod decide;
mod headless;
mod logout;
mod pages;
mod pushed;
mod redeem;
mod request;
mod returning;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::StatusCode;

use self::request::Refused;
use super::denial::OktaDenial;
use super::{Okta, server};
use crate::engine::TokenRequest;
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::lenient;
use crate::reply::Reply;
use crate::sign_in::{page, steps};
use crate::world::{Rooms, World};

pub(crate) use headless::{allow_device, approve, deny, device_shown};
pub(super) use redeem::granted as redeemed;

/// Adds the routes of sign-ins with a browser.
pub(super) fn routes(router: Router<Arc<Rooms>>) -> Router<Arc<Rooms>> {
    router
        .route("/oauth2/v1/authorize", any(authorize))
        .route("/oauth2/{server}/v1/authorize", any(authorize))
        .route("/oauth2/v1/par", any(push))
        .route("/oauth2/{server}/v1/par", any(push))
        .route("/oauth2/v1/logout", any(log_out))
        .route("/oauth2/{server}/v1/logout", any(log_out))
        .route("/signin", any(sign_in))
        .route("/activate", any(device))
}

async fn authorize(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = |world: &World, said: &TokenRequest| match request::read(world, &inbound, said) {
        Ok(asked) => decide::begin(world, &inbound, &asked),
        Err(Refused::OnPage(denial)) => on_page(world, &inbound, &denial),
        Err(Refused::AtClient(refused)) => {
            let (to, denial) = *refused;
            returning::refusal(world, &to, &denial.named())
        }
    };
    answered(&world, &inbound, Endpoint::Authorize, act).await
}

async fn push(State(world): State<World>, Extension(inbound): Extension<Arc<Inbound>>) -> Response {
    let act = |world: &World, said: &TokenRequest| pushed::answer(world, &inbound, said);
    answered(&world, &inbound, Endpoint::PushedAuthorization, act).await
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
    let said = TokenRequest::parse(inbound).reading(world.directory.laxity.basic);
    let realm = server::id(inbound).unwrap_or("org");
    steps::answered(world, inbound, endpoint, realm, &said, &Okta, || {
        let world = match endpoint {
            Endpoint::PushedAuthorization => lenient::admit(world, &said, realm),
            _ => world.clone(),
        };
        act(&world, &said)
    })
    .await
}

/// An error that somebody else than this endpoint has found, told to the client of an authorization request where that can be.
pub(super) fn foreign_error(
    world: &World,
    inbound: &Inbound,
    error: &str,
    description: &str,
) -> Option<Reply> {
    let path = inbound.uri.path();
    if !path.ends_with("/v1/authorize") {
        return None;
    }
    let to = request::return_to(world, &TokenRequest::parse(inbound)).ok()?;
    let members = returning::error_members(&to, error, description.to_owned());
    let answer = returning::answer(&to, members);
    Some(returning::reply(&to, &answer).with_error(error, None))
}

/// Tells the user what the client cannot be told: those who ask for JSON in JSON, which has all there is to tell.
fn on_page(world: &World, inbound: &Inbound, denial: &OktaDenial) -> Reply {
    let mut reply = denial.render(world);
    // Whatever it would be elsewhere.
    if reply.status == StatusCode::UNAUTHORIZED {
        reply.status = StatusCode::BAD_REQUEST;
    }
    let accepts = inbound.header(http::header::ACCEPT).unwrap_or_default();
    if !accepts.contains("text/html") {
        return reply;
    }
    let (error, description) = denial.named().text();
    let told = format!("Error code: {error}. {description}");
    page::message(
        reply.status,
        "400 Bad Request",
        "Your request resulted in an error.",
        Some(&told),
    )
    .with_error(error, None)
}
