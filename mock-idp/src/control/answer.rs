//! What handlers answer with.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::problem::Problem;

/// 200 with a body, or a refusal.
pub(super) type Answer<T> = Result<Json<T>, Problem>;

/// 204, or a refusal.
pub(super) type Done = Result<StatusCode, Problem>;

/// 201 with a body.
pub(super) struct Made<T>(pub(super) T);

/// 200 with a body.
pub(super) fn answer<T>(body: T) -> Answer<T> {
    Ok(Json(body))
}

/// 204.
pub(super) fn done() -> Done {
    Ok(StatusCode::NO_CONTENT)
}

impl<T: Serialize> IntoResponse for Made<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}
