//! A driver that is a service: each request is a POST to its address, each answer a stream of lines.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytes::{Buf as _, Bytes};
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::fault::DriverFault;
use super::process::{Inbound, MOST};
use super::protocol::{MAX_LINE, NotAMessage};

/// How many lines are kept that nobody has read yet.
const LINES: usize = 1_024;

/// A way to a service. Clones are the same one.
#[derive(Clone, Debug)]
pub(super) struct Service {
    at: Arc<Address>,
    lines: mpsc::Sender<Inbound>,
    numbers: Arc<AtomicU64>,
}

/// Where a service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    uri: Uri,
    host: SocketAddr,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`DriverFault::Address`] for what is not plain HTTP on loopback: what is sent there holds secrets.
    pub fn read(text: &str) -> Result<Self, DriverFault> {
        let refused = |why: &str| DriverFault::Address(format!("`{text}` {why}"));
        let uri: Uri = text.parse().map_err(|_| refused("is no URL"))?;
        if uri.scheme_str() != Some("http") {
            return Err(refused("does not begin with http://"));
        }
        let port = uri.port_u16().unwrap_or(80);
        let host = match uri.host() {
            Some("localhost" | "127.0.0.1") => SocketAddr::from(([127, 0, 0, 1], port)),
            Some("[::1]") => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port)),
            _ => {
                return Err(refused(
                    "is not on loopback; 127.0.0.1, localhost and [::1] are allowed",
                ));
            }
        };
        Ok(Self { uri, host })
    }
}

impl Service {
    /// The way to this address, and what will come from there.
    ///
    /// Whoever talks to the same service shares `numbers`, since it hears all of them at once.
    pub(super) fn at(address: Address, numbers: Arc<AtomicU64>) -> (Self, mpsc::Receiver<Inbound>) {
        let (lines, inbound) = mpsc::channel(LINES);
        let at = Arc::new(address);
        (Self { at, lines, numbers }, inbound)
    }

    /// The number of the next request.
    pub(super) fn numbers(&self) -> &AtomicU64 {
        &self.numbers
    }

    pub(super) fn send(&self, id: u64, line: Vec<u8>) {
        let Self { at, lines, .. } = self.clone();
        tokio::spawn(async move {
            let broken = |what: String| {
                Inbound::Broken(DriverFault::Service {
                    address: at.uri.to_string(),
                    what,
                })
            };
            let told = match exchange(&at, line, &lines).await {
                Ok(()) => Inbound::Answered(id),
                Err(Trouble::Fault(fault)) => Inbound::Broken(fault),
                Err(Trouble::Words(what)) => broken(what),
            };
            // The conversation may be over.
            let _ = lines.send(told).await;
        });
    }
}

enum Trouble {
    Fault(DriverFault),
    Words(String),
}

/// Sends one request and passes on the lines of its answer.
async fn exchange(
    at: &Address,
    line: Vec<u8>,
    lines: &mpsc::Sender<Inbound>,
) -> Result<(), Trouble> {
    let words = |what: &str| Trouble::Words(what.to_owned());
    let stream = TcpStream::connect(at.host)
        .await
        .map_err(|error| Trouble::Words(format!("it cannot be reached: {error}")))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| words("the connection broke"))?;
    tokio::spawn(connection);
    let target = at.uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = at.uri.authority().map(ToString::to_string);
    let request = Request::post(target)
        .header(header::HOST, authority.unwrap_or_default())
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(line)))
        .map_err(|_| words("its address makes no request"))?;
    let answer = sender
        .send_request(request)
        .await
        .map_err(|_| words("it broke the connection before it answered"))?;
    if answer.status() != StatusCode::OK {
        return Err(Trouble::Words(format!(
            "it answered with status {}, not 200",
            answer.status().as_u16()
        )));
    }
    let mut body = answer.into_body();
    let mut line = Vec::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| words("it broke the connection within an answer"))?;
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        total += data.remaining();
        if total > MOST {
            return Err(Trouble::Fault(DriverFault::Flood { limit: MOST }));
        }
        while data.has_remaining() {
            let end = data.iter().position(|byte| *byte == b'\n');
            line.extend_from_slice(&data.split_to(end.unwrap_or(data.len())));
            if line.len() > MAX_LINE {
                return Err(Trouble::Fault(NotAMessage::TooLong.into()));
            }
            if end.is_some() {
                data.advance(1);
                let whole = Inbound::Line(std::mem::take(&mut line));
                if lines.send(whole).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
    if !line.is_empty() {
        // The end of an answer ends its last line too.
        let _ = lines.send(Inbound::Line(line)).await;
    }
    Ok(())
}
