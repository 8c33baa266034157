//! Time: the only file of this crate that reads it or waits for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::BoxFuture;

/// Where the client gets the time from and what it waits on.
///
/// Expiry, deadlines, told waits and pauses between tries all go through one clock, so a test
/// that moves the clock moves everything. Reading and sleeping must agree: after a sleep of `d`
/// has ended, `now` has moved by at least `d`.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Completes once `duration` has passed on this clock. Dropping the future cancels the wait.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's wall clock and tokio's timers. Needs a tokio runtime with time enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock everybody else asks"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock everybody else sleeps on"
    )]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move { tokio::time::sleep(duration).await })
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }
}

/// `moment + duration`, stopping at the end of representable time.
///
/// jiff's own addition fails there, and a lifetime or a wait comes from a server.
pub(crate) fn later(moment: Timestamp, duration: Duration) -> Timestamp {
    moment.saturating_add(duration).unwrap_or(Timestamp::MAX)
}

/// Time left from `now` until `moment`; zero when it has come.
pub(crate) fn left(now: Timestamp, moment: Timestamp) -> Duration {
    Duration::try_from(moment.duration_since(now)).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_stops_at_the_end_of_time() {
        assert_eq!(
            later(Timestamp::MAX, Duration::from_secs(1)),
            Timestamp::MAX
        );
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
        insta::assert_snapshot!(
            later(Timestamp::UNIX_EPOCH, Duration::from_millis(1500)),
            @"1970-01-01T00:00:01.5Z"
        );
    }

    #[test]
    fn left_is_never_negative() {
        let early = Timestamp::UNIX_EPOCH;
        let late = later(early, Duration::from_secs(3));
        assert_eq!(left(early, late), Duration::from_secs(3));
        assert_eq!(left(late, early), Duration::ZERO);
        assert_eq!(left(Timestamp::MIN, early).as_secs(), 377_705_023_201);
    }
}
