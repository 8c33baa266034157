//! The tasks of a case: the calls of the play, what the clients start on their behalf, and what is nobody's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{AbortHandle, AbortRegistration, Abortable};
use token_client::{BoxFuture, Spawn};
use tokio::task::JoinHandle;

use super::activity::Activity;
use super::tracked::Tracked;
use crate::trace::Caller;

tokio::task_local! {
    static CALLER: Option<NumberedCaller>;
}

/// A call, and its number among the calls of the case.
#[derive(Clone, Debug)]
pub(super) struct NumberedCaller {
    pub(super) number: usize,
    pub(super) caller: Caller,
}

impl NumberedCaller {
    /// Whose call the current task works for, if it is anybody's.
    pub(super) fn current() -> Option<Self> {
        CALLER.try_with(Clone::clone).ok().flatten()
    }
}

/// All tasks of one case. Each counts while it is runnable and knows whose call it works for. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Crew {
    activity: Activity,
    tasks: Arc<Mutex<Vec<Task>>>,
}

#[derive(Debug)]
struct Task {
    /// Whose call it works for, and whether it is that call itself.
    caller: Option<NumberedCaller>,
    is_call: bool,
    /// The life of the client that it belongs to.
    life: Option<Life>,
    task: JoinHandle<()>,
    cut: AbortHandle,
}

/// One life of a client: from its opening to its end. Clones are the same life.
#[derive(Clone, Debug, Default)]
pub(super) struct Life(Arc<AtomicBool>);

impl Life {
    fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A task under way.
#[derive(Clone, Debug)]
pub(super) struct Started {
    task: tokio::task::AbortHandle,
    cut: AbortHandle,
}

impl Started {
    /// Whether it has ended, in whatever way.
    pub(super) fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    /// Drops what it does where it is. The drop happens in the task itself, which counts as runnable from now on until then.
    pub(super) fn cut(&self) {
        self.cut.abort();
    }
}

impl Crew {
    /// Nobody but the usher yet. The crew goes home when what is returned is dropped.
    pub(super) fn assemble(activity: &Activity) -> Assembled {
        Assembled {
            crew: Self {
                activity: activity.clone(),
                tasks: Arc::default(),
            },
            usher: tokio::spawn(activity.clone().usher()),
        }
    }

