//! A request is read whole, within bounds, before anybody looks at it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tower::ServiceExt as _;

use super::{BODY_LIMIT, Caller, Door};
use crate::clock::{imf_fixdate, within};
use crate::inbound::Inbound;
use crate::world::Rooms;

/// Reads a request to its end and hands it to the routes.
pub(super) async fn handle(
    door: &Door,
    caller: Caller,
    request: Request<Incoming>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let reading = read(&door.rooms, body, &parts.headers);
    let body = match caller.busy.wait_for(reading).await {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let inbound = Inbound {
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        headers: parts.headers,
        body,
        origin: door.origin,
        peer: caller.peer,
        connection: caller.connection,
        busy: caller.busy,
        outlet: caller.outlet,
        fault: caller.fault,
        is_last: caller.is_last,
    };
    let mut request = Request::new(Body::empty());
    *request.method_mut() = parts.method;
    *request.uri_mut() = parts.uri;
    request.extensions_mut().insert(Arc::new(inbound));
    match door.routes.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => {
            let never: Infallible = never;
            match never {}
        }
    }
}

async fn read(
    rooms: &Rooms,
    body: Incoming,
    headers: &HeaderMap,
) -> Result<Bytes, Box<Response<Body>>> {
    let refuse = |status, message| Err(Box::new(refusal(rooms, status, message)));
    let too_large = || {
        refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the request body is larger than 1 MiB, the most this mock reads",
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT as u64) {
        return too_large();
    }
    match within(rooms.patience, Limited::new(body, BODY_LIMIT).collect()).await {
        Some(Ok(collected)) => Ok(collected.to_bytes()),
        Some(Err(error)) if error.is::<http_body_util::LengthLimitError>() => too_large(),
        Some(Err(_)) => refuse(
            StatusCode::BAD_REQUEST,
            "the request body ended before its announced length",
        ),
        None => refuse(
            StatusCode::REQUEST_TIMEOUT,
            "the request body stopped coming",
        ),
    }
}

/// A refusal of the listener itself, before any vendor is asked.
pub(super) fn refusal(rooms: &Rooms, status: StatusCode, message: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(message));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    if let Ok(date) = HeaderValue::try_from(imf_fixdate(rooms.clock.now())) {
        headers.insert(header::DATE, date);
    }
    response
}
