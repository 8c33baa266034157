//! The machine's clock: the one file that reads it and waits on it.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use jiff::Timestamp;

use super::{BoxFuture, Clock};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Gives `work` so long on the machine's clock. For peers that stall.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
pub(crate) async fn within<T>(patience: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(patience, work).await.ok()
}

/// Hyper's timer for how long the headers of a request may take, on the machine's clock. Hyper takes no bare future as
/// `within` does; this is the one place where its timers are let in, and the listener's patience is all they are for.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeaderTimer(TokioTimer);

impl Timer for HeaderTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.0.sleep(duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.0.sleep_until(deadline)
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn Sleep>>, deadline: Instant) {
        self.0.reset(sleep, deadline);
    }
}

/// An instant that only differences are taken of: it never goes back, whatever is done to the machine's date.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
pub(super) fn monotonic() -> Instant {
    Instant::now()
}

/// Completes after so long on the machine's clock, to the millisecond.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
pub(super) fn alarm(after: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(after)
}
