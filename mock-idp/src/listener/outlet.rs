//! A stream that its connection shares with whoever answers a request, so that an answer can go out byte for byte.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Where an answer can be written past hyper while hyper waits for it. Clones are handles to the same connection.
#[derive(Clone)]
pub(crate) struct Outlet(Arc<Mutex<Line<dyn AsyncWrite + Send + Unpin>>>);

/// Hyper's end of the same stream.
pub(super) struct Shared<S>(Arc<Mutex<Line<S>>>);

struct Line<S: ?Sized> {
    /// How much of an end of a head has been seen of an answer of hyper's that is not to be sent.
    swallowing: Option<usize>,
    stream: S,
}

/// What ends the head of an answer.
const END: &[u8] = b"\r\n\r\n";

impl<S: AsyncWrite + Send + Unpin + 'static> Shared<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(Arc::new(Mutex::new(Line {
            swallowing: None,
            stream,
        })))
    }

    /// Another handle to the same end.
    pub(super) fn again(&self) -> Self {
        Self(self.0.clone())
    }

    pub(super) fn outlet(&self) -> Outlet {
        Outlet(self.0.clone())
    }
}

impl Outlet {
    /// Hands all of it to the connection.
    pub(crate) async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = std::future::poll_fn(|cx| {
                let mut line = lock(&self.0);
                Pin::new(&mut line.stream).poll_write(cx, rest)
            })
            .await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            rest = rest.get(written..).unwrap_or_default();
        }
        std::future::poll_fn(|cx| Pin::new(&mut lock(&self.0).stream).poll_flush(cx)).await
    }

    /// Ends the sending side in order.
    pub(crate) async fn close(&self) -> io::Result<()> {
        std::future::poll_fn(|cx| Pin::new(&mut lock(&self.0).stream).poll_shutdown(cx)).await
    }

    /// Hyper's next answer, which has no body, is not sent: it has been written already.
    pub(super) fn swallow_next(&self) {
        lock(&self.0).swallowing = Some(0);
    }
}

impl<S: ?Sized> Line<S> {
    /// How many of these bytes of hyper's are not to be sent.
    fn swallow(&mut self, bytes: &[u8]) -> usize {
        let Some(mut seen) = self.swallowing else {
            return 0;
        };
        for (place, byte) in bytes.iter().enumerate() {
            seen = match END.get(seen) {
                Some(expected) if expected == byte => seen + 1,
                _ => usize::from(*byte == b'\r'),
            };
            if seen == END.len() {
                self.swallowing = None;
                return place + 1;
            }
        }
        self.swallowing = Some(seen);
        bytes.len()
    }
}

fn lock<S: ?Sized>(line: &Mutex<Line<S>>) -> MutexGuard<'_, Line<S>> {
    // A panic of a stream under this lock ends its connection in any case.
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: AsyncRead + Unpin> AsyncRead for Shared<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut lock(&self.0).stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Shared<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut line = lock(&self.0);
        match line.swallow(bytes) {
            0 => Pin::new(&mut line.stream).poll_write(cx, bytes),
            swallowed => Poll::Ready(Ok(swallowed)),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut lock(&self.0).stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut lock(&self.0).stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut line = lock(&self.0);
        if line.swallowing.is_some() {
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return Poll::Ready(Ok(first.map_or(0, |first| line.swallow(first))));
        }
        Pin::new(&mut line.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        lock(&self.0).stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn one_head_of_hypers_is_swallowed_however_it_comes() {
        let head = b"HTTP/1.1 200 OK\r\nx: \r\r\n\r\n";
        for cut in 1..head.len() {
            let mut shared = Shared::new(Vec::new());
            let outlet = shared.outlet();
            outlet.write(b"ours").await.unwrap();
            outlet.swallow_next();
            shared.write_all(&head[..cut]).await.unwrap();
            shared.write_all(&head[cut..]).await.unwrap();
            shared.write_all(b" next").await.unwrap();
            drop(outlet);
            let line = Arc::into_inner(shared.0).unwrap();
            assert_eq!(line.into_inner().unwrap().stream, b"ours next");
        }
    }
}
