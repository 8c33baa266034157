//! [`Problem`]: how the control API says no (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use crate::builder::StartError;
use crate::directory::{BadDirectory, DirectoryProblem};
use crate::host::HostError;

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    place: Option<Place>,
    /// The same as a JSON pointer.
    pointer: Option<String>,
    /// What is wrong with a directory, one by one.
    problems: Vec<DirectoryProblem>,
}

/// Where in the request's body the mistake stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The line, from 1.
    pub(super) line: u64,
    /// The column, from 1.
    pub(super) column: u64,
}

/// Why a request was refused, as RFC 9457 has it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ProblemDetails {
    /// Always `about:blank`: the status says what kind of problem it is.
    r#type: &'static str,
    /// The name of the status.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What was wrong, what is allowed, and what to do.
    detail: String,
    /// The line of the body where the mistake stands, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// The column in that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    /// The way to the mistake from the top of the body, as a JSON pointer (RFC 6901); empty where the whole body is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Everything that is wrong with a directory, in the order of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    problems: Vec<DirectoryProblem>,
}

impl Problem {
    /// A refusal with its reason, a lower-case fragment.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            place: None,
            pointer: None,
            problems: Vec::new(),
        }
    }

    /// There is no such thing.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// Understood, and impossible as things are.
    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// Well-formed, and makes no sense.
    pub(super) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// A directory that cannot be used: its first mistake, and all of them one by one.
    pub(super) fn of_directory(bad: BadDirectory) -> Self {
        let problems = bad.problems().to_vec();
        let first = problems.first();
        let detail = first.map_or_else(|| bad.to_string(), |first| first.message.clone());
        let place = first.filter(|first| first.line > 0).map(|first| Place {
            line: u64::from(first.line),
            column: u64::from(first.column),
        });
        Self {
            problems,
            ..Self::unprocessable(detail).at(place)
        }
    }

    /// The same, with the place of the mistake.
    pub(super) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The same, with the way to the mistake.
    pub(super) fn pointing_to(mut self, pointer: Option<String>) -> Self {
        self.pointer = pointer;
        self
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<HostError> for Problem {
    fn from(error: HostError) -> Self {
        let status = match &error {
            HostError::NameTaken(_) => StatusCode::CONFLICT,
            HostError::Full { .. } => StatusCode::SERVICE_UNAVAILABLE,
            HostError::Start(StartError::Bind { .. } | StartError::Certificate(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            HostError::Start(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let details = ProblemDetails {
            r#type: "about:blank",
            title: self
                .status
                .canonical_reason()
                .unwrap_or_default()
                .to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            line: self.place.map(|place| place.line),
            column: self.place.map(|place| place.column),
            pointer: self.pointer,
            problems: self.problems,
        };
        let mut response = (self.status, axum::Json(details)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}
