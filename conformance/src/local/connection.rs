//! The client's end of one loopback connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};

use super::activity::Exchange;

/// A connection that carries one exchange.
///
/// Dropped before the exchange is [over](Over), it takes leave of the mock first: it closes its side and waits for the mock
/// to close the other, so that the mock has let go of the request before anything else happens.
#[derive(Debug)]
pub(super) struct Connection {
    /// The exchange ends after the stream. Taken on drop.
    parts: Option<(TcpStream, Exchange)>,
    over: Over,
}

/// Whether an exchange is over: answered or failed. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Over(Arc<AtomicBool>);

impl Over {
    /// It is.
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Connection {
    /// Connects from a bound socket. `over` is to be set when the exchange is.
    pub(super) async fn open(
        socket: TcpSocket,
        server: SocketAddr,
        exchange: Exchange,
        over: Over,
    ) -> io::Result<Self> {
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        // No TIME_WAIT: thousands of cases would run out of ports. Nothing is under way any more when this matters.
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        Ok(Self {
            parts: Some((stream, exchange)),
            over,
        })
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        match &mut self.parts {
            Some((stream, _)) => Ok(Pin::new(stream)),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some((mut stream, exchange)) = self.parts.take() else {
            return;
        };
        if self.over.0.load(Ordering::Relaxed) {
            drop(stream);
            return;
        }
        exchange.give_up();
        // Without a runtime the case is over, and the mock with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // However the mock ends the connection, it has noticed.
                let _ = stream.shutdown().await;
                let mut rest = [0; 1024];
                while matches!(stream.read(&mut rest).await, Ok(1..)) {}
                drop(stream);
                drop(exchange);
            });
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
