//! An origin that is not the provider's: where some redirects lead. It takes note of whatever arrives and serves nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Router};
use http::StatusCode;

use crate::dialect::Dialect;
use crate::fault::ScriptedError;
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::limits::Form;
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::world::{Rooms, World};

/// The routes of the foreign origin.
pub(crate) fn routes(rooms: Arc<Rooms>) -> Router {
    Router::new().fallback(anything).with_state(rooms)
}

async fn anything(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || refusal(StatusCode::NOT_FOUND);
    pipeline::answer(
        &world,
        &inbound,
        Call::to(Endpoint::Foreign),
        &Stranger,
        act,
    )
    .await
}

fn refusal(status: StatusCode) -> Reply {
    Reply::text(
        status,
        "text/plain; charset=utf-8",
        "nothing is served here",
    )
}

/// No vendor at all.
struct Stranger;

impl Dialect for Stranger {
    fn principal(&self, _world: &World, _inbound: &Inbound, _call: &Call) -> String {
        String::new()
    }

    fn limited(&self, _: &World, _: &Inbound, _: Endpoint, form: Form) -> Reply {
        refusal(match form {
            Form::Forbidden => StatusCode::FORBIDDEN,
            _ => StatusCode::TOO_MANY_REQUESTS,
        })
    }

    fn scripted(
        &self,
        _world: &World,
        _inbound: &Inbound,
        _endpoint: Endpoint,
        status: u16,
    ) -> Reply {
        refusal(StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND))
    }

    fn scripted_error(&self, _world: &World, _inbound: &Inbound, error: &ScriptedError) -> Reply {
        let status = error
            .status
            .and_then(|code| StatusCode::from_u16(code).ok());
        refusal(status.unwrap_or(StatusCode::BAD_REQUEST))
    }

    fn dress(&self, _world: &World, _inbound: &Inbound, _endpoint: Endpoint, _reply: &mut Reply) {}
}
