//! The server's clock. The only folder of this crate that reads the time or sleeps, and `system` the only file.
//!
//! Everything that expires, refills, waits or is stamped asks the world's [`Clock`]. Two things run on the machine's clock
//! whatever the world's shows, `within` and `HeaderTimer`: they bound how long a peer may stall a socket, which no moved
//! clock excuses and none convicts.

mod rate;
mod system;
mod virtual_clock;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

pub use rate::{BadRate, Rate};
pub use system::SystemClock;
pub(crate) use system::{HeaderTimer, within};
pub use virtual_clock::VirtualClock;

/// A boxed future, as the seams of this crate hand it around.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a world's time comes from.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The server's time: what it stamps and judges lifetimes by.
    fn now(&self) -> Timestamp;

    /// Completes once `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// The instant on a timeline shared with others whose clocks may be offset from the server's.
    /// The journal orders and spaces exchanges by it. The same as [`now`](Self::now) unless a harness offsets clocks.
    fn timeline(&self) -> Timestamp {
        self.now()
    }

    /// The hands of this clock, for whoever may move it; none for a clock that nobody moves, or that a harness moves its own way.
    fn as_virtual(&self) -> Option<VirtualClock> {
        None
    }
}

/// An IMF-fixdate (RFC 9110 section 5.6.7).
pub(crate) fn imf_fixdate(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}
