//! Microsoft Entra ID: routes, answers, headers.

mod aadsts;
mod accounts;
mod admission;
mod assertion;
mod assertion_denial;
mod authorize;
mod claims_request;
mod code_denial;
mod coded;
mod codes;
mod consented;
mod correlation;
mod cors;
mod denial;
mod device;
mod discovery;
mod documents;
mod examples;
mod graph;
mod headers;
mod instance;
mod limited;
mod managed_identity;
mod minting;
mod on_behalf_of;
mod password;
mod policy;
mod realm;
mod refresh;
mod scope;
mod scripted;
mod sign_in_denial;
mod tenant;
mod token;
mod tokens;
mod user_tokens;
mod v1;

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::StatusCode;

use crate::dialect::Dialect;
use crate::engine::TokenRequest;
use crate::fault::ScriptedError;
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::lenient;
use crate::limits::Form;
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::resource::{presented, presented_token, shown};
use crate::world::{Rooms, World};

pub(crate) use authorize::{allow_device, approve, deny, device_shown, open_to};
pub(crate) use codes::fidelity;
pub(crate) use correlation::given as given_request_id;
pub(crate) use examples::{
    example_mailbox, example_resource, example_user_mailbox, example_user_resource,
};
pub(crate) use managed_identity::{
    app_service_path, header_of as identity_header, routes as managed_identity_routes,
};
pub(crate) use minting::ordinary;
pub(crate) use password::changed as passwords_changed;
pub(crate) use refresh::{refresh_lifetime, refresh_value};

/// Entra's dialect.
pub(crate) struct Entra;

/// The routes of the login origin. Paths are matched without regard to case, as Entra matches them.
pub(crate) fn login_routes(rooms: Arc<Rooms>) -> Router {
    let routes = authorize::routes(Router::new())
        .route("/{tenant}/oauth2/v2.0/token", any(token))
        .route("/{tenant}/oauth2/v2.0/devicecode", any(device_code))
        .route("/oauth2/v2.0/token", any(token))
        .route("/{tenant}/oauth2/token", any(token))
        .route("/{tenant}/oauth2/devicecode", any(device_code))
        .route("/oauth2/token", any(token))
        .route("/error", any(error_page))
        .merge(documents::routes())
        .fallback(unknown)
        .with_state(rooms);
    let lower_case =
        tower::util::MapRequestLayer::new(|mut request: http::Request<axum::body::Body>| {
            if let Ok(uri) = request.uri().path().to_ascii_lowercase().parse() {
                *request.uri_mut() = uri;
            }
            request
        });
    // A layer around the whole router sees the request before it is routed.
    Router::new().fallback_service(
        tower::ServiceBuilder::new()
            .layer(lower_case)
            .service(routes),
    )
}

/// The routes of the Graph origin.
pub(crate) fn graph_routes(rooms: Arc<Rooms>) -> Router {
    Router::new().fallback(resource).with_state(rooms)
}

async fn token(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    served(&world, &inbound, Endpoint::Token, token::answer).await
}

async fn device_code(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    served(&world, &inbound, Endpoint::Device, device::answer).await
}

/// Answers a request of either version; `act` does for one of v2.0.
async fn served(
    world: &World,
    inbound: &Inbound,
    endpoint: Endpoint,
    act: impl FnOnce(&World, &Inbound, &TokenRequest) -> Reply,
) -> Response {
    let said = TokenRequest::parse(inbound).reading(world.directory.laxity.basic);
    let is_v1 = tenant::is_v1(inbound);
    let asked = match is_v1 {
        true => Cow::Owned(v1::translated(world, &said)),
        false => Cow::Borrowed(&said),
    };
    let shown = asked.shown_grant().filter(|_| endpoint == Endpoint::Token);
    let call = Call {
        endpoint,
        token_request: Some(said.facts(&tenant::segment(inbound), || world.client_credentials())),
        presented: shown.map(|value| presented_token(world, value, "")),
    };
    pipeline::answer(world, inbound, call, &Entra, || {
        if let Some(reply) = cors::preflight(inbound, false) {
            return reply;
        }
        let world = lenient::admit(world, &asked, &tenant::segment(inbound));
        let reply = act(&world, inbound, &asked);
        match is_v1 {
            true => v1::rendered(&world, reply, endpoint, &said),
            false => reply,
        }
    })
    .await
}

async fn error_page(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || authorize::about_error(&inbound);
    pipeline::answer(&world, &inbound, Call::to(Endpoint::SignIn), &Entra, act).await
}

async fn unknown(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || Reply::empty(StatusCode::NOT_FOUND);
    pipeline::answer(&world, &inbound, Call::to(Endpoint::Unknown), &Entra, act).await
}

async fn resource(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let call = Call {
        endpoint: Endpoint::Resource,
        token_request: None,
        presented: presented(&world, &shown(&inbound, &[])),
    };
    pipeline::answer(&world, &inbound, call, &Entra, || {
        graph::answer(&world, &inbound)
    })
    .await
}

impl Dialect for Entra {
    /// The application's share is used, be it with its credentials or with any of its access tokens. Unknown tokens share one.
    fn principal(&self, world: &World, inbound: &Inbound, call: &Call) -> String {
        let principal = match &call.token_request {
            Some(request) => request.client.clone(),
            None => world.ledger.client_of(&shown(inbound, &[]).credential),
        };
        principal.unwrap_or_default()
    }

    fn limited(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, form: Form) -> Reply {
        limited::refusal(world, inbound, endpoint, form)
    }

    fn scripted(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, status: u16) -> Reply {
        if endpoint == Endpoint::Resource {
            return graph::scripted(world, inbound, status);
        }
        if authorize::has_pages(endpoint) {
            return authorize::scripted(world, inbound, status);
        }
        scripted::status(world, inbound, status)
    }

    fn scripted_error(&self, world: &World, inbound: &Inbound, error: &ScriptedError) -> Reply {
        scripted::error(world, inbound, error)
    }

    fn dress(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, reply: &mut Reply) {
        match endpoint {
            Endpoint::Resource => graph::dress(world, inbound, reply),
            Endpoint::Token | Endpoint::Device => headers::token(world, inbound, reply),
            Endpoint::Authorize | Endpoint::SignIn | Endpoint::Logout => {
                authorize::dress(world, reply);
            }
            _ => {
                if let (Endpoint::Jwks, Some(age), true) = (
                    endpoint,
                    world.settings.key_set_max_age,
                    reply.status.is_success(),
                ) {
                    let age = format!("max-age={}, private", age.as_secs());
                    reply.default_header("cache-control", &age);
                }
                headers::document(world, reply);
            }
        }
    }
}
