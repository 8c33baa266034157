//! The listener of the control API. Bounded like a world's: the number of connections, the head, the time a head may take, and
//! how long an answer may wait for a peer that takes nothing. Whoever follows a journal in which nothing happens is not cut off.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::clock::{HeaderTimer, within};
use crate::listener::Wire;

/// How many connections are served at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 512;
/// The largest request line and headers that are read.
const HEAD_LIMIT: usize = 64 * 1024;
/// How long a peer may take over its headers, stay away between two requests, or take nothing of an answer that waits.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the accept loop rests when the system has no connection to give.
const REST: Duration = Duration::from_millis(10);

/// Serves `routes` until the task is aborted, and every connection with it.
pub(super) async fn accept(listener: TcpListener, routes: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut tasks = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        while tasks.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, or the peer is gone already: others are still served.
            within(REST, std::future::pending::<()>()).await;
            continue;
        };
        let service = TowerToHyperService::new(routes.clone());
        tasks.spawn(async move {
            let _place = place;
            if stream.set_nodelay(true).is_err() {
                return;
            }
            let wire = Wire::new(stream, PATIENCE, Arc::default(), Arc::default());
            // An error here is a peer that hung up or spoke no HTTP: nobody is left to tell.
            let _ = http1::Builder::new()
                .timer(HeaderTimer::default())
                .header_read_timeout(PATIENCE)
                .max_buf_size(HEAD_LIMIT)
                .serve_connection(TokioIo::new(wire), service)
                .await;
        });
    }
}
