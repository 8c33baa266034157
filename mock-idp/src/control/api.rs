//! [`Api`]: routes, each with what the OpenAPI document says of it. A route cannot be added without.

use axum::Router;
use axum::handler::Handler;
use axum::middleware;
use axum::response::IntoResponse as _;
use axum::routing::{MethodFilter, on};
use http::{StatusCode, Uri};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::guard;
use super::problem::Problem;
use super::shared::Shared;

/// How a type is described.
pub(super) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// Routes and what is said of them.
#[derive(Default)]
pub(super) struct Api {
    router: Router<Shared>,
    operations: Vec<Operation>,
}

/// One method of one path.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// The name that generated clients give it.
    pub(super) id: &'static str,
    /// What it does, in a line.
    pub(super) summary: &'static str,
    pub(super) query: Option<Describe>,
    pub(super) body: Option<Describe>,
    /// Whether the body may be missing.
    pub(super) is_body_optional: bool,
    pub(super) status: u16,
    pub(super) answer: Content,
    /// The ways in which it is refused beside those that all have.
    pub(super) refusals: Vec<(u16, &'static str)>,
}

/// What an answer holds.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Nothing,
    Json(Describe),
    Text(&'static str),
}

impl Operation {
    fn new(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            query: None,
            body: None,
            is_body_optional: false,
            status: 204,
            answer: Content::Nothing,
            refusals: Vec::new(),
        }
    }

    /// Asks something.
    pub(super) fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("get", path, id, summary)
    }

    /// Does or makes something.
    pub(super) fn post(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("post", path, id, summary)
    }

    /// Puts something in place of what is there.
    pub(super) fn put(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("put", path, id, summary)
    }

    /// Takes something away.
    pub(super) fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("delete", path, id, summary)
    }

    /// Its query parameters are the members of `T`.
    pub(super) fn asks<T: JsonSchema>(mut self) -> Self {
        self.query = Some(describe::<T>);
        self
    }

    /// Its body is a `T`.
    pub(super) fn takes<T: JsonSchema>(mut self) -> Self {
        self.body = Some(describe::<T>);
        self
    }

    /// Its body, if it has one, is a `T`.
    pub(super) fn may_take<T: JsonSchema>(mut self) -> Self {
        self.is_body_optional = true;
        self.takes::<T>()
    }

    /// It answers with 200 and a `T`.
    pub(super) fn gives<T: JsonSchema>(mut self) -> Self {
        self.status = 200;
        self.answer = Content::Json(describe::<T>);
        self
    }

    /// It answers with 201 and a `T`.
    pub(super) fn makes<T: JsonSchema>(mut self) -> Self {
        self.status = 201;
        self.answer = Content::Json(describe::<T>);
        self
    }

    /// It answers with 200 and a text of this media type.
    pub(super) fn writes(mut self, media_type: &'static str) -> Self {
        self.status = 200;
        self.answer = Content::Text(media_type);
        self
    }

    /// It may be refused with this status, because.
    pub(super) fn refuses(mut self, status: u16, because: &'static str) -> Self {
        self.refusals.push((status, because));
        self
    }
}

impl Api {
    /// Adds a route.
    pub(super) fn route<H, T>(mut self, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        let method = match operation.method {
            "post" => MethodFilter::POST,
            "put" => MethodFilter::PUT,
            "delete" => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        self.router = self.router.route(operation.path, on(method, handler));
        self.operations.push(operation);
        self
    }

    /// Everything that is said of the routes, in their order.
    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The routes behind their guard.
    pub(super) fn into_router(self, shared: Shared) -> Router {
        self.router
            .fallback(unknown)
            .method_not_allowed_fallback(not_allowed)
            .layer(middleware::from_fn_with_state(shared.clone(), guard::check))
            .with_state(shared)
    }
}

fn describe<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

async fn unknown(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::not_found(format!(
        "there is nothing at `{path}`; GET /openapi.json says what there is"
    ))
}

async fn not_allowed() -> axum::response::Response {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path has other methods; `Allow` names them",
    )
    .into_response()
}
