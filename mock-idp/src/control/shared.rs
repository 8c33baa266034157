//! What all requests to the control API share.

use std::net::SocketAddr;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::shelf::Shelves;
use crate::host::Host;
use crate::secret::Secret;

/// How many may follow journals at once: each keeps a connection busy.
const FOLLOWERS: usize = 128;

/// The host, and who may steer it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shared(Arc<Inner>);

struct Inner {
    host: Arc<Host>,
    address: SocketAddr,
    token: Option<[u8; 32]>,
    followers: Arc<Semaphore>,
    snapshots: Shelves,
}

impl Shared {
    pub(super) fn new(host: Arc<Host>, address: SocketAddr, token: Option<&Secret>) -> Self {
        Self(Arc::new(Inner {
            host,
            address,
            token: token.map(|token| digest(token.reveal())),
            followers: Arc::new(Semaphore::new(FOLLOWERS)),
            snapshots: Shelves::default(),
        }))
    }

    /// The worlds.
    pub(super) fn host(&self) -> &Host {
        &self.0.host
    }

    /// Where the API is.
    pub(super) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Whether requests have to bear a token.
    pub(super) fn has_token(&self) -> bool {
        self.0.token.is_some()
    }

    /// Whether this is the token, or none is needed. It takes as long for a wrong one as for the right one.
    pub(super) fn admits(&self, shown: Option<&str>) -> bool {
        match (&self.0.token, shown) {
            (None, _) => true,
            (Some(_), None) => false,
            // Of equal length, as the comparison wants it.
            (Some(token), Some(shown)) => {
                aws_lc_rs::constant_time::verify_slices_are_equal(token, &digest(shown)).is_ok()
            }
        }
    }

    /// The places of those who follow a journal.
    pub(super) fn followers(&self) -> Arc<Semaphore> {
        self.0.followers.clone()
    }

    /// The snapshots that were taken.
    pub(super) fn snapshots(&self) -> &Shelves {
        &self.0.snapshots
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
