//! The server's clock. The only file of this crate that reads the time or sleeps.
//!
//! Everything that expires, refills, waits or is stamped asks the world's [`Clock`]. Two things run on the machine's clock
//! whatever the world's shows, `within` and `HeaderTimer`: they bound how long a peer may stall a socket, which no moved
//! clock excuses and none convicts.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use jiff::Timestamp;

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
}

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

/// An IMF-fixdate (RFC 9110 section 5.6.7).
pub(crate) fn imf_fixdate(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// A clock that stands still until it is moved.
///
/// Clones share one time. Sleepers wake, in order of their deadlines, when the clock is moved past them.
///
/// ```
/// use std::time::Duration;
/// use mock_idp::clock::{Clock, VirtualClock};
///
/// let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse()?);
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now().to_string(), "2030-01-01T00:01:30Z");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone)]
pub struct VirtualClock(Arc<Mutex<VirtualState>>);

struct VirtualState {
    now: Timestamp,
    /// Sleepers by deadline, then by order of arrival.
    sleepers: BTreeMap<(Timestamp, u64), Option<Waker>>,
    arrivals: u64,
}

impl VirtualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn starting_at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(VirtualState {
            now,
            sleepers: BTreeMap::new(),
            arrivals: 0,
        })))
    }

    /// Moves the clock forward and wakes whoever slept until then. Stops at the end of representable time.
    pub fn advance(&self, by: Duration) {
        let target = self.now().checked_add(by).unwrap_or(Timestamp::MAX);
        self.set(target);
    }

    /// Sets the clock, forward or back. Moving back wakes nobody.
    pub fn set(&self, now: Timestamp) {
        let due = {
            let mut state = self.state();
            state.now = now;
            let later = state.sleepers.split_off(&(now, u64::MAX));
            std::mem::replace(&mut state.sleepers, later)
        };
        // Outside the lock: a waker may run code that asks this clock.
        for waker in due.into_values().flatten() {
            waker.wake();
        }
    }

    /// When the next sleeper is due; none if nobody sleeps.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.state()
            .sleepers
            .keys()
            .next()
            .map(|(deadline, _)| *deadline)
    }

    fn state(&self) -> MutexGuard<'_, VirtualState> {
        // No code that can panic runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VirtualClock({})", self.state().now)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.state();
        let deadline = state.now.checked_add(duration).unwrap_or(Timestamp::MAX);
        state.arrivals += 1;
        let key = (deadline, state.arrivals);
        if deadline > state.now {
            // Armed at once, not at the first poll, so that `next_deadline` never misses it.
            state.sleepers.insert(key, None);
        }
        Box::pin(VirtualSleep {
            clock: self.clone(),
            key,
        })
    }
}

struct VirtualSleep {
    clock: VirtualClock,
    key: (Timestamp, u64),
}

impl Future for VirtualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.clock.state().sleepers.get_mut(&self.key) {
            // Gone from the list: its deadline has passed.
            None => Poll::Ready(()),
            Some(waker) => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for VirtualSleep {
    fn drop(&mut self) {
        self.clock.state().sleepers.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> VirtualClock {
        VirtualClock::starting_at("2030-01-01T00:00:00Z".parse().unwrap())
    }

    #[tokio::test]
    async fn sleepers_wake_when_the_clock_passes_them() {
        let clock = clock();
        let sleep = tokio::spawn(clock.sleep(Duration::from_secs(30)));
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(29));
        tokio::task::yield_now().await;
        assert!(!sleep.is_finished());
        clock.advance(Duration::from_secs(1));
        sleep.await.unwrap();
        assert_eq!(clock.next_deadline(), None);
    }

    #[test]
    fn a_deadline_is_known_before_the_first_poll_and_forgotten_on_drop() {
        let clock = clock();
        let sleep = clock.sleep(Duration::from_secs(30));
        assert_eq!(
            clock.next_deadline(),
            Some("2030-01-01T00:00:30Z".parse().unwrap())
        );
        drop(sleep);
        assert_eq!(clock.next_deadline(), None);
    }

    #[test]
    fn time_ends_without_panic() {
        let clock = clock();
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
        drop(clock.sleep(Duration::MAX));
    }
}
