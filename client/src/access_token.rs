//! What a caller gets: a token to put on a request.

use std::sync::Arc;

use http::HeaderValue;
use jiff::Timestamp;

use crate::dpop::DPOP;
use crate::record::{BEARER, SSWS};
use crate::{Secret, TokenRecord};

/// An access token, good at the moment it was handed out.
///
/// Ask the client again for every request instead of keeping one: asking is cheap, and the client
/// renews in time. The text inside is opaque; do not read it (RFC 9068 section 6).
#[derive(Clone, Debug)]
pub struct AccessToken {
    record: Arc<TokenRecord>,
}

impl AccessToken {
    pub(crate) fn new(record: Arc<TokenRecord>) -> Self {
        Self { record }
    }

    /// The token itself.
    pub fn secret(&self) -> &Secret {
        &self.record.access_token
    }

    /// The token type: some letter case of `Bearer`, or of `DPoP` for a client with a
    /// [`DpopKey`](crate::DpopKey), or `SSWS` for an API token.
    pub fn token_type(&self) -> &str {
        &self.record.token_type
    }

    /// When it expires on the client's clock; `None` for a token that was pasted in without one.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.record.expiry()
    }

    /// The granted scopes, separated by spaces: what the server said, else what was asked for.
    pub fn scope(&self) -> Option<&str> {
        self.record.scope.as_deref()
    }

    /// Whether it is good only with a proof in the header `DPoP` (RFC 9449).
    pub fn is_bound(&self) -> bool {
        self.token_type().eq_ignore_ascii_case(DPOP)
    }

    /// The `Authorization` value: `Bearer`, one space, the token (RFC 6750 section 2.1), or `DPoP`
    /// in its place for a bound one, or `SSWS` for an API token. `None` if the token holds a character that no header can
    /// carry.
    pub fn authorization(&self) -> Option<HeaderValue> {
        let scheme = match self.token_type() {
            SSWS => SSWS,
            _ if self.is_bound() => DPOP,
            _ => BEARER,
        };
        credentials(scheme, self.secret())
    }
}

/// The `Authorization` value for a token, marked so that `Debug` of a header map hides it.
pub(crate) fn credentials(scheme: &str, token: &Secret) -> Option<HeaderValue> {
    if !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("{scheme} {}", token.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_one_space_and_is_masked() {
        let value = credentials(BEARER, &Secret::new("canary"));
        assert_eq!(
            value.as_ref().map(HeaderValue::as_bytes),
            Some(&b"Bearer canary"[..])
        );
        insta::assert_snapshot!(format!("{value:?}"), @"Some(Sensitive)");
    }

    #[test]
    fn a_token_no_header_can_carry_is_refused() {
        assert!(credentials(BEARER, &Secret::new("a\r\nHost: b")).is_none());
        assert!(credentials(BEARER, &Secret::new("a b")).is_none());
        assert!(credentials(BEARER, &Secret::new("é")).is_none());
    }

    #[test]
    fn debug_masks() {
        let record = TokenRecord::pasted(Secret::new("canary"));
        let shown = format!("{:?}", AccessToken::new(Arc::new(record)));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
