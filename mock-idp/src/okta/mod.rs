//! Okta: routes, answers, headers.

mod api_scopes;
mod assertion;
mod assigned;
mod authorize;
mod buckets;
mod challenge;
mod client;
mod codes;
mod consent;
mod console;
mod cors;
mod customer_api;
mod denial;
mod device;
mod discovery;
mod dpop;
mod envelope;
mod exchange;
mod headers;
mod introspection;
mod issuing;
mod jwt_bearer;
mod management;
mod minting;
mod network;
mod password;
mod policy;
mod refresh;
mod revocation;
mod scope;
mod server;
mod server_keys;
mod system_log;
mod token;
mod tokens;
mod userinfo;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::StatusCode;

use self::envelope::{method_not_allowed, too_many_requests};
use crate::dialect::Dialect;
use crate::engine::TokenRequest;
use crate::fault::ScriptedError;
use crate::inbound::{Inbound, READS};
use crate::journal::{Endpoint, Origin};
use crate::ledger::TokenState;
use crate::lenient;
use crate::limits::{Crossed, Form, Share};
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::resource::{presented, presented_token, shown};
use crate::world::{Rooms, World};

pub(crate) use authorize::{allow_device, approve, deny, device_shown};
pub(crate) use buckets::usual_limits;
pub(crate) use codes::fidelity;
pub(crate) use issuing::{refresh_lifetime, refresh_value};
pub(crate) use minting::ordinary;
pub(crate) use system_log::{SavedLog, SystemLog};

/// Okta's dialect.
pub(crate) struct Okta;

/// The routes of an org.
pub(crate) fn org_routes(rooms: Arc<Rooms>) -> Router {
    authorize::routes(Router::new())
        .route("/oauth2/v1/token", any(token))
        .route("/oauth2/{server}/v1/token", any(token))
        .route("/oauth2/v1/device/authorize", any(device_authorize))
        .route(
            "/oauth2/{server}/v1/device/authorize",
            any(device_authorize),
        )
        .route(
            "/.well-known/openid-configuration",
            any(openid_configuration),
        )
        .route(
            "/oauth2/{server}/.well-known/openid-configuration",
            any(openid_configuration),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            any(oauth_metadata),
        )
        .route(
            "/oauth2/{server}/.well-known/oauth-authorization-server",
            any(oauth_metadata),
        )
        // The form with the well-known part between host and path (RFC 8414 section 3.1).
        .route(
            "/.well-known/oauth-authorization-server/oauth2/{server}",
            any(oauth_metadata),
        )
        .route("/oauth2/v1/introspect", any(introspect))
        .route("/oauth2/{server}/v1/introspect", any(introspect))
        .route("/oauth2/v1/revoke", any(revoke))
        .route("/oauth2/{server}/v1/revoke", any(revoke))
        .route("/oauth2/v1/userinfo", any(user_info))
        .route("/oauth2/{server}/v1/userinfo", any(user_info))
        .route("/oauth2/v1/keys", any(keys))
        .route("/oauth2/{server}/v1/keys", any(keys))
        .route("/api/v1/{*rest}", any(management))
        .route("/oauth2/v1/clients/{*rest}", any(management))
        .route("/admin/access/api/tokens", any(console))
        .fallback(unknown)
        .with_state(rooms)
}

/// The routes of a customer's API.
pub(crate) fn api_routes(rooms: Arc<Rooms>) -> Router {
    Router::new().fallback(customer_api).with_state(rooms)
}

async fn token(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    of_client(&world, &inbound, Endpoint::Token, token::answer).await
}

async fn device_authorize(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    of_client(&world, &inbound, Endpoint::Device, device::answer).await
}

async fn introspect(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    of_client(
        &world,
        &inbound,
        Endpoint::Introspection,
        introspection::answer,
    )
    .await
}

async fn revoke(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    of_client(&world, &inbound, Endpoint::Revocation, revocation::answer).await
}

/// What a client asks that says who it is.
async fn of_client(
    world: &World,
    inbound: &Inbound,
    endpoint: Endpoint,
    act: impl FnOnce(&World, &Inbound, &TokenRequest) -> Reply,
) -> Response {
    let request = TokenRequest::parse(inbound).reading(world.directory.laxity.basic);
    let realm = server::id(inbound).unwrap_or("org");
    let presented = match endpoint {
        Endpoint::Token => request.shown_grant(),
        Endpoint::Introspection | Endpoint::Revocation => request.get("token"),
        _ => None,
    };
    let call = Call {
        endpoint,
        token_request: Some(request.facts(realm, || world.client_credentials())),
        presented: presented.map(|value| presented_token(world, value, "")),
    };
    pipeline::answer(world, inbound, call, &Okta, || {
        if let Some(reply) = cors::preflight(world, inbound) {
            return reply;
        }
        let world = lenient::admit(world, &request, realm);
        let mut reply = act(&world, inbound, &request);
        cors::allow(&world, inbound, &mut reply);
        reply
    })
    .await
}

