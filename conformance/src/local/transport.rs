//! The client's transport on the local road: one loopback connection for each request, nothing resent, no time-outs of its own.
//!
//! Opening the connection itself is what lets the harness know an exchange by its port, from the first byte to the last.

use std::fmt;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use token_client::{BoxFuture, Transport, TransportError, TransportErrorKind};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

use super::activity::Activity;
use super::connection::{Connection, Over};
use super::crew::NumberedCaller;
use crate::trace::{Caller, Party};

/// The largest answer that is read.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Sends over loopback and notes who sent what.
#[derive(Clone)]
pub(super) struct LoopbackTransport {
    activity: Activity,
    sent: Arc<Mutex<Sent>>,
    by: Party,
    tls: Option<TlsConnector>,
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
            tls: None,
        }
    }

    /// The same over TLS, trusting this CA alone.
    pub(super) fn over_tls(self, ca_pem: &str) -> Self {
        let tls = connector(ca_pem);
        Self { tls, ..self }
    }

    /// The same log and budget, for somebody else.
    pub(super) fn of(&self, by: Party) -> Self {
        Self { by, ..self.clone() }
    }

    /// Everything sent so far, in order.
    pub(super) fn departures(&self) -> Vec<Departure> {
        self.sent().log.clone()
    }

    /// Whether the budget is used up.
    pub(super) fn is_exhausted(&self) -> bool {
        self.sent().budget == 0
    }

    /// Takes one request from the budget, if there is one left.
    fn spend(&self) -> bool {
        let mut sent = self.sent();
        let left = sent.budget > 0;
        sent.budget = sent.budget.saturating_sub(1);
        left
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        // Nothing under this lock panics.
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LoopbackTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopbackTransport")
            .field("by", &self.by)
            .finish_non_exhaustive()
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
        let request = in_origin_form(request)?;
        if !self.spend() {
            // Parked for good: the play sees that the budget is gone and ends the case.
            std::future::pending::<()>().await;
        }
        // The port is taken before anything is sent, so that the exchange is known before the server can see it.
        let socket = TcpSocket::new_v4().map_err(no_connection)?;
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .map_err(no_connection)?;
        let client_end = socket.local_addr().map_err(no_connection)?;
        let caller = NumberedCaller::current();
        // What nobody called for comes last.
        let call = caller.as_ref().map_or(usize::MAX, |caller| caller.number);
        let exchange = self.activity.exchange(client_end, call);
        exchange.turn().await;
        let over = Over::default();
        let connection = Connection::open(socket, server, exchange, over.clone())
            .await
            .map_err(no_connection)?;
        self.sent().log.push(Departure {
            client_end,
            by: self.by,
            caller: caller.map(|caller| caller.caller),
        });
        match &self.tls {
            None => carried(connection, request, &over).await,
            Some(tls) => {
                let name = ServerName::from(server.ip());
                match tls.connect(name, connection).await {
                    Ok(connection) => carried(connection, request, &over).await,
                    Err(error) => Err(no_connection(error)),
                }
            }
        }
    }
}

/// Sends over an open connection and reads the answer. The exchange is over before the connection is dropped.
async fn carried(
    connection: impl AsyncRead + AsyncWrite + Unpin,
    request: Request<Full<Bytes>>,
    over: &Over,
) -> Result<Response<Bytes>, TransportError> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(connection))
        .await
        .map_err(broken)?;
    // Kept to the end: it must not be dropped before the exchange is over.
    let connection = pin!(connection);
    let answer = pin!(answer(sender.send_request(request)));
    let answer = match select(answer, connection).await {
        Either::Left((answer, _)) => answer,
        // What the connection has brought before its end is still to be read.
        Either::Right((_, answer)) => answer.await,
    };
    over.set();
    answer
}

/// None if that is no CA, which then nobody can be reached with.
fn connector(ca_pem: &str) -> Option<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate.ok()?).ok()?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}

/// Reads a whole answer.
async fn answer(
    response: impl Future<Output = hyper::Result<Response<Incoming>>>,
) -> Result<Response<Bytes>, TransportError> {
    let (parts, body) = response.await.map_err(broken)?.into_parts();
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
