//! A resource's answer, as a policy sees it, and the error it may stand for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, Uri};

use crate::answer::{header_id, readable};
use crate::dpop::DPOP;
use crate::error::{ApiRefusal, Error, Throttle, ThrottledBy};
use crate::record::BEARER;
use crate::vendor_error::VendorError;
use crate::{Challenge, Secret};

/// What a resource answered to a call with an access token.
///
/// `Debug` shows method, status and the body's length, never content.
#[derive(Clone)]
pub struct ApiResponse {
    method: Method,
    response: Response<Bytes>,
    told_wait: Option<Duration>,
}

impl ApiResponse {
    /// An answer to a request made with `method`; `told_wait` is what the policy read from it.
    pub fn new(method: Method, response: Response<Bytes>, told_wait: Option<Duration>) -> Self {
        Self {
            method,
            response,
            told_wait,
        }
    }

    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        self.response.body()
    }

    /// The wait the answer asks for, as read by [`Policy::wait_hint`](crate::Policy::wait_hint).
    pub fn told_wait(&self) -> Option<Duration> {
        self.told_wait
    }

    /// The challenges in `WWW-Authenticate`.
    pub fn challenges(&self) -> Vec<Challenge> {
        Challenge::parse_all(self.headers())
    }

    /// The claims of an `insufficient_claims` challenge, decoded to JSON text (Microsoft: claims
    /// challenge). `None` if there is no such challenge.
    pub fn claims_challenge(&self) -> Option<String> {
        self.challenges()
            .iter()
            .find(|challenge| challenge.error() == Some("insufficient_claims"))
            .and_then(Challenge::claims)
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        self.response
    }

    /// The answer for the caller: 401, 403 and 429 are errors, every other status is handed back
    /// as it came. `token` is cut out of what the resource wrote.
    pub(crate) fn into_result(
        self,
        resource: &Uri,
        token: &Secret,
    ) -> Result<Response<Bytes>, Error> {
        match self.status() {
            StatusCode::UNAUTHORIZED => {
                let refusal = self.refusal(resource, token);
                Err(if refusal.claims.is_some() {
                    Error::ClaimsChallenge(refusal)
                } else {
                    Error::Unauthorized(refusal)
                })
            }
            StatusCode::FORBIDDEN => {
                let refusal = self.refusal(resource, token);
                Err(if refusal.error.as_deref() == Some("insufficient_scope") {
                    Error::InsufficientScope(refusal)
                } else {
                    Error::Forbidden(refusal)
                })
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let sent = std::slice::from_ref(token);
                let said = VendorError::read(self.body(), sent);
                Err(Error::Throttled(Arc::new(Throttle {
                    by: ThrottledBy::Resource,
                    retry_after: self.told_wait,
                    status: self.status(),
                    description: said.description,
                    vendor_code: said.code,
                    correlation_id: said.correlation_id,
                    trace_id: said.trace_id,
                    request_id: header_id(self.headers(), sent),
                })))
            }
            _ => Ok(self.into_response()),
        }
    }

    fn refusal(self, resource: &Uri, token: &Secret) -> Arc<ApiRefusal> {
        let challenges = self.challenges();
        let ours = || {
            let schemes = [BEARER, DPOP];
            let of_token =
                move |challenge: &&Challenge| schemes.iter().any(|scheme| challenge.is(scheme));
            challenges.iter().filter(of_token)
        };
        let challenge = ours()
            .find(|challenge| challenge.error().is_some())
            .or_else(|| ours().next());
        let param = |name: &str| {
            let text = challenge?.param(name)?;
            Some(readable(text, std::slice::from_ref(token)))
        };
        let said = VendorError::read(self.body(), std::slice::from_ref(token));
        Arc::new(ApiRefusal {
            method: self.method.clone(),
            resource: without_query(resource),
            status: self.status(),
            error: param("error"),
            description: param("error_description")
                .or_else(|| param("errordescription"))
                .or(said.description),
            scope: param("scope"),
            claims: self.claims_challenge(),
            vendor_code: said.code,
            correlation_id: said.correlation_id,
            trace_id: said.trace_id,
            request_id: header_id(self.headers(), std::slice::from_ref(token)),
            response: self,
        })
    }
}

