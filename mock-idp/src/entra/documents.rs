//! The routes of what anybody may read: metadata, key sets, instance discovery, user realms.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::StatusCode;

use super::{Entra, cors, discovery, instance};
use crate::inbound::{Inbound, READS};
use crate::journal::Endpoint;
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::world::{Rooms, World};

/// Paths in lower case.
pub(super) fn routes() -> Router<Arc<Rooms>> {
    Router::new()
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            any(openid_configuration),
        )
        .route(
            "/{tenant}/.well-known/openid-configuration",
            any(openid_configuration),
        )
        .route("/{tenant}/discovery/v2.0/keys", any(keys))
        .route("/{tenant}/discovery/keys", any(keys))
        .route("/common/discovery/instance", any(instance_discovery))
        .route("/common/userrealm/{upn}", any(user_realm))
}

async fn openid_configuration(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    read(&world, &inbound, Endpoint::Discovery, || {
        discovery::openid_configuration(&world, &inbound)
    })
    .await
}

async fn keys(State(world): State<World>, Extension(inbound): Extension<Arc<Inbound>>) -> Response {
    read(&world, &inbound, Endpoint::Jwks, || {
        discovery::keys(&world, &inbound)
    })
    .await
}

async fn instance_discovery(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    read(&world, &inbound, Endpoint::InstanceDiscovery, || {
        instance::discovery(&world, &inbound)
    })
    .await
}

async fn user_realm(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    read(&world, &inbound, Endpoint::UserRealm, || {
        instance::user_realm(&world, &inbound)
    })
    .await
}

/// A document is for reading. How Entra refuses another method is not known: a bare 405 is assumed.
async fn read(
    world: &World,
    inbound: &Inbound,
    endpoint: Endpoint,
    document: impl FnOnce() -> Reply,
) -> Response {
    let act = || {
        if inbound.is_read() {
            return document();
        }
        if let Some(reply) = cors::preflight(inbound, true) {
            return reply;
        }
        let mut reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED);
        reply.set_header("allow", READS);
        reply
    };
    pipeline::answer(world, inbound, Call::to(endpoint), &Entra, act).await
}
