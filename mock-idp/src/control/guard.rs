//! Who may use the control API.
//!
//! A page in a browser can send requests to loopback, and with a name of its own that it makes point there (DNS rebinding)
//! can read the answers. Such requests bear the page's `Origin`, or its name as `Host`; both are refused.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, Uri, header};

use super::problem::Problem;
use super::shared::Shared;

/// Paths that tell nothing of any world, and so need no token.
const OPEN: [&str; 3] = ["/", "/health", "/openapi.json"];

/// Lets a request pass, or refuses it.
pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (headers, uri) = (request.headers(), request.uri());
    match refused(&shared, headers, uri) {
        None => next.run(request).await,
        Some(problem) => {
            let is_unauthorized = problem.status() == StatusCode::UNAUTHORIZED;
            let mut response = problem.into_response();
            if is_unauthorized {
                response.headers_mut().insert(
                    header::WWW_AUTHENTICATE,
                    http::HeaderValue::from_static("Bearer"),
                );
            }
            response
        }
    }
}

fn refused(shared: &Shared, headers: &HeaderMap, uri: &Uri) -> Option<Problem> {
    let mut names = headers.get_all(header::HOST).iter();
    let name = names.next().and_then(|name| name.to_str().ok());
    let is_one = names.next().is_none();
    // An absolute request target takes the place of `Host` (RFC 9112 section 3.2.2).
    let name = uri.authority().map(http::uri::Authority::as_str).or(name);
    if !is_one || !name.is_some_and(|name| is_ours(shared, name)) {
        return Some(Problem::new(
            StatusCode::FORBIDDEN,
            format!(
                "the request is for another host; ask for http://{} by its address or as localhost",
                shared.address()
            ),
        ));
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let is_own = |origin: &http::HeaderValue| {
        let origin = origin.to_str().ok();
        let origin = origin.and_then(|origin| origin.strip_prefix("http://"));
        origin.is_some_and(|origin| Some(origin) == name)
    };
    if !origins.all(is_own) {
        return Some(Problem::new(
            StatusCode::FORBIDDEN,
            "the request comes from a page in a browser; use the control API from programs",
        ));
    }
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim_matches(' '));
    if !OPEN.contains(&uri.path()) && !shared.admits(shown) {
        return Some(Problem::new(
            StatusCode::UNAUTHORIZED,
            "the control token is missing or wrong; send it as `Authorization: Bearer …`",
        ));
    }
    None
}

/// Whether a `Host` means this listener. Where other machines may ask, they know it under names that we do not, and the token
/// keeps pages out.
fn is_ours(shared: &Shared, name: &str) -> bool {
    let address = shared.address();
    if !address.ip().is_loopback() && shared.has_token() {
        return true;
    }
    let port = address.port();
    let same = |host: &str| {
        let with_port = format!("{host}:{port}");
        name.eq_ignore_ascii_case(&with_port) || (port == 80 && name.eq_ignore_ascii_case(host))
    };
    same("127.0.0.1") || same("[::1]") || same("localhost") || name == address.to_string()
}
