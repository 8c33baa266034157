//! Time: the only file of this crate that reads it or waits for it.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

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

    /// The time since some fixed moment, whatever the clock has been set to since: it never goes back.
    ///
    /// Waits are measured by it too, so that they do not grow where a clock is set back. Without an implementation of its own
    /// `now` stands in, and they do: a clock that can be set back should have one.
    fn steady(&self) -> Duration {
        left(Timestamp::UNIX_EPOCH, self.now())
    }

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
        reason = "this is the clock everybody else asks"
    )]
    fn steady(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let start = *START;
        Instant::now().saturating_duration_since(start)
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

    fn steady(&self) -> Duration {
        (**self).steady()
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

/// A moment by both readings of a clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    shown: Timestamp,
    steady: Duration,
}

impl Moment {
    /// The present one.
    pub(crate) fn of(clock: &dyn Clock) -> Self {
        Self {
            shown: clock.now(),
            steady: clock.steady(),
        }
    }

    /// What the clock showed.
    pub(crate) fn shown(&self) -> Timestamp {
        self.shown
    }

    /// What the clock would show if it had not been set back since `earlier`. If it was set forward, or the machine has slept, it
    /// is believed.
    pub(crate) fn shown_since(&self, earlier: Self) -> Timestamp {
        let passed = self.steady.saturating_sub(earlier.steady);
        self.shown.max(later(earlier.shown, passed))
    }
}

/// A time that is over when its length has passed by either reading of the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    begun: Moment,
    length: Duration,
}

impl Wait {
    /// So long, from then on.
    pub(crate) fn from(begun: Moment, length: Duration) -> Self {
        Self { begun, length }
    }

    /// What is left of it: zero when it is over, and never more than its length.
    pub(crate) fn left(&self, present: Moment) -> Duration {
        let passed = left(self.begun.shown, present.shown_since(self.begun));
        self.length.saturating_sub(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::HandClock;

    #[tokio::test]
    async fn a_wait_is_no_longer_than_it_was_on_a_clock_that_is_set_back() {
        let clock = HandClock::new();
        let wait = Wait::from(Moment::of(&clock), Duration::from_secs(60));
        let left = || wait.left(Moment::of(&clock)).as_secs();
        clock.set_back(Duration::from_secs(3600));
        assert_eq!(left(), 60);
        clock.advance(Duration::from_secs(20)).await;
        assert_eq!(left(), 40);
        clock.advance(Duration::from_secs(40)).await;
        assert_eq!(left(), 0);

        let begun = Moment::of(&clock);
        clock.set_back(Duration::from_secs(10));
        clock.advance(Duration::from_secs(3)).await;
        let shown = Moment::of(&clock).shown_since(begun);
        assert_eq!(shown, later(begun.shown, Duration::from_secs(3)));
    }

    #[test]
    fn the_machines_clock_has_a_steady_reading() {
        let first = SystemClock.steady();
        assert!(SystemClock.steady() >= first);
        assert!(Arc::new(SystemClock).steady() >= first);
    }

    /// Has nothing but the time of day.
    #[derive(Debug)]
    struct Plain;

    impl Clock for Plain {
        fn now(&self) -> Timestamp {
            later(Timestamp::UNIX_EPOCH, Duration::from_secs(7))
        }

        fn sleep(&self, _duration: Duration) -> BoxFuture<'static, ()> {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn without_a_steady_reading_the_time_of_day_stands_in() {
        assert_eq!(Plain.steady(), Duration::from_secs(7));
    }

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
