//! What the metadata service tells of the machine itself, as far as clients ask for it: in which region it is
//! (learn.microsoft.com/azure/virtual-machines/instance-metadata-service).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::asked::Asked;
use super::machine::{Metadata, admitted, version};
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::world::World;

/// Where all machines stand.
const LOCATION: &str = "westeurope";

pub(super) async fn compute(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let body = json!({
        "azEnvironment": "AzurePublicCloud", "location": LOCATION, "name": "tokenproof-vm", "osType": "Linux",
        "resourceGroupName": "tokenproof", "subscriptionId": "11111111-2222-4333-8444-555555555555",
    });
    told(&world, &inbound, Reply::json(StatusCode::OK, body)).await
}

pub(super) async fn location(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let is_text = inbound.query_parameter("format").as_deref() == Some("text");
    let reply = match is_text {
        true => Reply::text(StatusCode::OK, "text/plain; charset=utf-8", LOCATION),
        false => Reply::json(StatusCode::OK, json!(LOCATION)),
    };
    told(&world, &inbound, reply).await
}

async fn told(world: &World, inbound: &Inbound, reply: Reply) -> Response {
    let call = Call::to(Endpoint::Discovery);
    pipeline::answer(world, inbound, call, &Metadata, || {
        let asked = Asked::of(inbound, &[]);
        let refused = admitted(inbound).and_then(|()| version(&asked));
        refused.map_or_else(|refused| *refused, |()| reply)
    })
    .await
}
