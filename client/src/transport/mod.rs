//! How requests leave and answers come back.

mod http;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use futures_util::future::{Either, select};

use crate::{BoxFuture, Clock};

pub use self::http::{HttpTransport, HttpTransportBuilder};

/// Sends one request and returns the whole answer.
///
/// What the client expects of an implementation:
/// - redirects are not followed: a followed redirect would carry credentials to another place;
/// - nothing is resent: whether a second try is safe is the
///   [`Policy`](crate::Policy)'s decision;
/// - no timeout of its own: deadlines run on the client's [`Clock`](crate::Clock);
/// - the body is bounded.
///
/// Dropping the future abandons the request.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends `request`; every HTTP status is an answer, not an error.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        (**self).send(request)
    }
}

/// Sends `request`, with a deadline on `clock`.
pub(crate) async fn send_within(
    limit: Duration,
    transport: &dyn Transport,
    clock: &dyn Clock,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, TransportError> {
    match select(transport.send(request), clock.sleep(limit)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), _)) => Err(TransportError::new(
            TransportErrorKind::Timeout,
            format!("waited {} s", limit.as_secs_f64()),
        )),
    }
}

/// No answer was received. Says how far the request got, because that decides whether a repeat
/// is safe (RFC 9110 section 9.2.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {detail}")]
#[non_exhaustive]
pub struct TransportError {
    /// What went wrong.
    pub kind: TransportErrorKind,
    /// The cause in words. Never holds header or body content.
    pub detail: String,
}

impl TransportError {
    /// An error of the given kind; `detail` must not quote headers or bodies.
    pub fn new(kind: TransportErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// Whether the server may have acted on the request although no answer arrived.
    pub fn answer_lost(&self) -> bool {
        !matches!(
            self.kind,
            TransportErrorKind::Connect | TransportErrorKind::Tls
        )
    }
}

/// The kinds of [`TransportError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made; the request was never sent.
    Connect,
    /// The connection broke after the request may have been sent.
    Reset,
    /// No full answer within the policy's request timeout.
    Timeout,
    /// The answer was longer than the transport's limit.
    BodyTooLarge,
    /// The server's certificate was not accepted or the handshake failed; nothing was sent.
    Tls,
    /// Anything else.
    Other,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection",
            Self::Reset => "connection lost before the answer was complete",
            Self::Timeout => "no answer in time",
            Self::BodyTooLarge => "answer too long",
            Self::Tls => "no secure connection",
            Self::Other => "transport failure",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_kind_says_and_whether_the_server_may_have_acted() {
        use TransportErrorKind::*;
        let lines: Vec<_> = [Connect, Reset, Timeout, BodyTooLarge, Tls, Other]
            .map(|kind| {
                let error = TransportError::new(kind, "detail");
                format!("{error} | lost: {}", error.answer_lost())
            })
            .into();
        insta::assert_snapshot!(lines.join("\n"), @r"
        no connection: detail | lost: false
        connection lost before the answer was complete: detail | lost: true
        no answer in time: detail | lost: true
        answer too long: detail | lost: true
        no secure connection: detail | lost: false
        transport failure: detail | lost: true
        ");
    }
}
