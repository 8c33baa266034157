//! Mutants by API token: a token that a person has made is no access token, and nothing renews it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use token_client::{Freshness, Policy, StandardPolicy, TokenRecord, Transport};

use super::rewriting::{At, Opened, Sending, asking, over};
use crate::contender::Setup;

const SSWS: &str = "SSWS ";

const STANDARD: StandardPolicy = StandardPolicy::new();

/// Shows it as if it were an access token.
pub(super) fn shows_api_token_as_bearer(setup: Setup) -> Opened {
    asking(setup, At::Resource, |request| {
        let Some(token) = shown(request) else { return };
        if let Ok(bearer) = HeaderValue::try_from(format!("Bearer {token}")) {
            request.headers_mut().insert(header::AUTHORIZATION, bearer);
        }
    })
}

/// Takes it to the token endpoint when it was refused.
#[derive(Clone, Debug)]
struct Redeeming {
    inner: Arc<dyn Transport>,
    token_url: String,
}

impl Transport for Redeeming {
    fn send(&self, request: Request<Bytes>) -> Sending {
        let redeeming = self.clone();
        Box::pin(async move {
            let token = shown(&request);
            let response = redeeming.inner.send(request).await?;
            let refused = is_refusal(&response);
            if let Some(token) = token.filter(|_| refused) {
                let token = utf8_percent_encode(&token, NON_ALPHANUMERIC);
                let form = format!("grant_type=refresh_token&refresh_token={token}");
                let asked = Request::post(&redeeming.token_url)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(Bytes::from(form));
                if let Ok(asked) = asked {
                    redeeming.inner.send(asked).await?;
                }
            }
            Ok(response)
        })
    }
}

pub(super) fn redeems_api_token(setup: Setup) -> Opened {
    over(setup, |setup| {
        Arc::new(Redeeming {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
        })
    })
}

/// Counts the 30 days from when it first saw the token, not from its last use.
#[derive(Debug, Default)]
pub(super) struct CountsApiTokenDays(OnceLock<Timestamp>);

impl CountsApiTokenDays {
    fn is_over(&self, record: &TokenRecord, now: Timestamp) -> bool {
        let known_for = now.duration_since(*self.0.get_or_init(|| now));
        record.token_type == SSWS.trim_end() && known_for > SignedDuration::from_hours(30 * 24)
    }
}

impl Policy for CountsApiTokenDays {
    fn freshness(&self, record: &TokenRecord, now: Timestamp) -> Freshness {
        match self.is_over(record, now) {
            true => Freshness::Expired,
            false => STANDARD.freshness(record, now),
        }
    }

    fn may_serve(&self, record: &TokenRecord, now: Timestamp) -> bool {
        !self.is_over(record, now) && STANDARD.may_serve(record, now)
    }
}

/// Whether a resource has refused the token or what it may do.
pub(super) fn is_refusal(response: &Response<Bytes>) -> bool {
    matches!(
        response.status(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    )
}

/// The API token that a request shows.
fn shown(request: &Request<Bytes>) -> Option<String> {
    let shown = request.headers().get(header::AUTHORIZATION)?;
    let token = shown.to_str().ok()?.strip_prefix(SSWS)?;
    Some(token.to_owned())
}
