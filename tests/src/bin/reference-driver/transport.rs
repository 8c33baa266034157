//! What a client has under way: requests, and tasks that it started.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use token_client::{BoxFuture, HttpTransport, Spawn, Transport, TransportError};
use tokio::task::AbortHandle;

/// Counts requests until they are answered or given up. Clones count together.
#[derive(Clone, Debug)]
pub(super) struct Counting {
    inner: HttpTransport,
    under_way: Arc<AtomicUsize>,
}

impl Counting {
    pub(super) fn over(inner: HttpTransport) -> Self {
        Self {
            inner,
            under_way: Arc::default(),
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) > 0
    }
}

impl Transport for Counting {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let sending = self.inner.send(request);
        let under_way = self.under_way.clone();
        Box::pin(async move {
            let _one = One::of(under_way);
            sending.await
        })
    }
}

struct One(Arc<AtomicUsize>);

impl One {
    fn of(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The tasks of one client, which end with it. Clones hold the same ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks(Arc<Mutex<Vec<AbortHandle>>>);

impl Tasks {
    pub(super) fn end(&self) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.drain(..).for_each(|task| task.abort());
    }
}

impl Spawn for Tasks {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        let task = tokio::spawn(task).abort_handle();
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }
}
