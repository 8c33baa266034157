//! The client's transport on the local road: one loopback connection for each request, nothing resent, no time-outs of its own.
//!
//! Opening the connection itself is what lets the harness know an exchange by its port, from the first byte to the last.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use token_client::{BoxFuture, Transport, TransportError, TransportErrorKind};
use tokio::net::TcpSocket;

use super::activity::Activity;
use crate::trace::{Caller, Party};

/// The largest answer that is read.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

tokio::task_local! {
    /// Whose call the current task works for.
    pub(super) static CALLER: Option<Caller>;
}

/// Sends over loopback and notes who sent what.
#[derive(Clone, Debug)]
pub(super) struct LoopbackTransport {
    activity: Activity,
    sent: Arc<Mutex<Sent>>,
    by: Party,
}

/// What went out.
#[derive(Debug)]
struct Sent {
    log: Vec<Departure>,
    budget: u32,
}

/// One request on its way: which connection, and whose it is.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    pub(super) client_end: SocketAddr,
    pub(super) by: Party,
    pub(super) caller: Option<Caller>,
}

impl LoopbackTransport {
    /// A transport for the client under test that may send so many requests.
    pub(super) fn new(activity: Activity, budget: u32) -> Self {
        Self {
            activity,
            sent: Arc::new(Mutex::new(Sent {
                log: Vec::new(),
                budget,
            })),
            by: Party::Client,
        }
    }

    /// The same log and budget, for somebody else.
    pub(super) fn of(&self, by: Party) -> Self {
        Self { by, ..self.clone() }
    }

    /// Everything sent so far, in order.
    pub(super) fn departures(&self) -> Vec<Departure> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .log
            .clone()
    }

    /// Whether the budget is used up.
    pub(super) fn is_exhausted(&self) -> bool {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .budget
            == 0
    }

    fn depart(&self, client_end: SocketAddr) -> bool {
        let caller = CALLER.try_with(Clone::clone).ok().flatten();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.budget == 0 {
            return false;
        }
        sent.budget -= 1;
        sent.log.push(Departure {
            client_end,
            by: self.by,
            caller,
        });
        true
    }
}

impl Transport for LoopbackTransport {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let transport = self.clone();
        Box::pin(async move { transport.exchange(request).await })
    }
}

impl LoopbackTransport {
    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let server = address(&request)?;
        // The port is taken before anything is sent, so that the exchange is known before the server can see it.
        let socket = TcpSocket::new_v4().map_err(no_connection)?;
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .map_err(no_connection)?;
        let client_end = socket.local_addr().map_err(no_connection)?;
        if !self.depart(client_end) {
            // Parked for good: the play sees that the budget is gone and ends the case.
            std::future::pending::<()>().await;
        }
        let _busy = self.activity.exchange(client_end);
        let stream = socket.connect(server).await.map_err(no_connection)?;
        stream.set_nodelay(true).map_err(no_connection)?;
        // No TIME_WAIT: thousands of cases would run out of ports. The answer has been read by the time this matters.
        socket2::SockRef::from(&stream)
            .set_linger(Some(Duration::ZERO))
            .map_err(no_connection)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        let driver = tokio::spawn(connection);
        let _stop = AbortOnDrop(driver.abort_handle());
        let response = sender
            .send_request(in_origin_form(request)?)
            .await
            .map_err(broken)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, BODY_LIMIT)
            .collect()
            .await
            .map_err(|error| {
                let kind = if error.is::<http_body_util::LengthLimitError>() {
                    TransportErrorKind::BodyTooLarge
                } else {
                    TransportErrorKind::Reset
                };
                TransportError::new(kind, "the answer was not received whole")
            })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

/// Closes the connection with the exchange, answered or given up.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn address(request: &Request<Bytes>) -> Result<SocketAddr, TransportError> {
    let authority = request
        .uri()
        .authority()
        .map(http::uri::Authority::as_str)
        .unwrap_or_default();
    authority
        .replace("localhost", "127.0.0.1")
        .parse()
        .map_err(|_| {
            TransportError::new(
                TransportErrorKind::Connect,
                "the local road reaches the mock by address only",
            )
        })
}

fn in_origin_form(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, TransportError> {
    let (mut parts, body) = request.into_parts();
    let other = |detail: &str| TransportError::new(TransportErrorKind::Other, detail);
    let authority = parts
        .uri
        .authority()
        .map(ToString::to_string)
        .unwrap_or_default();
    let host = header::HeaderValue::try_from(authority)
        .map_err(|_| other("the host is no header value"))?;
    parts.headers.insert(header::HOST, host);
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str)
        .parse();
    parts.uri = path.map_err(|_| other("the path is no request target"))?;
    Ok(Request::from_parts(parts, Full::new(body)))
}

fn no_connection(error: std::io::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Connect, error.kind().to_string())
}

fn broken(_: hyper::Error) -> TransportError {
    TransportError::new(
        TransportErrorKind::Reset,
        "the connection broke before an answer came",
    )
}
