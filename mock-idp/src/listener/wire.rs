//! A TCP stream that bounds how long its peer may leave a write waiting, and that can end in a reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::clock::{BoxFuture, within};

/// Says how a connection ends.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    /// Reset instead of an orderly close: asked for by a fault, or the world is torn down.
    pub(super) reset: AtomicBool,
}

/// The stream of one connection. On drop it sends a reset if its [`Ending`] says so; else it closes in order.
pub(crate) struct Wire {
    stream: TcpStream,
    /// What has been read before anybody asked for it.
    early: BytesMut,
    patience: Duration,
    /// What is left of the patience with a peer that takes nothing; none unless a write is waiting.
    stall: Option<BoxFuture<'static, Option<()>>>,
    ending: Arc<Ending>,
    /// The world's: set at teardown, so that closed ports do not linger in TIME_WAIT by the thousand.
    torn_down: Arc<AtomicBool>,
}

/// The most that is read before anybody asks for it: a request and more, or the beginning of a handshake.
const EARLY: usize = 64 * 1024;

impl Wire {
    /// `patience` is how long, on the machine's clock, the peer may take nothing of what is waiting to be written. Then the write
    /// fails and the connection is reset: whatever the system still keeps for this peer is of no use to it.
    pub(crate) fn new(
        stream: TcpStream,
        patience: Duration,
        ending: Arc<Ending>,
        torn_down: Arc<AtomicBool>,
    ) -> Self {
        Self {
            stream,
            early: BytesMut::new(),
            patience,
            stall: None,
            ending,
            torn_down,
        }
    }

    /// Completes once the peer has hung up, or only has no more to say: nothing is waited for on its behalf. What it says until
    /// then is kept. After 64 KiB of that its end is not looked for any more.
    pub(super) async fn hung_up(&mut self) {
        while self.early.len() < EARLY {
            let room = EARLY - self.early.len();
            let mut early = (&mut self.early).limit(room);
            match self.stream.read_buf(&mut early).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        std::future::pending().await
    }

    /// What has become of a write, unless the patience with it is at an end.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.stall = None;
            return write;
        }
        let patience = self.patience;
        let stall = self
            .stall
            .get_or_insert_with(|| Box::pin(within(patience, std::future::pending())));
        ready!(stall.as_mut().poll(cx));
        self.stall = None;
        self.ending.reset.store(true, Ordering::Relaxed);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.ending.reset.load(Ordering::Relaxed) || self.torn_down.load(Ordering::Relaxed) {
            // Best effort: without it the peer sees an orderly close.
            let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.early.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let length = self.early.len().min(buf.remaining());
        buf.put_slice(&self.early[..length]);
        self.early.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, write)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watch(cx, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(400);

    async fn pair() -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap());
        let (peer, (stream, _)) = tokio::try_join!(peer, listener.accept()).unwrap();
        let wire = Wire::new(stream, PATIENCE, Arc::default(), Arc::default());
        (wire, peer)
    }

    async fn wait(so_long: Duration) {
        within(so_long, std::future::pending::<()>()).await;
    }

    #[tokio::test]
    async fn a_write_that_nobody_takes_ends_in_a_reset() {
        let (mut wire, mut peer) = pair().await;
        let write = async {
            loop {
                if let Err(error) = wire.write_all(&[0; 64 * 1024]).await {
                    return error.kind();
                }
            }
        };
        assert_eq!(write.await, io::ErrorKind::TimedOut);
        drop(wire);
        let error = peer.read_to_end(&mut Vec::new()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }

    /// However long it all takes: an idle connection, and a peer that takes a little now and then.
    #[tokio::test]
    async fn only_a_write_that_waits_counts() {
        let (mut wire, mut peer) = pair().await;
        wire.write_all(b"an event").await.unwrap();
        wait(PATIENCE * 2).await;
        wire.write_all(b"another").await.unwrap();
        let much = vec![0; 32 * 1024 * 1024];
        let write = async {
            wire.write_all(&much).await.unwrap();
            drop(wire);
        };
        let read = async {
            let mut taken = 0;
            let mut bytes = vec![0; 4 * 1024 * 1024];
            for _ in 0..6 {
                wait(PATIENCE / 4).await;
                taken += peer.read_exact(&mut bytes).await.unwrap();
            }
            taken + peer.read_to_end(&mut Vec::new()).await.unwrap()
        };
        let ((), taken) = tokio::join!(write, read);
        assert_eq!(taken, "an eventanother".len() + much.len());
    }

    #[tokio::test]
    async fn what_came_early_is_not_lost() {
        let (mut wire, mut peer) = pair().await;
        let much: Vec<u8> = (0..=u8::MAX).cycle().take(3 * EARLY).collect();
        peer.write_all(&much).await.unwrap();
        peer.shutdown().await.unwrap();
        // There is more than is kept, so that the end is not seen.
        let seen = within(PATIENCE, wire.hung_up()).await;
        assert_eq!((seen, wire.early.len()), (None, EARLY));
        let mut read = Vec::new();
        wire.read_to_end(&mut read).await.unwrap();
        assert!(read == much);
        wire.hung_up().await;
    }
}
