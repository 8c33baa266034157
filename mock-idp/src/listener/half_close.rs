//! Peers that stop sending once their request is out, and still want the answer (RFC 9112 section 9.6).
//!
//! From here the end of a peer's stream looks the same whether it has hung up or only has no more to say. Both are served
//! well by one rule: while an answer is being made, the end is kept from hyper, which would take it for a hang-up and drop
//! the request; while a request waits, for its own body or on purpose, the end is let through, so that whoever hung up is
//! not waited for.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, ReadBuf};

/// Whether an answer is being made on a connection. Clones are handles to the same connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Busy(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    busy: bool,
    /// Whether bytes have come since the end was last looked for. They may be what the request was waiting for, and it has
    /// to be asked first.
    is_fresh: bool,
    /// The reader that was kept waiting at the end of the stream.
    reader: Option<Waker>,
}

impl Busy {
    /// An answer is being made.
    pub(crate) fn begin(&self) {
        self.state().busy = true;
    }

    /// Whether one is.
    pub(super) fn is_busy(&self) -> bool {
        self.state().busy
    }

    /// It is done, or it waits for something.
    pub(crate) fn pause(&self) {
        let reader = {
            let mut state = self.state();
            state.busy = false;
            state.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Polls work that may have to wait for the peer: it counts as waiting from its first wait on.
    pub(crate) async fn wait_for<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let done = std::future::poll_fn(|cx| {
            let polled = work.as_mut().poll(cx);
            if polled.is_pending() {
                self.pause();
            }
            polled
        })
        .await;
        self.begin();
        done
    }

    /// Bytes have come.
    fn freshen(&self) {
        self.state().is_fresh = true;
    }

    /// Whether the end of the stream is to be kept back; then `reader` is woken when it no longer is, or to look again.
    fn keeps_back(&self, reader: &Waker) -> bool {
        let mut state = self.state();
        let is_fresh = std::mem::take(&mut state.is_fresh);
        if state.busy {
            state.reader = Some(reader.clone());
        } else if is_fresh {
            reader.wake_by_ref();
        }
        state.busy || is_fresh
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream whose end is kept back while its connection is busy.
#[derive(Debug)]
pub(super) struct HalfClose<S> {
    pub(super) stream: S,
    pub(super) busy: Busy,
}

impl<S: AsyncRead + Unpin> AsyncRead for HalfClose<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = (buf.filled().len(), buf.remaining());
        std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let has_ended = before.1 > 0 && buf.filled().len() == before.0;
        if !has_ended {
            self.busy.freshen();
        } else if self.busy.keeps_back(cx.waker()) {
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn the_end_is_kept_back_while_busy_and_let_through_after() {
        let busy = Busy::default();
        let mut stream = HalfClose {
            stream: &b"ab"[..],
            busy: busy.clone(),
        };
        busy.begin();
        let mut two = [0; 2];
        stream.read_exact(&mut two).await.unwrap();
        let end = tokio::spawn(async move { stream.read(&mut [0; 1]).await });
        tokio::task::yield_now().await;
        assert!(!end.is_finished());
        busy.pause();
        assert_eq!(end.await.unwrap().unwrap(), 0);
    }
}
