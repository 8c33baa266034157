//! The right to renew a record while others who share the store wait.

use std::fmt;
use std::time::Duration;

use crate::clock::{Moment, Wait};
use crate::{BoxFuture, Clock, StoreError};

type Release = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + Sync>;

/// The right to renew one record, given by [`TokenStore::lease`](crate::TokenStore::lease).
///
/// [`release`](Self::release) gives it back. One that is dropped instead ends by itself, at the latest when its time is over.
#[must_use = "a lease that is dropped protects nothing"]
pub struct Lease(Option<Release>);

impl Lease {
    /// The lease of a store that keeps nobody waiting.
    pub fn unshared() -> Self {
        Self(None)
    }

    /// A lease that `release` gives back. Dropping `release` uncalled should give it back too, if that can be done at once.
    pub fn new(release: impl FnOnce() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(release)))
    }

    /// Whether there may be others, who may have renewed the record meanwhile.
    pub fn is_shared(&self) -> bool {
        self.0.is_some()
    }

    /// Gives it back.
    pub async fn release(self) {
        if let Some(release) = self.0 {
            release().await;
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("shared", &self.is_shared())
            .finish()
    }
}

/// Waits for a lease that another has, up to a limit.
pub(super) struct Patience<'c> {
    clock: &'c dyn Clock,
    limit: Duration,
    wait: Wait,
}

/// How often the lease is asked for again.
const POLL: Duration = Duration::from_millis(20);

impl<'c> Patience<'c> {
    pub(super) fn begin(clock: &'c dyn Clock, limit: Duration) -> Self {
        Self {
            clock,
            limit,
            wait: Wait::from(Moment::of(clock), limit),
        }
    }

    /// Until the lease is to be asked for again; an error if that has gone on for too long.
    pub(super) async fn wait(&self) -> Result<(), StoreError> {
        if self.wait.left(Moment::of(self.clock)).is_zero() {
            return Err(waited_in_vain(self.limit));
        }
        self.clock.sleep(POLL).await;
        Ok(())
    }
}

/// Somebody else has the lease and keeps it.
pub(super) fn waited_in_vain(limit: Duration) -> StoreError {
    let limit = limit.as_secs_f64();
    StoreError::new(
        "lease",
        format!("another has been renewing the record for {limit} s"),
    )
}
