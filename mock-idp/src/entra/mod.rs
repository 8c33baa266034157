//! Microsoft Entra ID: routes, answers, headers.

mod aadsts;
mod assertion;
mod assertion_denial;
mod claims_request;
mod correlation;
mod denial;
mod device;
mod discovery;
mod graph;
mod limited;
mod managed_identity;
mod minting;
mod scope;
mod tenant;
mod token;
mod tokens;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::StatusCode;

use self::aadsts::{Aadsts, text_of};
use self::correlation::correlation_id;
use crate::dialect::Dialect;
use crate::engine::TokenRequest;
use crate::fault::ScriptedError;
use crate::inbound::{Inbound, READS};
use crate::journal::{Endpoint, Origin};
use crate::lenient;
use crate::limits::Form;
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::resource::{presented, presented_token, shown};
use crate::world::{Rooms, World};

pub(crate) use correlation::given as given_request_id;
pub(crate) use managed_identity::{
    app_service_path, header_of as identity_header, routes as managed_identity_routes,
};
pub(crate) use minting::ordinary;
pub(crate) use token::{refresh_lifetime, refresh_value};

/// Entra's dialect.
pub(crate) struct Entra;

/// The routes of the login origin. Paths are matched without regard to case, as Entra matches them.
pub(crate) fn login_routes(rooms: Arc<Rooms>) -> Router {
    let routes = Router::new()
        .route("/{tenant}/oauth2/v2.0/token", any(token))
        .route("/{tenant}/oauth2/v2.0/devicecode", any(device_code))
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            any(openid_configuration),
        )
        .route("/{tenant}/discovery/v2.0/keys", any(keys))
        .route("/common/discovery/instance", any(instance))
        .route("/common/userrealm/{upn}", any(user_realm))
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
    let request = TokenRequest::parse(&inbound).reading(world.directory.laxity.basic);
    let call = Call {
        endpoint: Endpoint::Token,
        token_request: Some(
            request.facts(&tenant::segment(&inbound), || world.client_credentials()),
        ),
        presented: request
            .shown_grant()
            .map(|value| presented_token(&world, value, "")),
    };
    pipeline::answer(&world, &inbound, call, &Entra, || {
        let world = lenient::admit(&world, &request, &tenant::segment(&inbound));
        token::answer(&world, &inbound, &request)
    })
    .await
}

async fn device_code(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let request = TokenRequest::parse(&inbound).reading(world.directory.laxity.basic);
    let call = Call {
        endpoint: Endpoint::Device,
        token_request: Some(
            request.facts(&tenant::segment(&inbound), || world.client_credentials()),
        ),
        presented: None,
    };
    pipeline::answer(&world, &inbound, call, &Entra, || {
        let world = lenient::admit(&world, &request, &tenant::segment(&inbound));
        device::answer(&world, &inbound, &request)
    })
    .await
}

async fn openid_configuration(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || {
        document(&inbound, || {
            discovery::openid_configuration(&world, &inbound)
        })
    };
    pipeline::answer(&world, &inbound, Call::to(Endpoint::Discovery), &Entra, act).await
}

async fn keys(State(world): State<World>, Extension(inbound): Extension<Arc<Inbound>>) -> Response {
    pipeline::answer(&world, &inbound, Call::to(Endpoint::Jwks), &Entra, || {
        document(&inbound, || discovery::keys(&world, &inbound))
    })
    .await
}

async fn instance(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || document(&inbound, || discovery::instance(&world, &inbound));
    pipeline::answer(
        &world,
        &inbound,
        Call::to(Endpoint::InstanceDiscovery),
        &Entra,
        act,
    )
    .await
}

