//! Listeners: our own accept loop, so that a fault can reach below HTTP.
//!
//! Every connection is bounded: its headers by hyper, its body by [`BODY_LIMIT`], the number of connections by the world. The time
//! that a peer may take over its handshake, its headers and its body, and the time for which it may take nothing of an answer that
//! waits to be written, is the world's patience, on the machine's clock. A fault that makes an answer slow does not use it up: then
//! nothing waits to be written.
//!
//! What is refused here never reaches a vendor and is not in the journal:
//!
//! | what came | answer |
//! |---|---|
//! | no HTTP, an impossible header or length | 400, closed |
//! | a body that ends before its announced length | 400, closed |
//! | a body that stops coming | 408, closed |
//! | a body larger than a mebibyte, announced or not | 413, closed |
//! | headers, or a request line, larger than 64 KiB, or more than 100 headers | 431, closed |
//! | a head that stops coming, a handshake that fails | closed |
//!
//! A peer that takes nothing of its answer is reset; the journal has the answer as sent.

mod arrival;
mod authority;
mod ca;
mod half_close;
mod intake;
mod outlet;
mod paced;
mod rest;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use self::arrival::Terms;
use self::half_close::HalfClose;
use self::intake::{handle, refusal};
use self::outlet::Shared;
use self::paced::{Pace, Paced};
use self::rest::Rest;
use self::wire::Ending;
use crate::clock::{HeaderTimer, within};
use crate::departure::Instead;
use crate::journal::Origin;
use crate::world::Rooms;

pub(crate) use authority::Authority;
pub use authority::NoCertificate;
#[cfg(feature = "serve")]
pub(crate) use ca::Ca;
pub(crate) use half_close::Busy;
pub(crate) use outlet::Outlet;
pub(crate) use wire::Wire;

/// The largest request body that is read; a larger one is answered with 413.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;
/// The largest request line and headers that are read; larger ones are answered with 431.
const HEAD_LIMIT: usize = 64 * 1024;
/// How long the accept loop rests when the system has no connection to give.
const REST: Duration = Duration::from_millis(10);

/// One listening socket and the tasks behind it. Dropping it closes everything.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    torn_down: Arc<AtomicBool>,
    /// Told when no more is to be taken in.
    closing: watch::Sender<bool>,
}

/// What every connection of a listener shares.
struct Door {
    rooms: Arc<Rooms>,
    origin: Origin,
    routes: Router,
    connections: Arc<AtomicU64>,
    torn_down: Arc<AtomicBool>,
    closing: watch::Receiver<bool>,
}

