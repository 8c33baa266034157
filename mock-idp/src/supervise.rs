//! A seam for harnesses that must know when the mock has nothing left to do.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::clock::BoxFuture;

/// Watches the handling of requests.
///
/// A harness on virtual time has to know when everything has come to rest before it moves the clock. It wraps each
/// handler to see when it is runnable, and is told when a request waits on purpose: in a hold, in a delay, for ever.
/// `peer` is the other end of the connection, by which a harness that opened it knows the request.
pub trait Supervisor: fmt::Debug + Send + Sync + 'static {
    /// Returns the future to poll in place of `handling`.
    fn supervise(&self, handling: BoxFuture<'static, ()>) -> BoxFuture<'static, ()>;

    /// The request of this peer now waits on purpose.
    fn parked(&self, peer: SocketAddr);

    /// It goes on.
    fn resumed(&self, peer: SocketAddr);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unsupervised;

impl Supervisor for Unsupervised {
    fn supervise(&self, handling: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        handling
    }

    fn parked(&self, _peer: SocketAddr) {}

    fn resumed(&self, _peer: SocketAddr) {}
}

/// A wait on purpose outside the handling of a request, of which the supervisor is told.
pub(crate) fn parked(
    supervisor: Arc<dyn Supervisor>,
    peer: SocketAddr,
    wait: BoxFuture<'static, ()>,
) -> BoxFuture<'static, ()> {
    struct Parked(Arc<dyn Supervisor>, SocketAddr);
    impl Drop for Parked {
        fn drop(&mut self) {
            self.0.resumed(self.1);
        }
    }
    let told = supervisor.clone();
    let waiting = async move {
        told.parked(peer);
        let _parked = Parked(told, peer);
        wait.await;
    };
    supervisor.supervise(Box::pin(waiting))
}