    /// Starts a call of a client.
    pub(super) fn call(
        &self,
        caller: NumberedCaller,
        life: &Life,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Started {
        self.start(Some(caller), true, Some(life.clone()), task)
    }

    /// Starts something that is no call: of a client, or of nobody in the cast.
    pub(super) fn errand(
        &self,
        life: Option<&Life>,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Started {
        self.start(None, false, life.cloned(), task)
    }

    /// Where a client starts its tasks.
    pub(super) fn spawner(&self, life: &Life) -> Arc<dyn Spawn> {
        Arc::new(Spawner {
            crew: self.clone(),
            life: life.clone(),
        })
    }

    /// Ends a life: all that belongs to it is cut off, and nothing new is started in it.
    pub(super) fn end(&self, life: &Life) {
        life.0.store(true, Ordering::Relaxed);
        let of_life = |task: &&Task| task.life.as_ref().is_some_and(|its| its.is(life));
        self.tasks()
            .iter()
            .filter(of_life)
            .for_each(|task| task.cut.abort());
    }

    /// Where the first task that panicked did so, in words.
    pub(super) async fn panic(&self) -> Option<String> {
        let finished: Vec<Task> = {
            let mut tasks = self.tasks();
            let all = std::mem::take(&mut *tasks);
            let (finished, going) = all.into_iter().partition(|task| task.task.is_finished());
            *tasks = going;
            finished
        };
        let mut first = None;
        for task in finished {
            let Err(error) = task.task.await else {
                continue;
            };
            if error.is_panic() && first.is_none() {
                first = Some(match task.caller {
                    Some(numbered) if task.is_call => format!("in {}", numbered.caller),
                    Some(numbered) => format!("in a task that {} started", numbered.caller),
                    None => "in a task of its own".to_owned(),
                });
            }
        }
        first
    }

    fn start(
        &self,
        caller: Option<NumberedCaller>,
        is_call: bool,
        life: Option<Life>,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Started {
        let (cut, registration) = AbortHandle::new_pair();
        let task = CALLER.scope(caller.clone(), until_cut(task, registration));
        let task = tokio::spawn(Tracked::new(&self.activity, task));
        let started = Started {
            task: task.abort_handle(),
            cut: cut.clone(),
        };
        self.tasks().push(Task {
            caller,
            is_call,
            life,
            task,
            cut,
        });
        started
    }

    fn tasks(&self) -> MutexGuard<'_, Vec<Task>> {
        // Nothing under this lock panics.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn until_cut(task: impl Future<Output = ()>, registration: AbortRegistration) {
    // Cut off or ended: nothing of it is left.
    let _ = Abortable::new(task, registration).await;
}

/// Starts the tasks of one life of a client.
#[derive(Debug)]
struct Spawner {
    crew: Crew,
    life: Life,
}

impl Spawn for Spawner {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        // What a dead client starts is never done.
        if !self.life.is_over() {
            let caller = NumberedCaller::current();
            self.crew
                .start(caller, false, Some(self.life.clone()), task);
        }
    }
}

/// The crew of a case that is being played. It ends with the case, however that ends: clients may wait for ever.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) crew: Crew,
    usher: JoinHandle<()>,
}

impl Drop for Assembled {
    fn drop(&mut self) {
        self.usher.abort();
        for task in self.crew.tasks().drain(..) {
            task.task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes its end.
    struct Ends(Arc<AtomicBool>);

    impl Drop for Ends {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    /// A task that never ends by itself, and whether it has ended.
    fn endless() -> (impl Future<Output = ()> + Send + 'static, Arc<AtomicBool>) {
        let ended = Arc::new(AtomicBool::new(false));
        let ends = Ends(ended.clone());
        let task = async move {
            let _ends = ends;
            std::future::pending::<()>().await;
        };
        (task, ended)
    }

    #[tokio::test]
    async fn what_is_cut_off_is_busy_until_it_is_gone() {
        let activity = Activity::default();
        let tasks = Crew::assemble(&activity);
        let (task, ended) = endless();
        let started = tasks.crew.errand(None, task);
        activity.quiet().await;
        assert!(activity.is_quiet() && !started.is_over());
        started.cut();
        assert!(!activity.is_quiet(), "busy in the same instant");
        assert!(!ended.load(Ordering::Relaxed), "it goes in its own task");
        activity.quiet().await;
        assert!(ended.load(Ordering::Relaxed) && started.is_over());
    }

    #[tokio::test]
    async fn a_life_ends_with_all_that_belongs_to_it_and_nothing_else() {
        let activity = Activity::default();
        let tasks = Crew::assemble(&activity);
        let (one, other) = (Life::default(), Life::default());
        let spawner = tasks.crew.spawner(&one);
        let [mine, others, late] = [(); 3].map(|()| endless());
        spawner.spawn(Box::pin(mine.0));
        tasks.crew.spawner(&other).spawn(Box::pin(others.0));
        activity.quiet().await;
        tasks.crew.end(&one);
        spawner.spawn(Box::pin(late.0));
        activity.quiet().await;
        let ended = [mine.1, others.1, late.1].map(|ended| ended.load(Ordering::Relaxed));
        assert_eq!(ended, [true, false, true]);
    }

    #[tokio::test]
    async fn a_task_that_was_never_polled_can_be_cut_off() {
        let activity = Activity::default();
        let tasks = Crew::assemble(&activity);
        let (task, ended) = endless();
        tasks.crew.errand(None, task).cut();
        activity.quiet().await;
        assert!(ended.load(Ordering::Relaxed) && activity.is_quiet());
    }
}