async fn user_realm(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || document(&inbound, || discovery::user_realm(&inbound));
    pipeline::answer(&world, &inbound, Call::to(Endpoint::UserRealm), &Entra, act).await
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

/// A document is for reading. How Entra refuses another method is not known: a bare 405 is assumed.
fn document(inbound: &Inbound, read: impl FnOnce() -> Reply) -> Reply {
    if inbound.is_read() {
        return read();
    }
    let mut reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
    reply.set_header("allow", READS);
    reply
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
        let error = |number, error| Aadsts::new(number, error, text_of(number));
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

    fn scripted_error(&self, world: &World, inbound: &Inbound, scripted: &ScriptedError) -> Reply {
        let number = scripted.number.unwrap_or(90_023);
        let message = scripted
            .description
            .clone()
            .unwrap_or_else(|| text_of(number).to_owned());
        let mut error = Aadsts::new(number, &scripted.error, message);
        error.described = scripted.description.as_deref() != Some("");
        error.suberror.clone_from(&scripted.suberror);
        error.claims.clone_from(&scripted.claims);
        error.status = scripted
            .status
            .and_then(|status| StatusCode::from_u16(status).ok());
        error.members.clone_from(&scripted.members);
        error.render(world, inbound)
    }

    fn dress(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, reply: &mut Reply) {
        match endpoint {
            Endpoint::Resource => graph::dress(world, inbound, reply),
            Endpoint::Token | Endpoint::Device => dress_token(world, inbound, reply),
            _ => {
                if let (Endpoint::Jwks, Some(age), true) = (
                    endpoint,
                    world.settings.key_set_max_age,
                    reply.status.is_success(),
                ) {
                    let age = format!("max-age={}, private", age.as_secs());
                    reply.default_header("cache-control", &age);
                }
                dress_document(world, reply);
            }
        }
    }
}

/// The token endpoint's 429 as observed: plain text and `Retry-After: 60`.
fn throttled() -> Reply {
    let mut reply = Reply::text(
        StatusCode::TOO_MANY_REQUESTS,
        "text/plain",
        "Too Many Requests",
    )
    .with_error("too_many_requests", None);
    reply.set_header("retry-after", "60");
    reply
}

const P3P: &str = r#"CP="DSP CUR OTPi IND OTRi ONL FIN""#;

fn dress_token(world: &World, inbound: &Inbound, reply: &mut Reply) {
    reply.default_header("cache-control", "no-store, no-cache");
    reply.default_header("pragma", "no-cache");
    reply.default_header("content-type", "application/json; charset=utf-8");
    reply.default_header("expires", "-1");
    reply.default_header(
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    );
    reply.default_header("x-content-type-options", "nosniff");
    reply.default_header("p3p", P3P);
    if inbound
        .header("return-client-request-id")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    {
        reply.default_header("client-request-id", &correlation_id(world, inbound));
    }
    common_ids(world, reply);
    if inbound.header("x-client-sku").is_some() {
        let number = reply
            .vendor_code
            .as_deref()
            .and_then(|code| code.strip_prefix("AADSTS"))
            .unwrap_or("0")
            .to_owned();
        reply.default_header("x-ms-clitelem", &format!("1,{number},0,,"));
    }
    reply.default_header("x-xss-protection", "0");
    cookies(world, reply);
}

fn dress_document(world: &World, reply: &mut Reply) {
    if reply.status.is_success() {
        reply.default_header("cache-control", "max-age=86400, private");
    }
    reply.default_header("content-type", "application/json; charset=utf-8");
    reply.default_header(
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    );
    reply.default_header("x-content-type-options", "nosniff");
    reply.default_header("access-control-allow-origin", "*");
    reply.default_header("access-control-allow-methods", "GET, OPTIONS");
    reply.default_header("p3p", P3P);
    common_ids(world, reply);
    reply.default_header("x-xss-protection", "0");
    cookies(world, reply);
}

fn common_ids(world: &World, reply: &mut Reply) {
    // An error has brought its own, the trace id of its body; it moves to its place among the others.
    let id = reply
        .header("x-ms-request-id")
        .map_or_else(|| world.entropy.guid(), str::to_owned);
    reply.set_header("x-ms-request-id", &id);
    reply.default_header("x-ms-ests-server", "2.1.22171.14 - WEULR1 ProdSlices");
}

const FPC_LIFETIME: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

fn cookies(world: &World, reply: &mut Reply) {
    // That it lasts thirty days was observed; how the date is written is assumed.
    let expires = world.clock.now().checked_add(FPC_LIFETIME);
    let expires = expires
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(jiff::tz::TimeZone::UTC);
    reply.add_header(
        "set-cookie",
        &format!(
            "fpc={}; expires={}; path=/; secure; HttpOnly; SameSite=None",
            world.entropy.base64url(24),
            expires.strftime("%a, %d-%b-%Y %H:%M:%S GMT"),
        ),
    );
    reply.add_header(
        "set-cookie",
        "x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly",
    );
    reply.add_header(
        "set-cookie",
        "stsservicecookie=estsfd; path=/; secure; samesite=none; httponly",
    );
}

/// Where Graph-shaped calls of an example go.
pub(crate) fn example_resource(world: &World) -> String {
    format!("{}/v1.0/users", world.origin(Origin::Graph))
}

/// Where mail is sent from a user's mailbox by an application.
pub(crate) fn example_mailbox(world: &World, user: &str) -> String {
    format!("{}/{user}/sendMail", example_resource(world))
}

/// Where a user's own mail is sent.
pub(crate) fn example_user_mailbox(world: &World) -> String {
    format!("{}/sendMail", example_user_resource(world))
}

/// Where Graph-shaped calls for a user go.
pub(crate) fn example_user_resource(world: &World) -> String {
    format!("{}/v1.0/me", world.origin(Origin::Graph))
}
