//! Who is busy: the proof that a case has come to rest.
//!
//! Two things count. A *task* is busy while it is runnable: from the moment its waker is called until it has been polled to
//! `Pending`. An *exchange* is busy from the moment a client opens its connection until the answer has been read or given up,
//! except while the mock has parked it on purpose. Whatever wakes a task makes it count in the same instant, so there is no
//! window in which work is pending and nobody is busy. Everything of one case runs on one thread.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The count of what is busy in one case.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    runnable: usize,
    /// Exchanges under way by the client's end of the connection: whether each is parked.
    exchanges: HashMap<SocketAddr, bool>,
    /// The play, if it waits for quiet.
    waiting: Option<Waker>,
}

impl State {
    fn is_quiet(&self) -> bool {
        self.runnable == 0 && self.exchanges.values().all(|parked| *parked)
    }
}

impl Activity {
    /// Wraps a task so that it counts while it is runnable; it does from now on.
    pub(super) fn track<F: Future>(&self, task: F) -> Tracked<F> {
        self.change(|state| state.runnable += 1);
        let flag = Arc::new(Flag {
            activity: self.clone(),
            runnable: AtomicBool::new(true),
            parent: Mutex::new(None),
        });
        Tracked {
            task: Some(Box::pin(task)),
            flag,
        }
    }

    /// Counts an exchange as busy until the guard is dropped.
    pub(super) fn exchange(&self, client_end: SocketAddr) -> ExchangeGuard {
        self.change(|state| {
            state.exchanges.insert(client_end, false);
        });
        ExchangeGuard {
            activity: self.clone(),
            client_end,
        }
    }

    /// The mock keeps this exchange waiting on purpose, or goes on with it.
    pub(super) fn set_parked(&self, client_end: SocketAddr, parked: bool) {
        self.change(|state| {
            // An exchange that the client has given up is no longer here.
            if let Some(known) = state.exchanges.get_mut(&client_end) {
                *known = parked;
            }
        });
    }

    /// Completes when nothing is busy.
    pub(super) async fn quiet(&self) {
        std::future::poll_fn(|cx| {
            let mut state = self.state();
            if state.is_quiet() {
                return Poll::Ready(());
            }
            state.waiting = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let waiting = {
            let mut state = self.state();
            change(&mut state);
            if state.is_quiet() {
                state.waiting.take()
            } else {
                None
            }
        };
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exchange under way.
#[derive(Debug)]
pub(super) struct ExchangeGuard {
    activity: Activity,
    client_end: SocketAddr,
}

impl Drop for ExchangeGuard {
    fn drop(&mut self) {
        self.activity.change(|state| {
            state.exchanges.remove(&self.client_end);
        });
    }
}

/// A task whose readiness is counted.
#[derive(Debug)]
pub(super) struct Tracked<F> {
    /// Taken when the task ends, so that what it holds is released in the same instant.
    task: Option<Pin<Box<F>>>,
    flag: Arc<Flag>,
}

#[derive(Debug)]
struct Flag {
    activity: Activity,
    runnable: AtomicBool,
    parent: Mutex<Option<Waker>>,
}

impl Flag {
    fn set(&self) {
        if !self.runnable.swap(true, Ordering::AcqRel) {
            self.activity.change(|state| state.runnable += 1);
        }
    }

    fn clear(&self) -> bool {
        self.runnable.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.set();
        let parent = self
            .parent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let flag = self.flag.clone();
        *flag.parent.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        // Polled without having been woken, by a sibling in the same tokio task: busy all the same.
        flag.set();
        // A wake during the poll counts anew; the count of this poll is given back at its end, also if it panics.
        flag.clear();
        let _given_back = Countdown(&flag.activity);
        let waker = Waker::from(flag.clone());
        let Some(task) = self.task.as_mut() else {
            return Poll::Pending;
        };
        let poll = task.as_mut().poll(&mut Context::from_waker(&waker));
        if poll.is_ready() {
            self.task = None;
            // A stale wake must not count for a task that is gone.
            if flag.runnable.swap(true, Ordering::AcqRel) {
                flag.activity.change(|state| state.runnable -= 1);
            }
        }
        poll
    }
}

/// Counts one task less when it is dropped.
struct Countdown<'a>(&'a Activity);

impl Drop for Countdown<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.runnable -= 1);
    }
}

impl<F> Drop for Tracked<F> {
    fn drop(&mut self) {
        if self.task.take().is_some() && self.flag.runnable.swap(true, Ordering::AcqRel) {
            self.flag.activity.change(|state| state.runnable -= 1);
        } else {
            // From now on a wake finds the flag up and counts nothing.
            self.flag.runnable.store(true, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_quiet(activity: &Activity) -> bool {
        activity.state().is_quiet()
    }

    #[tokio::test]
    async fn a_task_is_busy_from_its_wake_to_its_next_rest() {
        let activity = Activity::default();
        let (wake, woken) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(activity.track(async move {
            let _ = woken.await;
        }));
        assert!(!is_quiet(&activity), "a new task is runnable");
        activity.quiet().await;
        let _ = wake.send(());
        assert!(!is_quiet(&activity), "busy from the wake, before any poll");
        activity.quiet().await;
        assert!(task.is_finished());
    }

    #[tokio::test]
    async fn an_abandoned_task_counts_no_more_and_late_wakes_are_ignored() {
        let activity = Activity::default();
        let (wake, woken) = tokio::sync::oneshot::channel::<()>();
        let mut task = Box::pin(activity.track(async move {
            let _ = woken.await;
        }));
        assert!(
            task.as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        assert!(is_quiet(&activity));
        let flag = task.flag.clone();
        let _ = wake.send(());
        assert!(!is_quiet(&activity));
        drop(task);
        assert!(is_quiet(&activity));
        flag.wake();
        assert!(is_quiet(&activity));
    }

    #[tokio::test]
    async fn a_finished_task_counts_no_more_whoever_wakes_it() {
        let activity = Activity::default();
        let mut task = Box::pin(activity.track(async {}));
        let flag = task.flag.clone();
        assert!(
            task.as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_ready()
        );
        assert!(is_quiet(&activity));
        flag.wake();
        drop(task);
        assert!(is_quiet(&activity));
    }

    #[tokio::test]
    async fn a_task_that_panics_counts_no_more() {
        let activity = Activity::default();
        let task = tokio::spawn(activity.track(async { unreachable!("on purpose") }));
        activity.quiet().await;
        assert!(task.await.is_err());
        assert!(is_quiet(&activity));
    }

    #[test]
    fn an_exchange_is_busy_unless_parked() {
        let activity = Activity::default();
        let end: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let guard = activity.exchange(end);
        assert!(!is_quiet(&activity));
        activity.set_parked(end, true);
        assert!(is_quiet(&activity));
        activity.set_parked(end, false);
        assert!(!is_quiet(&activity));
        drop(guard);
        activity.set_parked(end, true);
        assert!(is_quiet(&activity));
    }
}
