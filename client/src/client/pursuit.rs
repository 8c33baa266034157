//! A call of a resource from its first try to its last, whoever sends it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use jiff::Timestamp;

use super::TokenClient;
use super::flight::Wanted;
use super::state::Inner;
use crate::clock::{later, left};
use crate::error::{Error, Misuse, Throttle, ThrottledBy};
use crate::{
    AccessToken, AfterAnswer, ApiResponse, Attempt, Purpose, Secret, TokenRecord, provider,
};

/// One call of a resource, which may take several requests: for callers with an HTTP client of their own.
///
/// ```
/// use http::{Method, Response};
/// use token_client::{Error, TokenClient};
///
/// # async fn send(_: http::HeaderValue) -> Response<bytes::Bytes> { Response::default() }
/// async fn call(client: &TokenClient) -> Result<Response<bytes::Bytes>, Error> {
///     let mut pursuit = client.pursue(Method::GET, "https://api.example/things".parse().unwrap())?;
///     loop {
///         let authorization = pursuit.authorization().await?;
///         let response = send(authorization).await;
///         if pursuit.is_over(response.status(), response.headers()).await? {
///             return Ok(response);
///         }
///     }
/// }
/// ```
///
/// Between requests the body must not change, and it must be there again: a body that can be sent only once is not for this.
#[derive(Debug)]
pub struct Pursuit {
    client: TokenClient,
    method: Method,
    resource: Uri,
    attempt: Attempt,
    token: Option<AccessToken>,
}

impl TokenClient {
    /// Begins a call of a resource that the caller sends. Sends nothing.
    ///
    /// # Errors
    /// [`Misuse`] if the address is neither https nor this machine.
    pub fn pursue(&self, method: Method, resource: Uri) -> Result<Pursuit, Misuse> {
        provider::check("resource URL", &resource)?;
        let mut attempt = Attempt::first(Purpose::Resource);
        attempt.answers_challenges = self.inner.answers_challenges();
        Ok(Pursuit {
            client: self.clone(),
            method,
            resource,
            attempt,
            token: None,
        })
    }
}

impl Pursuit {
    /// The `Authorization` value for the next request, after waiting as long as the resource asked to be left alone.
    ///
    /// # Errors
    /// As [`TokenClient::token`]; [`Error::Throttled`] if the wait is longer than a call may sleep.
    pub async fn authorization(&mut self) -> Result<HeaderValue, Error> {
        if self.token.is_none() {
            self.token = Some(self.client.token().await?);
        }
        if self.client.inner.wait_for_resource(&self.resource).await? {
            // The token may have aged in the wait.
            self.token = Some(self.client.token().await?);
        }
        let token = self.token.as_ref().and_then(AccessToken::authorization);
        Ok(token.ok_or(Misuse::UnusableToken)?)
    }

    /// Whether the response that began so is the call's. Otherwise the request has to be sent again, with another
    /// [`authorization`](Self::authorization); a pause before that is over when this returns.
    ///
    /// # Errors
    /// Why the token that the response asks for could not be had.
    pub async fn is_over(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<bool, Error> {
        let mut head = Response::new(Bytes::new());
        *head.status_mut() = status;
        *head.headers_mut() = headers.clone();
        let answer = self.read(head);
        self.judge(&answer).await
    }

    /// The answer to the last request.
    pub(super) fn read(&self, response: Response<Bytes>) -> ApiResponse {
        let (parts, body) = response.into_parts();
        let inner = &self.client.inner;
        let told_wait = inner.policy.wait_hint(&parts, inner.clock.now());
        let response = Response::from_parts(parts, body);
        ApiResponse::new(self.method.clone(), response, told_wait)
    }

    /// As [`is_over`](Self::is_over).
    pub(super) async fn judge(&mut self, answer: &ApiResponse) -> Result<bool, Error> {
        let inner = Arc::clone(&self.client.inner);
        let Some(token) = self.token.clone() else {
            // Nothing was sent by us.
            return Ok(true);
        };
        let now = inner.clock.now();
        self.attempt.jitter = inner.jitter();
        let next = inner.policy.after_answer(self.attempt, answer, now);
        if let Some(told) = answer.told_wait()
            && was_throttled(answer.status())
        {
            inner.leave_alone(&self.resource, told, now);
        }
        match next {
            AfterAnswer::Return => return Ok(true),
            AfterAnswer::AnswerChallenge => match inner.answer_to(answer, &token).await {
                Some(other) => self.renewed(other?),
                None => return Ok(true),
            },
            AfterAnswer::RefreshAndRetry => {
                let other = inner.other_than(&token).await?;
                if other.secret().matches(token.secret()) {
                    return Ok(true);
                }
                self.renewed(other);
            }
            AfterAnswer::RetryAfter(pause) => {
                inner.clock.sleep(pause).await;
                self.token = None;
            }
        }
        self.attempt.number = self.attempt.number.saturating_add(1);
        Ok(false)
    }

    /// The token of the last request.
    pub(super) fn token(&self) -> Secret {
        self.token
            .as_ref()
            .map_or_else(|| Secret::new(""), |token| token.secret().clone())
    }

    fn renewed(&mut self, token: AccessToken) {
        self.token = Some(token);
        self.attempt.renewed = true;
    }
}

impl Inner {
    /// Whether the client has said that it does. A machine's identity cannot ask for claims.
    fn answers_challenges(&self) -> bool {
        let declared = &self.capabilities;
        self.managed.is_none() && declared.iter().any(|name| name.eq_ignore_ascii_case("cp1"))
    }