impl fmt::Debug for ApiResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiResponse")
            .field("method", &self.method)
            .field("status", &self.status())
            .field("body_length", &self.body().len())
            .field("told_wait", &self.told_wait)
            .finish_non_exhaustive()
    }
}

/// The address without its query. Falls back to `/` for what cannot be put together again, such
/// as the `*` of an OPTIONS request.
fn without_query(uri: &Uri) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = uri.path().parse().ok();
    Uri::from_parts(parts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, headers: &[(&str, &str)]) -> String {
        outcome_with(status, headers, "{}")
    }

    fn outcome_with(status: u16, headers: &[(&str, &str)], body: &str) -> String {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let body = Bytes::copy_from_slice(body.as_bytes());
        let response = response.body(body).unwrap();
        let uri = "https://api.example/things?code=1".parse().unwrap();
        match ApiResponse::new(Method::GET, response, None).into_result(&uri, &Secret::new("AT")) {
            Ok(response) => format!("ok {}", response.status()),
            Err(error) => match error.vendor_code() {
                Some(code) => format!("{} [{code}]: {error}", error.class()),
                None => format!("{}: {error}", error.class()),
            },
        }
    }

    #[test]
    fn what_the_vendor_says_is_kept_for_people() {
        let okta = r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"oae1","errorCauses":[]}"#;
        let graph = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges of AT.","innerError":{"request-id":"r","client-request-id":"c"}}}"#;
        let lines = [
            outcome_with(429, &[("x-okta-request-id", "q")], okta),
            outcome_with(403, &[], graph),
            outcome_with(401, &[], "<html>"),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        throttled [E0000047]: resource throttles (status 429); it did not say how long to wait (trace id oae1, request id q)
        forbidden [Authorization_RequestDenied]: GET https://api.example/things answered 403: Insufficient privileges of ***. (correlation id c, trace id r)
        unauthorized: GET https://api.example/things answered 401
        ");
    }

    #[test]
    fn what_each_answer_stands_for() {
        let okta_scope = r#"Bearer authorization_uri="http://o.okta.com/oauth2/v1/authorize", realm="http://o.okta.com", scope="okta.groups.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/groups""#;
        let claims = r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhIjoxfQ==""#;
        let lines = [
            outcome(200, &[]),
            outcome(404, &[]),
            outcome(500, &[]),
            outcome(401, &[]),
            outcome(
                401,
                &[
                    (
                        "www-authenticate",
                        "Bearer error=\"invalid_token\", error_description=\"The AT token has expired.\"",
                    ),
                    ("request-id", "r-1"),
                ],
            ),
            outcome(401, &[("www-authenticate", claims)]),
            outcome(
                401,
                &[("www-authenticate", "Bearer error=\"insufficient_claims\"")],
            ),
            outcome(403, &[("www-authenticate", okta_scope)]),
            outcome(403, &[]),
            outcome(429, &[("x-okta-request-id", "q")]),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        ok 200 OK
        ok 404 Not Found
        ok 500 Internal Server Error
        unauthorized: GET https://api.example/things answered 401
        unauthorized: GET https://api.example/things answered 401, invalid_token: The *** token has expired. (request id r-1)
        interaction_required: GET https://api.example/things answered 401, insufficient_claims
        unauthorized: GET https://api.example/things answered 401, insufficient_claims
        insufficient_scope: GET https://api.example/things answered 403, insufficient_scope, needs scope "okta.groups.read": The access token provided does not contain the required scopes.
        forbidden: GET https://api.example/things answered 403
        throttled: resource throttles (status 429); it did not say how long to wait (request id q)
        "#);
    }

    #[test]
    fn debug_shows_no_content() {
        let response = Response::builder()
            .header("set-cookie", "canary")
            .body(Bytes::from_static(b"canary"))
            .unwrap();
        insta::assert_snapshot!(
            format!("{:?}", ApiResponse::new(Method::GET, response, None)),
            @"ApiResponse { method: GET, status: 200, body_length: 6, told_wait: None, .. }"
        );
    }
}
