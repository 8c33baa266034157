//! A call of a resource from its first try to its last, whoever sends it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Response, StatusCode, Uri};

use super::TokenClient;
use super::asking::USE_NONCE;
use super::flight::Wanted;
use super::state::Inner;
use crate::dpop::{DPOP, PROOF};
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
/// # async fn send(_: http::HeaderMap) -> Response<bytes::Bytes> { Response::default() }
/// async fn call(client: &TokenClient) -> Result<Response<bytes::Bytes>, Error> {
///     let mut pursuit = client.pursue(Method::GET, "https://api.example/things".parse().unwrap())?;
///     loop {
///         let headers = pursuit.headers().await?;
///         let response = send(headers).await;
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
    /// Whether it was repeated because of a nonce (RFC 9449 section 9).
    nonce_told: bool,
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
            nonce_told: false,
        })
    }
}

impl Pursuit {
    /// The headers for the next request, in the place of any of the same name: `Authorization`, and for a client with a key
    /// `DPoP`. Waits as long as the resource asked to be left alone.
    ///
    /// # Errors
    /// As [`TokenClient::token`]; [`Error::Throttled`] if the wait is longer than a call may sleep.
    pub async fn headers(&mut self) -> Result<HeaderMap, Error> {
        let inner = Arc::clone(&self.client.inner);
        // In the wait the token may have aged.
        let waited = inner.wait_for_resource(&self.resource).await?;
        let token = match self.token.take() {
            Some(token) if !waited => token,
            _ => self.client.token().await?,
        };
        let authorization = token.authorization().ok_or(Misuse::UnusableToken)?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        if let Some(proof) = inner.proof(&self.method, &self.resource, Some(token.secret()))? {
            headers.insert(PROOF, proof);
        }
        self.token = Some(token);
        Ok(headers)
    }

    /// Whether the response that began so is the call's. Otherwise the request has to be sent again, with other
    /// [`headers`](Self::headers); a pause before that is over when this returns.
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
        if inner.note_nonce(&self.resource, answer.headers())
            && !self.nonce_told
            && wants_nonce(answer)
        {
            self.nonce_told = true;
            return Ok(false);
        }
        let now = inner.clock.now();
        self.attempt.jitter = inner.jitter();
        let next = inner.policy.after_answer(self.attempt, answer, now);
        if let Some(told) = answer.told_wait()
            && was_throttled(answer.status())
        {
            inner.leave_alone(&self.resource, told);
        }
        match next {
            AfterAnswer::Return => return Ok(true),
            AfterAnswer::AnswerChallenge => match inner.answer_to(answer, &token).await {
                Some(other) => self.renewed(other?),
                None => return Ok(true),
            },
            AfterAnswer::RefreshAndRetry if inner.is_unrenewable() => return Ok(true),
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
        let present = self.present();
        let wait = self.state().left_alone_for(&place(resource), present);
        if wait.is_zero() {
            return Ok(false);
        }
        if wait > self.policy.longest_wait() {
            return Err(Error::Throttled(Arc::new(Throttle {
                by: ThrottledBy::Resource,
                retry_after: Some(wait),
                status: StatusCode::TOO_MANY_REQUESTS,
                description: None,
                vendor_code: None,
                correlation_id: None,
                trace_id: None,
                request_id: None,
            })));
        }
        self.clock.sleep(wait).await;
        Ok(true)
    }

    fn leave_alone(&self, resource: &Uri, wait: Duration) {
        let present = self.present();
        self.state().leave_alone(place(resource), wait, present);
    }
}

fn wants_nonce(answer: &ApiResponse) -> bool {
    let challenges = answer.challenges();
    answer.status() == StatusCode::UNAUTHORIZED
        && challenges
            .iter()
            .any(|challenge| challenge.is(DPOP) && challenge.error() == Some(USE_NONCE))
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
