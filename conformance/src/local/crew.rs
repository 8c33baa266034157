//! The tasks of a case: the calls of the play, and what the client starts on their behalf.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use token_client::{BoxFuture, Spawn};
use tokio::task::{AbortHandle, JoinHandle};

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
    members: Arc<Mutex<Vec<Member>>>,
}

#[derive(Debug)]
struct Member {
    /// Whose call it works for, and whether it is that call itself.
    caller: Option<NumberedCaller>,
    is_call: bool,
    task: JoinHandle<()>,
}

impl Crew {
    /// Nobody but the usher yet. The crew goes home when what is returned is dropped.
    pub(super) fn assemble(activity: &Activity) -> Assembled {
        Assembled {
            crew: Self {
                activity: activity.clone(),
                members: Arc::default(),
            },
            usher: tokio::spawn(activity.clone().usher()),
        }
    }

    /// Starts a call.
    pub(super) fn call(
        &self,
        caller: NumberedCaller,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        self.start(Some(caller), true, task)
    }

    /// Where the first task that panicked did so, in words.
    pub(super) async fn panic(&self) -> Option<String> {
        let finished: Vec<Member> = {
            let mut members = self.members();
            let all = std::mem::take(&mut *members);
            let (finished, going) = all.into_iter().partition(|m| m.task.is_finished());
            *members = going;
            finished
        };
        let mut first = None;
        for member in finished {
            let Err(error) = member.task.await else {
                continue;
            };
            if error.is_panic() && first.is_none() {
                first = Some(match member.caller {
                    Some(numbered) if member.is_call => format!("in {}", numbered.caller),
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
        task: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        let task = CALLER.scope(caller.clone(), task);
        let task = tokio::spawn(Tracked::new(&self.activity, task));
        let handle = task.abort_handle();
        self.members().push(Member {
            caller,
            is_call,
            task,
        });
        handle
    }

    fn members(&self) -> MutexGuard<'_, Vec<Member>> {
        // Nothing under this lock panics.
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spawn for Crew {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.start(NumberedCaller::current(), false, task);
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
        for member in self.crew.members().drain(..) {
            member.task.abort();
        }
    }
}
