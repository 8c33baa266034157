//! A TCP stream that can end in a reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Says how a connection ends.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// Reset instead of an orderly close: asked for by a fault, or the world is torn down.
    pub(super) reset: AtomicBool,
}

/// The stream of one connection. On drop it sends a reset if its [`Ending`] says so; else it closes in order.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    ending: Arc<Ending>,
    /// The world's: set at teardown, so that closed ports do not linger in TIME_WAIT by the thousand.
    torn_down: Arc<AtomicBool>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, ending: Arc<Ending>, torn_down: Arc<AtomicBool>) -> Self {
        Self {
            stream,
            ending,
            torn_down,
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.ending.reset.load(Ordering::Relaxed) || self.torn_down.load(Ordering::Relaxed) {
            // Best effort: without it the peer sees an orderly close.
            let _ =
                socket2::SockRef::from(&self.stream).set_linger(Some(std::time::Duration::ZERO));
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
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
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
