//! A task whose readiness is counted.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::activity::Activity;

/// A task that counts as busy while it is runnable; it does from the start.
#[derive(Debug)]
pub(super) struct Tracked<F> {
    /// Taken when the task ends, so that what it holds is released in the same instant.
    task: Option<Pin<Box<F>>>,
    flag: Arc<Flag>,
}

impl<F: Future> Tracked<F> {
    /// Counts a task.
    pub(super) fn new(activity: &Activity, task: F) -> Self {
        activity.begin();
        Self {
            task: Some(Box::pin(task)),
            flag: Arc::new(Flag {
                activity: activity.clone(),
                state: AtomicU8::new(RUNNABLE),
                parent: Mutex::new(None),
            }),
        }
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let flag = self.flag.clone();
        *flag.parent.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        // Else a sibling in the same tokio task was woken, not this one.
        if !flag.change(RUNNABLE, RESTING) {
            return Poll::Pending;
        }
        // A wake during the poll counts anew; the count of this poll is given back at its end, also if it panics.
        let _given_back = Countdown(&flag.activity);
        let Some(task) = self.task.as_mut() else {
            return Poll::Pending;
        };
        let waker = Waker::from(flag.clone());
        let poll = task.as_mut().poll(&mut Context::from_waker(&waker));
        if poll.is_ready() {
            self.task = None;
            flag.retire();
        }
        poll
    }
}

impl<F> Drop for Tracked<F> {
    fn drop(&mut self) {
        self.task = None;
        self.flag.retire();
    }
}

#[derive(Debug)]
struct Flag {
    activity: Activity,
    state: AtomicU8,
    parent: Mutex<Option<Waker>>,
}

const RESTING: u8 = 0;
const RUNNABLE: u8 = 1;
/// Whoever wakes it now wakes nobody.
const GONE: u8 = 2;

impl Flag {
    fn change(&self, from: u8, to: u8) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    fn retire(&self) {
        if self.state.swap(GONE, Ordering::AcqRel) == RUNNABLE {
            self.activity.end();
        }
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        if self.change(RESTING, RUNNABLE) {
            self.activity.begin();
        }
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

/// Counts one task less when it is dropped.
struct Countdown<'a>(&'a Activity);

impl Drop for Countdown<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll<F: Future>(task: &mut Pin<Box<Tracked<F>>>) -> Poll<F::Output> {
        task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn ushered() -> Activity {
        let activity = Activity::default();
        tokio::spawn(activity.clone().usher());
        activity
    }

    #[tokio::test]
    async fn a_task_is_busy_from_its_wake_to_its_next_rest() {
        let activity = ushered();
        let (wake, woken) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(Tracked::new(&activity, async move {
            let _ = woken.await;
        }));
        assert!(!activity.is_quiet(), "a new task is runnable");
        activity.quiet().await;
        let _ = wake.send(());
        assert!(!activity.is_quiet(), "busy from the wake, before any poll");
        activity.quiet().await;
        assert!(task.is_finished());
    }

    #[tokio::test]
    async fn a_task_that_yields_to_the_scheduler_is_waited_for() {
        let activity = ushered();
        let task = tokio::spawn(Tracked::new(&activity, async {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        }));
        activity.quiet().await;
        assert!(task.is_finished());
    }

    #[test]
    fn an_abandoned_task_counts_no_more_and_late_wakes_are_ignored() {
        let activity = Activity::default();
        let (wake, woken) = tokio::sync::oneshot::channel::<()>();
        let mut task = Box::pin(Tracked::new(&activity, async move {
            let _ = woken.await;
        }));
        assert!(poll(&mut task).is_pending());
        assert!(activity.is_quiet());
        let flag = task.flag.clone();
        let _ = wake.send(());
        assert!(!activity.is_quiet());
        drop(task);
        assert!(activity.is_quiet());
        flag.wake();
        assert!(activity.is_quiet());
    }

    #[test]
    fn a_task_that_was_never_polled_counts_until_it_is_dropped() {
        let activity = Activity::default();
        let task = Tracked::new(&activity, async {});
        assert!(!activity.is_quiet());
        drop(task);
        assert!(activity.is_quiet());
    }

    #[test]
    fn a_finished_task_counts_no_more_whoever_wakes_it() {
        let activity = Activity::default();
        let mut task = Box::pin(Tracked::new(&activity, async {}));
        let flag = task.flag.clone();
        assert!(poll(&mut task).is_ready());
        assert!(activity.is_quiet());
        flag.wake();
        drop(task);
        assert!(activity.is_quiet());
    }

    #[tokio::test]
    async fn a_task_that_panics_counts_no_more() {
        let activity = ushered();
        let task = tokio::spawn(Tracked::new(&activity, async {
            unreachable!("on purpose")
        }));
        activity.quiet().await;
        assert!(task.await.is_err());
        assert!(activity.is_quiet());
    }

    #[test]
    fn a_task_that_nobody_woke_is_not_polled() {
        let activity = Activity::default();
        let mut polls = 0;
        let mut task = Box::pin(Tracked::new(
            &activity,
            std::future::poll_fn(|_| {
                polls += 1;
                Poll::<()>::Pending
            }),
        ));
        assert!(poll(&mut task).is_pending() && poll(&mut task).is_pending());
        drop(task);
        assert_eq!(polls, 1);
    }
}