    /// The token that the challenge of a resource leads to. `None` if it leads nowhere and the
    /// caller has to know of it: there is none, its claims cannot be sent on, it brings the same
    /// token, or a user has to sign in, with the claims.
    async fn answer_to(
        self: &Arc<Self>,
        challenge: &ApiResponse,
        token: &AccessToken,
    ) -> Option<Result<AccessToken, Error>> {
        let claims = challenge.claims_challenge()?;
        match self.answer(token.secret(), &claims).await {
            Ok(other) if other.access_token.matches(token.secret()) => None,
            Ok(other) => Some(Ok(AccessToken::new(other))),
            Err(Error::Misuse(Misuse::BadClaims)) => None,
            Err(error) if error.needs_interaction() && error.claims().is_none() => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// A token that is asked for with the claims of a challenge.
    pub(super) async fn answer(
        self: &Arc<Self>,
        challenged: &Secret,
        claims: &str,
    ) -> Result<Arc<TokenRecord>, Error> {
        self.claims(Some(claims))?;
        self.state().drop_challenged(challenged);
        let wanted = Wanted::Answering {
            claims: claims.to_owned(),
            challenged: challenged.clone(),
        };
        self.fly(&wanted).await
    }

    /// A token other than the one a resource refused. If somebody else has renewed it meanwhile,
    /// that one will do: a late 401 must not cause a second renewal.
    async fn other_than(self: &Arc<Self>, refused: &AccessToken) -> Result<AccessToken, Error> {
        let wanted = Wanted::Other(refused.secret().clone());
        self.fly(&wanted).await.map(AccessToken::new)
    }

    /// Waits until a resource that asked to be left alone may be called; true if there was a wait.
    async fn wait_for_resource(&self, resource: &Uri) -> Result<bool, Error> {
        let until = self.state().left_alone_until(&place(resource));
        let wait = until.map_or(Duration::ZERO, |until| left(self.clock.now(), until));
        if wait.is_zero() {
            return Ok(false);
        }
        if wait > self.policy.longest_wait() {
            return Err(Error::Throttled(Arc::new(Throttle {
                by: ThrottledBy::Resource,
                retry_after: Some(wait),
                status: StatusCode::TOO_MANY_REQUESTS,
                description: None,
                correlation_id: None,
                request_id: None,
            })));
        }
        self.clock.sleep(wait).await;
        Ok(true)
    }

    fn leave_alone(&self, resource: &Uri, wait: Duration, now: Timestamp) {
        self.state()
            .leave_alone(place(resource), later(now, wait), now);
    }
}

fn was_throttled(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE
}

/// What shares a told wait: the address without its query. Limits are wider than that at some
/// vendors, but a wait must not reach further than it was told for.
fn place(resource: &Uri) -> String {
    let host = resource
        .authority()
        .map_or("", |authority| authority.as_str());
    format!("{host}{}", resource.path())
}
