//! [`VirtualClock`]: a clock that is moved by hand, or runs at a rate of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::time::Sleep;

use super::rate::Rate;
use super::system::{SystemClock, alarm, monotonic};
use super::{BoxFuture, Clock};

/// A clock that stands still until it is moved or set running.
///
/// Clones share one time. Sleepers wake, in order of their deadlines, when the clock is moved past them or has run past them.
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
pub struct VirtualClock(Arc<Mutex<State>>);

struct State {
    /// What it shows, or showed when it began to run.
    shown: Timestamp,
    running: Option<Running>,
    /// Sleepers by deadline, then by order of arrival.
    sleepers: BTreeMap<(Timestamp, u64), Option<Waker>>,
    arrivals: u64,
}

#[derive(Clone, Copy)]
struct Running {
    rate: Rate,
    since: Instant,
}

impl VirtualClock {
    /// A clock that stands still and shows `now`.
    #[must_use]
    pub fn starting_at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(State {
            shown: now,
            running: None,
            sleepers: BTreeMap::new(),
            arrivals: 0,
        })))
    }

    /// A clock that shows the machine's time and runs with it until it is moved, frozen or given another rate. What is done to
    /// the machine's date from now on does not reach it.
    #[must_use]
    pub fn following_system() -> Self {
        let clock = Self::starting_at(SystemClock.now());
        clock.run(Rate::REAL);
        clock
    }

    /// Moves the clock forward and wakes whoever slept until then; a running clock runs on from there. Stops at the end of
    /// representable time.
    pub fn advance(&self, by: Duration) {
        self.change(|state| state.show(later(state.now(), by)));
    }

    /// Sets the clock, forward or back; a running clock runs on from there. Moving back wakes nobody.
    pub fn set(&self, now: Timestamp) {
        self.change(|state| state.show(now));
    }

    /// Has the clock stand still where it is.
    pub fn freeze(&self) {
        self.change(|state| {
            state.shown = state.now();
            state.running = None;
        });
    }

    /// Has the clock run from where it is. Its sleepers must then be polled within a tokio runtime whose timers are enabled; they
    /// wake to the millisecond of the machine's clock.
    pub fn run(&self, rate: Rate) {
        self.change(|state| {
            state.shown = state.now();
            let since = monotonic();
            state.running = Some(Running { rate, since });
        });
    }

    /// How fast it runs; none while it stands still.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.state().running.map(|running| running.rate)
    }

    /// When the next sleeper is due; none if nobody sleeps.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let state = self.state();
        let now = state.now();
        // Those a running clock has passed have not all been polled since.
        let mut deadlines = state.sleepers.keys().map(|(deadline, _)| *deadline);
        deadlines.find(|deadline| *deadline > now)
    }

    /// Changes what the clock shows or how fast, and wakes those it concerns.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let woken = {
            let mut state = self.state();
            let was_running = state.running.is_some();
            // Whoever is due is due, even if the clock is now set back.
            let mut woken = state.take_due();
            change(&mut state);
            woken.extend(state.take_due());
            if was_running || state.running.is_some() {
                // The others reckon anew when their time will come.
                woken.extend(state.sleepers.values().flatten().cloned());
            }
            woken
        };
        // Outside the lock: a waker may run code that asks this clock.
        for waker in woken {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn now(&self) -> Timestamp {
        match self.running {
            None => self.shown,
            Some(Running { rate, since }) => {
                let passed = monotonic().saturating_duration_since(since).as_secs_f64();
                let shown = Duration::try_from_secs_f64(passed * rate.get());
                later(self.shown, shown.unwrap_or(Duration::MAX))
            }
        }
    }

    fn show(&mut self, now: Timestamp) {
        self.shown = now;
        if let Some(running) = &mut self.running {
            running.since = monotonic();
        }
    }

    /// Forgets the sleepers whose deadlines have come, and says how to wake them, in the order of their deadlines.
    fn take_due(&mut self) -> Vec<Waker> {
        let later = self.sleepers.split_off(&(self.now(), u64::MAX));
        let due = std::mem::replace(&mut self.sleepers, later);
        due.into_values().flatten().collect()
    }

    /// How long the machine's clock takes until this one shows `deadline`; none while it stands still.
    fn real_time_until(&self, deadline: Timestamp) -> Option<Duration> {
        /// Rounding may leave nothing where a little is still to go.
        const LEAST: Duration = Duration::from_micros(1);
        let rate = self.running?.rate;
        let left = Duration::try_from(deadline.duration_since(self.now())).unwrap_or_default();
        let real = Duration::try_from_secs_f64(left.as_secs_f64() / rate.get());
        Some(real.unwrap_or(Duration::MAX).max(LEAST))
    }
}

/// So much later, or the end of representable time.
fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        match state.running {
            None => write!(f, "VirtualClock({})", state.shown),
            Some(running) => write!(f, "VirtualClock({} × {})", state.now(), running.rate),
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.state().now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.state();
        let now = state.now();
        let deadline = later(now, duration);
        state.arrivals += 1;
        let key = (deadline, state.arrivals);
        if deadline > now {
            // Armed at once, not at the first poll, so that `next_deadline` never misses it.
            state.sleepers.insert(key, None);
        }
        Box::pin(VirtualSleep {
            clock: self.clone(),
            key,
            alarm: None,
        })
    }

    fn as_virtual(&self) -> Option<VirtualClock> {
        Some(self.clone())
    }
}

struct VirtualSleep {
    clock: VirtualClock,
    key: (Timestamp, u64),
    /// Wakes the sleeper of a running clock.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// When a sleeper's time will come.
enum Outlook {
    Now,
    /// On the machine's clock.
    In(Duration),
    /// The clock stands still: it is woken when somebody moves it.
    Unknown,
}

impl VirtualSleep {
    /// Looks at the clock, which will wake this sleeper when it is changed.
    fn look(&self, waker: &Waker) -> Outlook {
        let (deadline, _) = self.key;
        let mut state = self.clock.state();
        match state.sleepers.get_mut(&self.key) {
            // Gone from the list: its deadline has passed.
            None => return Outlook::Now,
            Some(known) => *known = Some(waker.clone()),
        }
        match state.real_time_until(deadline) {
            None => Outlook::Unknown,
            Some(_) if deadline <= state.now() => {
                state.sleepers.remove(&self.key);
                Outlook::Now
            }
            Some(left) => Outlook::In(left),
        }
    }
}

impl Future for VirtualSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            // One that was armed before the clock was changed knows nothing of it.
            self.alarm = None;
            let left = match self.look(cx.waker()) {
                Outlook::Now => return Poll::Ready(()),
                Outlook::Unknown => return Poll::Pending,
                Outlook::In(left) => left,
            };
            let alarm = self.alarm.insert(Box::pin(alarm(left)));
            if alarm.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
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
mod tests;
