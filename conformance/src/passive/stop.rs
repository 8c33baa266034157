//! Someone asks `tokenproof` itself to stop.
//!
//! The command runs in a process group of its own, so that it can be ended with all it has started. A terminal's Ctrl-C
//! therefore does not reach it, and neither does the signal of a build that is cancelled: it has to be passed on.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for the signals that end a program in good order.
#[derive(Debug)]
pub(crate) struct Stop {
    hang_up: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Begins to listen; from now on these signals no longer end this process by themselves.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one of them and names it.
    pub(crate) async fn asked(&mut self) -> &'static str {
        tokio::select! {
            _ = self.hang_up.recv() => "SIGHUP",
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
