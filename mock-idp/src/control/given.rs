//! What a request gives: its body, its query, the last part of its path.

use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::misfit::{from_json, from_yaml};
use super::problem::Problem;
use crate::clock::within;

/// The largest body that is read.
const BODY_LIMIT: usize = 1024 * 1024;
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body in JSON or YAML.
pub(super) struct Given<T>(pub(super) T);

/// A body in JSON or YAML that may be missing, which is the same as `{}`.
pub(super) struct Optional<T>(pub(super) T);

/// A body in JSON or YAML, read and as it stands there.
pub(super) struct Both<T>(pub(super) T, pub(super) String);

/// A body in JSON or YAML as it stands there.
pub(super) struct Text(pub(super) String);

/// The parameters of the query.
pub(super) struct Asked<T>(pub(super) T);

/// The last parameter of the path.
pub(super) struct Named(pub(super) String);

/// The client id in the path.
pub(super) struct Client(pub(super) String);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Both(given, _) = Both::from_request(request, state).await?;
        Ok(Self(given))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Optional<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            return from_json("{}").map(Self);
        }
        let Both(given, _) = Both::from_request(request, state).await?;
        Ok(Self(given))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Both<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let language = language(&request)?;
        let text = text(request).await?;
        let given = match language {
            Language::Json => from_json(&text),
            Language::Yaml => from_yaml(&text),
        };
        Ok(Self(given?, text))
    }
}

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        language(&request)?;
        text(request).await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                bad_query(&error.body_text()),
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = in_path(parts, state).await?;
        let last = parameters.iter().last();
        Ok(Self(
            last.map_or_else(String::new, |(_, value)| value.to_owned()),
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = in_path(parts, state).await?;
        let client = parameters.iter().find(|(name, _)| *name == "client");
        Ok(Self(
            client.map_or_else(String::new, |(_, value)| value.to_owned()),
        ))
    }
}

/// The parameters of the path, decoded.
pub(super) async fn in_path<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<RawPathParams, Problem> {
    let parameters = RawPathParams::from_request_parts(parts, state).await;
    parameters.map_err(|_| Problem::not_found("the path is not UTF-8"))
}

enum Language {
    Json,
    Yaml,
}

/// What the body is written in. A form or a plain text is refused: those are what a page could send without asking.
fn language(request: &Request) -> Result<Language, Problem> {
    let stated = request.headers().get(header::CONTENT_TYPE);
    let stated = stated.and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = stated.split(';').next().unwrap_or("").trim();
    match media_type.to_ascii_lowercase().as_str() {
        "application/json" => Ok(Language::Json),
        "application/yaml" | "application/x-yaml" | "text/yaml" => Ok(Language::Yaml),
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body has to be `application/json` or `application/yaml`, and `Content-Type` has to say so",
        )),
    }
}

async fn text(request: Request) -> Result<String, Problem> {
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than 1 MiB, the most that is read",
        )
    };
    let body = Limited::new(request.into_body(), BODY_LIMIT).collect();
    let bytes: Bytes = match within(PATIENCE, body).await {
        Some(Ok(collected)) => collected.to_bytes(),
        Some(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
        Some(Err(_)) => {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "the body ended before its announced length",
            ));
        }
        None => {
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "the body stopped coming",
            ));
        }
    };
    String::from_utf8(bytes.into())
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not UTF-8"))
}

/// What is wrong with a query, in the words of the API.
fn bad_query(said: &str) -> String {
    let said = said
        .strip_prefix("Failed to deserialize query string: ")
        .unwrap_or(said);
    let Some((name, why)) = said.split_once(": ") else {
        return said.to_owned();
    };
    match why.split_once(", expected ") {
        Some((unknown, allowed)) if unknown.starts_with("unknown field ") => {
            let allowed = allowed.strip_prefix("one of ").unwrap_or(allowed);
            format!("unknown parameter `{name}`; the parameters here are {allowed}")
        }
        Some((_, allowed)) if why.starts_with("unknown variant ") => {
            format!("`{name}` takes {allowed}")
        }
        _ if why == "invalid digit found in string" => {
            format!("`{name}` takes a whole number from 0")
        }
        _ => format!("`{name}`: {why}"),
    }
}
