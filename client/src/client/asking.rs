//! One request to the provider, and what its answer says.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use jiff::Timestamp;

use super::state::Inner;
use crate::answer::{self, Answer};
use crate::assertion::Occasion;
use crate::claims;
use crate::clock::{later, left};
use crate::dpop::{self, DPOP, PROOF};
use crate::error::Misuse;
use crate::provider::Endpoint;
use crate::record::BEARER;
use crate::request::{Asked, Grant, token_request};
use crate::transport::send_within;
use crate::{Error, GrantKind, Purpose, Secret, TokenRecord};

/// What a server says that wants a nonce in the proof (RFC 9449 section 8).
pub(super) const USE_NONCE: &str = "use_dpop_nonce";

impl Inner {
    /// One request for a token and its answer; two, if the server wants a nonce that is not known
    /// (RFC 9449 section 8). `claims` are those that a resource wants.
    pub(super) async fn ask(
        &self,
        grant: &Grant,
        scope: Option<&str>,
        claims: Option<&str>,
    ) -> Result<Answer, Error> {
        let mut repeated = false;
        loop {
            let (answer, news) = self.ask_once(grant, scope, claims).await?;
            let wants_nonce = |error: &Error| matches!(error, Error::Refused(refusal) if refusal.error.as_deref() == Some(USE_NONCE));
            if news && !repeated && answer.as_ref().is_err_and(wants_nonce) {
                repeated = true;
                continue;
            }
            return answer;
        }
    }

    /// The answer, and whether a nonce came with it that was not known.
    async fn ask_once(
        &self,
        grant: &Grant,
        scope: Option<&str>,
        claims: Option<&str>,
    ) -> Result<(Result<Answer, Error>, bool), Error> {
        let auth = &self.credentials().auth;
        let claims = self.claims(claims)?;
        let provider = self.provider()?;
        let occasion = self.occasion(provider.endpoint_for(grant.kind()))?;
        let asked = Asked {
            scope,
            claims: claims.as_deref(),
            names_resource: provider.names_resource(),
        };
        let mut sealed = token_request(auth, grant, asked, &occasion)?;
        let to = sealed.request.uri().clone();
        if let Some(proof) = self.proof(sealed.request.method(), &to, None)? {
            sealed.request.headers_mut().insert(PROOF, proof);
        }
        let purpose = Purpose::Token(grant.kind());
        let (parts, body) = self.send(sealed.request, purpose).await?.into_parts();
        let news = self.note_nonce(&to, &parts.headers);
        let told_wait = self.policy.wait_hint(&parts, self.clock.now());
        let wanted = if self.dpop.is_some() { DPOP } else { BEARER };
        let secrets = &sealed.secrets;
        let answer = answer::read(&parts, &body, grant.kind(), told_wait, secrets, wanted);
        Ok((answer, news))
    }

    /// The proof of possession for a request, for a client that has a key.
    pub(super) fn proof(
        &self,
        method: &Method,
        uri: &Uri,
        token: Option<&Secret>,
    ) -> Result<Option<HeaderValue>, Misuse> {
        let Some(key) = &self.dpop else {
            return Ok(None);
        };
        let nonce = self.state().nonce_for(&dpop::origin(uri));
        let now = self.clock.now();
        key.proof(method, uri, nonce.as_deref(), token, now, &self.entropy)
            .map(Some)
    }

    /// Keeps the nonce of an answer. True if it was not known.
    pub(super) fn note_nonce(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let nonce = self.dpop.as_ref().and_then(|_| dpop::nonce(headers));
        nonce.is_some_and(|nonce| self.state().keep_nonce(dpop::origin(uri), nonce))
    }

    /// The claims to send: those asked for and the client's capabilities.
    pub(super) fn claims(&self, asked: Option<&str>) -> Result<Option<String>, Misuse> {
        claims::merged(asked, &self.capabilities)
    }

    /// What an assertion for a request to `called` is made from.
    pub(super) fn occasion<'a>(&'a self, called: &'a Endpoint) -> Result<Occasion<'a>, Misuse> {
        Ok(Occasion {
            token_endpoint: self.provider()?.token_endpoint(),
            called,
            now: self.clock.now(),
            entropy: &self.entropy,
        })
    }

    /// Sends a request, with the policy's deadline on the client's clock.
    pub(super) async fn send(
        &self,
        request: Request<Bytes>,
        purpose: Purpose,
    ) -> Result<Response<Bytes>, Error> {
        let limit = self.policy.request_timeout(purpose);
        let to = request.uri().clone();
        let begun = self.clock.now();
        let answer = send_within(limit, &*self.transport, &*self.clock, request).await;
        let took = left(begun, self.clock.now());
        self.watched.request(purpose, &to, took, &answer);
        answer.map_err(Error::Transport)
    }

    pub(super) fn record(
        &self,
        answer: Answer,
        grant: &Grant,
        unstated_scope: Option<&str>,
        created_at: Timestamp,
    ) -> TokenRecord {
        // Machines hand out tokens from a cache: the lifetime may be that of the whole token.
        let until = answer
            .expires_on
            .map(|until| left(created_at, until))
            .filter(|left| !left.is_zero());
        let stated = match (answer.lifetime, until) {
            (Some(lifetime), Some(until)) if grant.kind() == GrantKind::ManagedIdentity => {
                Some(lifetime.min(until))
            }
            (lifetime, until) => lifetime.or(until),
        };
        let lifetime = self.policy.lifetime(stated);
        let refresh_token = self
            .policy
            .next_refresh_token(grant.refresh_token(), answer.refresh_token.as_ref());
        TokenRecord {
            access_token: answer.access_token,
            refresh_token,
            token_type: answer.token_type,
            expires_in: Some(lifetime.as_secs()),
            expires_at: Some(later(created_at, lifetime)),
            created_at: Some(created_at),
            scope: answer.scope.or_else(|| unstated_scope.map(str::to_owned)),
            refresh_at: answer
                .refresh_in
                .filter(|refresh_in| *refresh_in < lifetime)
                .map(|refresh_in| later(created_at, refresh_in)),
        }
    }
}