async fn user_info(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let call = Call {
        endpoint: Endpoint::UserInfo,
        token_request: None,
        presented: presented(&world, &shown(&inbound, &management::GLUED)),
    };
    pipeline::answer(&world, &inbound, call, &Okta, || {
        userinfo::answer(&world, &inbound)
    })
    .await
}

async fn openid_configuration(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || {
        document(&world, &inbound, || {
            discovery::openid_configuration(&world, &inbound)
        })
    };
    pipeline::answer(&world, &inbound, Call::to(Endpoint::Discovery), &Okta, act).await
}

async fn oauth_metadata(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || {
        document(&world, &inbound, || {
            discovery::oauth_metadata(&world, &inbound)
        })
    };
    pipeline::answer(&world, &inbound, Call::to(Endpoint::Discovery), &Okta, act).await
}

async fn keys(State(world): State<World>, Extension(inbound): Extension<Arc<Inbound>>) -> Response {
    pipeline::answer(&world, &inbound, Call::to(Endpoint::Jwks), &Okta, || {
        document(&world, &inbound, || discovery::keys(&world, &inbound))
    })
    .await
}

async fn management(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let shown = shown(&inbound, &management::GLUED);
    let world = match shown.scheme.eq_ignore_ascii_case("SSWS") {
        true => lenient::admit_api_token(world, &shown.credential),
        false => world,
    };
    let mut presented = presented(&world, &shown);
    // The ledger knows issued tokens only; API tokens stand in the directory.
    if let Some(presented) = &mut presented
        && management::api_token(&world, &shown).is_some()
    {
        presented.state = TokenState::Live;
    }
    let call = Call {
        endpoint: Endpoint::Resource,
        token_request: None,
        presented,
    };
    pipeline::answer(&world, &inbound, call, &Okta, || {
        management::answer(&world, &inbound)
    })
    .await
}

async fn console(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || console::answer(&world, &inbound);
    pipeline::answer(&world, &inbound, Call::to(Endpoint::SignIn), &Okta, act).await
}

async fn customer_api(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let call = Call {
        endpoint: Endpoint::Resource,
        token_request: None,
        presented: presented(&world, &shown(&inbound, &[])),
    };
    pipeline::answer(&world, &inbound, call, &Okta, || {
        customer_api::answer(&world, &inbound)
    })
    .await
}

async fn unknown(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || codes::answer(&world, "E0000008", &[]);
    pipeline::answer(&world, &inbound, Call::to(Endpoint::Unknown), &Okta, act).await
}

/// The same with another status.
fn with_status(status: StatusCode, mut reply: Reply) -> Reply {
    reply.status = status;
    reply
}

/// A document is for reading. That another method is refused as the management API refuses it is assumed, and so is `Allow`.
fn document(world: &World, inbound: &Inbound, read: impl FnOnce() -> Reply) -> Reply {
    if inbound.is_read() {
        return read();
    }
    let mut reply = method_not_allowed(world);
    reply.set_header("allow", READS);
    reply
}

impl Dialect for Okta {
    fn principal(&self, world: &World, inbound: &Inbound, call: &Call) -> String {
        buckets::principal(world, inbound, call)
    }

    fn share(&self, world: &World, inbound: &Inbound, call: &Call) -> Option<Share> {
        buckets::share(world, inbound, call)
    }

    fn crossed(&self, world: &World, inbound: &Inbound, call: &Call, crossed: &[Crossed]) {
        for crossed in crossed {
            world.system_log.note(world, inbound, call, crossed);
        }
    }

    fn limited(&self, world: &World, _: &Inbound, _: Endpoint, form: Form) -> Reply {
        buckets::refusal(world, form)
    }

    fn scripted(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, status: u16) -> Reply {
        if inbound.origin == Origin::Api {
            return customer_api::scripted(status);
        }
        if endpoint == Endpoint::UserInfo && matches!(status, 401 | 403) {
            let name = match status {
                401 => "token_expired",
                _ => "insufficient_scope",
            };
            return challenge::challenge(world, inbound, "openid", &denial::named(name));
        }
        if let Some(reply) = (endpoint == Endpoint::Resource)
            .then(|| management::scripted(world, inbound, status))
            .flatten()
        {
            return reply;
        }
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match status {
            429 => {
                let mut reply = too_many_requests(world);
                for (name, value) in buckets::exhausted(world, inbound, endpoint) {
                    reply.set_header(name, &value);
                }
                reply
            }
            503 => codes::answer(world, "E0000181", &[]),
            500.. if matches!(endpoint, Endpoint::Token | Endpoint::Device) => {
                with_status(code, codes::answer(world, "server_error", &[]))
            }
            500.. => with_status(code, codes::answer(world, "E0000009", &[])),
            401 => codes::answer(world, "client_secret_wrong", &[]),
            403 => codes::answer(world, "network_zone_denied", &[]),
            _ => with_status(code, codes::answer(world, "request_refused", &[])),
        }
    }

    fn scripted_error(&self, world: &World, inbound: &Inbound, scripted: &ScriptedError) -> Reply {
        codes::scripted(world, inbound, scripted)
    }

    fn dress(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, reply: &mut Reply) {
        headers::dress(world, inbound, endpoint, reply);
    }
}
