//! Real time: the one place, beside the clock modules, where it counts. It guards against what hangs.

use std::future::Future;
use std::time::{Duration, Instant};

/// A measured stretch of real time, for what people read; never part of comparable output.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a run took in real time is what people ask"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has been.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Waits for `work`, but no longer than `limit` of real time.
#[expect(clippy::disallowed_methods, reason = "the watchdog")]
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}
