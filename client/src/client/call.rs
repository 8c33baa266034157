//! Calling a resource with the token.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode, Uri};
use jiff::Timestamp;

use super::TokenClient;
use super::flight::Wanted;
use super::state::Inner;
use crate::clock::{later, left};
use crate::error::{Error, Misuse, Throttle, ThrottledBy};
use crate::{
    AccessToken, AfterAnswer, ApiResponse, Attempt, Purpose, Secret, TokenRecord, provider,
};

impl TokenClient {
    /// Sends a request with the access token in its Authorization header and returns the answer.
    ///
    /// With the standard policy a 401 leads to one renewal and one repeat, if the renewal brought
    /// another token; so does a claims challenge to a client that has declared `cp1`
    /// ([`client_capabilities`](crate::TokenClientBuilder::client_capabilities)); a 403 to neither; a 429 to a wait and a repeat. Repeats carry the same body,
    /// byte for byte. A resource that has told to wait is left alone by later calls too. Redirects
    /// are not followed.
    ///
    /// # Errors
    /// 401, 403 and 429 in the end are errors; every other status is handed back as it came.
    /// [`Error::Misuse`] if the address is neither https nor this machine. Otherwise as
    /// [`token`](Self::token).
    pub async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let inner = &self.inner;
        provider::check("resource URL", request.uri())?;
        let mut attempt = Attempt::first(Purpose::Resource);
        attempt.answers_challenges = inner.answers_challenges();
        let mut token = self.token().await?;
        loop {
            if inner.wait_for_resource(request.uri()).await? {
                // The token may have aged in the wait.
                token = self.token().await?;
            }
            let answer = inner.send_with(&request, &token).await?;
            let now = inner.clock.now();
            attempt.jitter = inner.jitter();
            let next = inner.policy.after_answer(attempt, &answer, now);
            if let Some(told) = answer.told_wait()
                && was_throttled(answer.status())
            {
                inner.leave_alone(request.uri(), told, now);
            }
            match next {
                AfterAnswer::Return => {
                    return answer.into_result(request.uri(), token.secret());
                }
                AfterAnswer::AnswerChallenge => {
                    match inner.answer_to(&answer, &token).await {
                        Some(other) => token = other?,
                        None => return answer.into_result(request.uri(), token.secret()),
                    }
                    attempt.renewed = true;
                }
                AfterAnswer::RefreshAndRetry => {
                    let other = inner.other_than(&token).await?;
                    if other.secret().matches(token.secret()) {
                        return answer.into_result(request.uri(), token.secret());
                    }
                    token = other;
                    attempt.renewed = true;
                }
                AfterAnswer::RetryAfter(pause) => {
                    inner.clock.sleep(pause).await;
                    token = self.token().await?;
                }
            }
            attempt.number = attempt.number.saturating_add(1);
        }
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

    async fn send_with(
        &self,
        request: &Request<Bytes>,
        token: &AccessToken,
    ) -> Result<ApiResponse, Error> {
        let authorization = token.authorization().ok_or(Misuse::UnusableToken)?;
        let mut request = request.clone();
        // Replaces any that is there: the token is sent in one place only (RFC 6750 section 2).
        request.headers_mut().insert(AUTHORIZATION, authorization);
        let method = request.method().clone();
        let (parts, body) = self.send(request, Purpose::Resource).await?.into_parts();
        let told_wait = self.policy.wait_hint(&parts, self.clock.now());
        let response = Response::from_parts(parts, body);
        Ok(ApiResponse::new(method, response, told_wait))
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