impl Door {
    /// Completes once no more is to be taken in.
    async fn closed(&self) {
        let mut closing = self.closing.clone();
        // The listener that could tell is gone: then this task is about to be aborted.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

/// Who sent a request.
#[derive(Clone)]
struct Caller {
    peer: SocketAddr,
    connection: u64,
    busy: Busy,
    outlet: Outlet,
    /// The fault that the connection is under.
    fault: Option<Arc<str>>,
    /// The connection is closed after the answer.
    is_last: bool,
}

/// A bound socket that does not serve yet, so that all origins of a world are known before the first request.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Binds to `address`; port 0 takes a free one.
    pub(crate) async fn to(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves `routes` until the [`Listener`] is dropped.
    pub(crate) fn serve(
        self,
        rooms: Arc<Rooms>,
        origin: Origin,
        routes: Router,
        tls: Option<TlsAcceptor>,
        connections: Arc<AtomicU64>,
    ) -> Listener {
        let torn_down = Arc::new(AtomicBool::new(false));
        let (closing, told) = watch::channel(false);
        let door = Arc::new(Door {
            rooms,
            origin,
            routes,
            connections,
            torn_down: torn_down.clone(),
            closing: told,
        });
        let accepting = tokio::spawn(accept(self.listener, tls, door));
        Listener {
            address: self.address,
            accepting,
            torn_down,
            closing,
        }
    }
}

impl Listener {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes nothing more in and frees the port. Requests under way are answered; those that are not within `patience` of the
    /// machine's time are cut off.
    pub(crate) async fn drain(mut self, patience: Duration) {
        self.closing.send_replace(true);
        if within(patience, &mut self.accepting).await.is_none() {
            self.stop().await;
        }
    }

    /// Closes everything and waits until the port is free.
    pub(crate) async fn stop(mut self) {
        self.torn_down.store(true, Ordering::Relaxed);
        self.accepting.abort();
        // Aborted, as asked for.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.torn_down.store(true, Ordering::Relaxed);
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, door: Arc<Door>) {
    let places = Arc::new(Semaphore::new(door.rooms.connections));
    // Aborts every connection when the accept loop is dropped.
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        let next = async {
            // Never closed.
            let place = places.clone().acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = door.closed() => break,
        };
        while tasks.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // Out of file descriptors, or the peer is gone already: others are still served.
            Err(_) => {
                within(REST, std::future::pending::<()>()).await;
                continue;
            }
        };
        let door = door.clone();
        let tls = tls.clone();
        tasks.spawn(async move {
            let _place = place;
            connection(stream, peer, tls, door).await;
        });
    }
    drop(listener);
    while tasks.join_next().await.is_some() {}
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    door: Arc<Door>,
) {
    // Nagle's algorithm and delayed acknowledgements together cost 40 ms a reply.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let ending = Arc::new(Ending::default());
    let patience = door.rooms.patience;
    let wire = Wire::new(stream, patience, ending.clone(), door.torn_down.clone());
    let number = door.connections.fetch_add(1, Ordering::Relaxed) + 1;
    let admitted = arrival::admit(wire, peer, number, &ending, &door).await;
    let Some((wire, terms)) = admitted else {
        return;
    };
    match tls {
        None => speak_http(wire, peer, number, terms, ending, door).await,
        Some(tls) => {
            // A failed handshake is the peer's affair.
            let shaken = tokio::select! {
                shaken = within(patience, tls.accept(wire)) => shaken,
                () = door.closed() => None,
            };
            if let Some(Ok(stream)) = shaken {
                speak_http(stream, peer, number, terms, ending, door).await;
            }
        }
    }
}

async fn speak_http(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    number: u64,
    terms: Terms,
    ending: Arc<Ending>,
    door: Arc<Door>,
) {
    let busy = Busy::default();
    let stream = Shared::new(stream);
    let outlet = stream.outlet();
    let pace = terms
        .slow_read
        .map(|slow_read| Pace::new(slow_read, door.rooms.clone(), peer, busy.clone()));
    let reading = HalfClose {
        stream: Paced {
            stream: stream.again(),
            pace,
        },
        busy: busy.clone(),
    };
    let stream = tokio::io::join(reading, stream);
    let shared = door.clone();
    let rest = Arc::new(Rest::new(terms.keep_alive));
    let resting = rest.clone();
    let service = service_fn(|request: Request<Incoming>| {
        let door = shared.clone();
        let ending = ending.clone();
        let busy = busy.clone();
        let outlet = outlet.clone();
        let fault = terms.fault.clone();
        let rest = resting.clone();
        let is_last = rest.end();
        // At once, not at the first poll: the peer's end of the stream may already be waiting behind the request.
        busy.begin();
        async move {
            let caller = Caller {
                peer,
                connection: number,
                busy,
                outlet,
                fault,
                is_last,
            };
            let mut response = supervised(&door, &caller, request).await;
            caller.busy.pause();
            rest.begin();
            if is_last {
                let headers = response.headers_mut();
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            let broken = |kind, what| Err(io::Error::new(kind, what));
            match response.extensions().get::<Instead>() {
                None => {}
                Some(Instead::GoOn) => caller.outlet.swallow_next(),
                Some(Instead::End) => {
                    return broken(io::ErrorKind::ConnectionAborted, "ended by a fault");
                }
                Some(Instead::Reset) => {
                    ending.reset.store(true, Ordering::Relaxed);
                    return broken(io::ErrorKind::ConnectionReset, "reset by a fault");
                }
            }
            Ok(response)
        }
    });
    let serving = http1::Builder::new()
        .timer(HeaderTimer::default())
        .header_read_timeout(door.rooms.patience)
        // Answers bear the world's date, or none when a fault takes it away; never the machine's.
        .auto_date_header(false)
        .max_buf_size(HEAD_LIMIT)
        .max_header_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    let mut serving = std::pin::pin!(serving);
    // An error here is a peer that hung up or spoke no HTTP, or a fault that cut the connection: nobody is left to tell.
    tokio::select! {
        _ = &mut serving => return,
        () = door.closed() => serving.as_mut().graceful_shutdown(),
        () = rest.over(&*door.rooms.clock) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

/// Handles a request under the eyes of the world's supervisor.
async fn supervised(
    door: &Arc<Door>,
    caller: &Caller,
    request: Request<Incoming>,
) -> Response<Body> {
    let answer = Arc::new(Mutex::new(None));
    let handling = {
        let door = door.clone();
        let answer = answer.clone();
        let caller = caller.clone();
        async move {
            let response = handle(&door, caller, request).await;
            *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
        }
    };
    door.rooms.supervisor.supervise(Box::pin(handling)).await;
    let response = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
    // A supervisor that ends early has dropped the handler.
    response.unwrap_or_else(|| {
        refusal(
            &door.rooms,
            StatusCode::INTERNAL_SERVER_ERROR,
            "the request was abandoned",
        )
    })
}
