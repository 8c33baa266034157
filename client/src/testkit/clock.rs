//! A clock that moves when told to.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::clock::{later, left};
use crate::{BoxFuture, Clock};

/// Starts at 2030-01-01T00:00:00Z. Sleeps go by the time that passes, whatever the clock is set to.
#[derive(Clone, Debug)]
pub(crate) struct HandClock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    /// What a clock shows that nobody has set.
    now: Timestamp,
    /// How far it was set back.
    behind: Duration,
    sleepers: Vec<(Timestamp, oneshot::Sender<()>)>,
}

impl HandClock {
    pub(crate) fn new() -> Self {
        let now = "2030-01-01T00:00:00Z".parse().expect("a good time");
        Self(Arc::new(Mutex::new(Hands {
            now,
            behind: Duration::ZERO,
            sleepers: Vec::new(),
        })))
    }

    /// Shows so much less from now on.
    pub(crate) fn set_back(&self, by: Duration) {
        self.hands().behind += by;
    }

    /// What it would show if nobody had set it.
    pub(crate) fn true_now(&self) -> Timestamp {
        self.hands().now
    }

    /// Runs `work` to its end, moving the clock to the next deadline whenever all is quiet.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let task = tokio::spawn(work);
        loop {
            quiet().await;
            if task.is_finished() {
                return task.await.expect("no panic in the work");
            }
            assert!(self.wake_next(Timestamp::MAX), "stuck: nobody sleeps");
        }
    }

    /// Moves the clock on, stopping at every deadline on the way.
    pub(crate) async fn advance(&self, by: Duration) {
        let end = later(self.true_now(), by);
        quiet().await;
        while self.wake_next(end) {
            quiet().await;
        }
        self.hands().now = end;
    }

    /// Moves the clock on at once, as where the machine was asleep: whoever has a deadline on the way is late.
    pub(crate) async fn jump(&self, by: Duration) {
        quiet().await;
        let end = later(self.true_now(), by);
        self.hands().now = end;
        while self.wake_next(end) {
            quiet().await;
        }
    }

    fn wake_next(&self, end: Timestamp) -> bool {
        let mut hands = self.hands();
        hands.sleepers.retain(|(_, sleeper)| !sleeper.is_closed());
        let next = (0..hands.sleepers.len()).min_by_key(|at| hands.sleepers[*at].0);
        let Some(next) = next.filter(|next| hands.sleepers[*next].0 <= end) else {
            return false;
        };
        let (deadline, sleeper) = hands.sleepers.remove(next);
        hands.now = hands.now.max(deadline);
        sleeper.send(()).is_ok()
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0
            .lock()
            .expect("no test panics with the clock in hand")
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        let hands = self.hands();
        earlier(hands.now, hands.behind)
    }

    fn steady(&self) -> Duration {
        left(Timestamp::UNIX_EPOCH, self.true_now())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        let deadline = later(self.true_now(), duration);
        self.hands().sleepers.push((deadline, sender));
        Box::pin(async move {
            let _ = receiver.await;
        })
    }
}

fn earlier(moment: Timestamp, by: Duration) -> Timestamp {
    moment.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// Lets every other task run until it waits. Tests use one thread, so some rounds are enough.
pub(crate) async fn quiet() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
