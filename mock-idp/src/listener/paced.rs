//! A stream that is read slowly.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::Busy;
use crate::clock::BoxFuture;
use crate::fault::SlowRead;
use crate::supervise::parked;
use crate::world::Rooms;

/// A stream of which little is read at once, with pauses on the world's clock, while a request is coming in.
pub(super) struct Paced<S> {
    pub(super) stream: S,
    pub(super) pace: Option<Pace>,
}

/// How slowly.
pub(super) struct Pace {
    slow_read: SlowRead,
    rooms: Arc<Rooms>,
    peer: SocketAddr,
    busy: Busy,
    /// Something has been read since the last pause.
    is_due: bool,
    pause: Option<BoxFuture<'static, ()>>,
}

/// The most that is read at once, whatever the fault allows.
const MOST: usize = 1_024;

impl Pace {
    pub(super) fn new(
        slow_read: SlowRead,
        rooms: Arc<Rooms>,
        peer: SocketAddr,
        busy: Busy,
    ) -> Self {
        Self {
            slow_read,
            rooms,
            peer,
            busy,
            is_due: false,
            pause: None,
        }
    }

    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_due && self.pause.is_none() {
            let pause = self.rooms.clock.sleep(self.slow_read.every.0);
            self.pause = Some(parked(self.rooms.supervisor.clone(), self.peer, pause));
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
        }
        self.pause = None;
        self.is_due = false;
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Once the request is there, nothing is waited for but the peer's end of the stream.
        let pace = this.pace.as_mut().filter(|pace| !pace.busy.is_busy());
        let Some(pace) = pace else {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        };
        ready!(pace.poll_pause(cx));
        let mut bytes = [0; MOST];
        let allowed = usize::try_from(pace.slow_read.bytes).unwrap_or(MOST);
        let most = allowed.min(MOST).min(buf.remaining());
        let mut part = ReadBuf::new(&mut bytes[..most]);
        ready!(Pin::new(&mut this.stream).poll_read(cx, &mut part))?;
        pace.is_due = !part.filled().is_empty();
        buf.put_slice(part.filled());
        Poll::Ready(Ok(()))
    }
}
