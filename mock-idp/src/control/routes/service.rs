//! The API itself: is it there, and what can it do?

use std::sync::LazyLock;

use axum::Json;
use axum::response::IntoResponse;
use http::header;
use schemars::JsonSchema;
use serde::Serialize;

use crate::control::api::{Api, Operation};
use crate::control::document::open_api;

/// What `GET /` says.
const HELP: &str = "\
mock-idp control API

  GET  /worlds                        the worlds there are
  POST /worlds                        another one: {\"provider\": \"okta\"}
  GET  /worlds/{world}                its URLs; …/credentials has its secrets
  POST /worlds/{world}/clock/advance  {\"by\": \"1h\"}
  POST /worlds/{world}/faults         {\"to\": \"token\", \"reply\": 503, \"times\": 2}
  GET  /worlds/{world}/journal        what came in and what went out
  DELETE /worlds/{world}

Everything else: GET /openapi.json
";

/// The document as it is sent. It does not change while the process runs.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", open_api()));

/// Whether the control API serves.
#[derive(Serialize, JsonSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The version of the mock.
    version: &'static str,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get("/", "help", "A short help for people").writes("text/plain"),
        async || HELP,
    )
    .route(
        Operation::get("/health", "health", "Whether the control API serves").gives::<Health>(),
        health,
    )
    .route(
        Operation::get("/openapi.json", "document", "This document").writes("application/json"),
        document,
    )
}

async fn health() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}

async fn document() -> impl IntoResponse {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, DOCUMENT.as_str())
}
