//! The clocks of clients: one that is moved by `set_clock`, the machine's, and two that are not what is said of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use token_client::{BoxFuture, Clock, SystemClock};
use tokenproof::driver::protocol::ClockMode;
use tokio::sync::oneshot;

/// Whose clock clients go by, and what the driver says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Time {
    /// The one that is moved.
    #[default]
    Driven,
    /// The machine's.
    Scaled,
    /// Said to be the machine's, but standing still.
    Stopped,
    /// Said to be the machine's, but four times as fast.
    Hurried,
}

impl Time {
    /// What is said of it.
    pub(super) fn declared(self) -> ClockMode {
        match self {
            Self::Driven => ClockMode::Driven,
            Self::Scaled | Self::Stopped | Self::Hurried => ClockMode::Scaled,
        }
    }

    /// What a client goes by.
    pub(super) fn clock(self, driven: &DrivenClock) -> Arc<dyn Clock> {
        match self {
            Self::Driven | Self::Stopped => Arc::new(driven.clone()),
            Self::Scaled => Arc::new(SystemClock),
            Self::Hurried => Arc::new(Hurried(SystemClock.now())),
        }
    }
}

/// The machine's clock, four times as fast since then.
#[derive(Debug)]
struct Hurried(Timestamp);

impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        let since = SystemClock.now().duration_since(self.0);
        self.0.saturating_add(since * 4).unwrap_or(Timestamp::MAX)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        SystemClock.sleep(duration / 4)
    }
}

/// Shows what it was told last. Its sleeps go by the time that has passed, as those of a machine do. Clones are the same clock.
#[derive(Clone, Debug)]
pub(super) struct DrivenClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: Timestamp,
    elapsed: Duration,
    last: u64,
    /// By the end of the sleep and a number.
    sleepers: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
}

impl DrivenClock {
    pub(super) fn at(now: Timestamp, elapsed: Duration) -> Self {
        Self(Arc::new(Mutex::new(State {
            now,
            elapsed,
            last: 0,
            sleepers: BTreeMap::new(),
        })))
    }

    /// Moves it, and wakes whoever has slept long enough.
    pub(super) fn set(&self, now: Timestamp, elapsed: Duration) {
        let due = {
            let mut state = self.state();
            (state.now, state.elapsed) = (now, elapsed);
            let later = state.sleepers.split_off(&(elapsed, u64::MAX));
            std::mem::replace(&mut state.sleepers, later)
        };
        for (_, sleeper) in due {
            // It may have been dropped meanwhile.
            let _ = sleeper.send(());
        }
    }

    /// What it shows when the first sleeper wakes, if it is not stepped before.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let state = self.state();
        let ((until, _), _) = state.sleepers.first_key_value()?;
        let left = until.saturating_sub(state.elapsed);
        state.now.checked_add(left).ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for DrivenClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration.is_zero() {
            return Box::pin(async {});
        }
        let (waker, sleeping) = oneshot::channel();
        let sleep = {
            let mut state = self.state();
            state.last += 1;
            let key = (state.elapsed.saturating_add(duration), state.last);
            state.sleepers.insert(key, waker);
            Sleep {
                clock: self.clone(),
                key,
            }
        };
        Box::pin(async move {
            let _sleep = sleep;
            let _ = sleeping.await;
        })
    }
}

/// A sleep, until it is over or given up.
struct Sleep {
    clock: DrivenClock,
    key: (Duration, u64),
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.state().sleepers.remove(&self.key);
    }
}
