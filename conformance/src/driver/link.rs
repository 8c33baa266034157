//! The way to a driver: a process's pipes, a service's address, or this program's own standard input and output.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::process::{Process, Remains};
use super::service::Service;
use super::terminal::Terminal;

/// A way to a driver. Clones are the same one; when the last is dropped, a process is killed.
#[derive(Clone, Debug)]
pub(super) enum Link {
    Process(Arc<Process>),
    Service(Service),
    Terminal(Terminal),
}

impl Link {
    /// The number of the next request. A driver that plays one case after another never sees one twice.
    pub(super) fn number(&self) -> u64 {
        let numbers = match self {
            Self::Process(process) => process.numbers(),
            Self::Service(service) => service.numbers(),
            Self::Terminal(terminal) => terminal.numbers(),
        };
        numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends the line of this request. What becomes of it shows in what comes back.
    pub(super) fn send(&self, id: u64, line: Vec<u8>) {
        match self {
            Self::Process(process) => process.send(line),
            Self::Service(service) => service.send(id, line),
            Self::Terminal(terminal) => terminal.send(&line),
        }
    }

    /// Nothing more is wanted of it.
    pub(super) fn kill(&self) {
        match self {
            Self::Process(process) => process.kill(),
            // They are not ours; what they still do is nobody's.
            Self::Service(_) | Self::Terminal(_) => {}
        }
    }

    /// How it has ended, in words.
    pub(super) async fn end(&self) -> String {
        match self {
            Self::Process(process) => process.end().await,
            Self::Service(_) => "its connection".to_owned(),
            Self::Terminal(_) => "its lines".to_owned(),
        }
    }

    /// The last of what it has written to standard error.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Process(process) => process.said(),
            Self::Service(_) | Self::Terminal(_) => String::new(),
        }
    }

    /// Ends a process's input.
    pub(super) fn end_input(&self) {
        if let Self::Process(process) = self {
            process.end_input();
        }
    }

    /// Waits for the end of a process whose input has ended, and says what is left of it; none for a service.
    pub(super) async fn remains(&self) -> Option<Remains> {
        match self {
            Self::Process(process) => Some(process.remains().await),
            Self::Service(_) | Self::Terminal(_) => None,
        }
    }

    /// Ends a process in good order, and kills what is left of it.
    pub(super) async fn finish(self) {
        if let Self::Process(process) = self {
            process.finish().await;
        }
    }
}
