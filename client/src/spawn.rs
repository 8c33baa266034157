//! Where shared work runs, so that it outlives the caller who started it.

use std::fmt;
use std::sync::Arc;

use crate::BoxFuture;

/// Runs a task to its end, independent of who asked for it.
///
/// A token request is shared by every caller waiting for it. It must go on when the caller who
/// started it is cancelled, so it runs here and not inside that caller's future. A spawner that
/// drops the task makes the waiters see [`Error::Cancelled`](crate::Error::Cancelled).
pub trait Spawn: fmt::Debug + Send + Sync + 'static {
    /// Starts the task. Must not block.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}

/// Spawns on the tokio runtime that is current when a token is asked for.
///
/// Outside a runtime the task is dropped.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSpawn;

impl Spawn for TokioSpawn {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(task);
        }
    }
}

impl<S: Spawn + ?Sized> Spawn for Arc<S> {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        (**self).spawn(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_a_runtime_the_task_is_dropped() {
        let (held, watch) = tokio::sync::oneshot::channel::<()>();
        TokioSpawn.spawn(Box::pin(async move {
            let _held = held;
            std::future::pending::<()>().await;
        }));
        assert!(
            watch.blocking_recv().is_err(),
            "the sender went with the task"
        );
    }
}
