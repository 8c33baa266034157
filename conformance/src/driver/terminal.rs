//! A driver at the other end of this program's own standard input and output: one in a debugger, or a person.

use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;

use tokio::sync::mpsc;

use super::fault::DriverFault;
use super::process::Inbound;
use super::protocol::{MAX_LINE, NotAMessage};

/// How many lines are kept that nobody has read yet.
const LINES: usize = 1_024;

/// This program's standard input and output.
#[derive(Clone, Debug)]
pub(super) struct Terminal(Arc<AtomicU64>);

impl Terminal {
    /// Begins to read standard input.
    ///
    /// # Errors
    ///
    /// [`DriverFault::NotStarted`] without a thread for it.
    pub(super) fn open() -> Result<(Self, mpsc::Receiver<Inbound>), DriverFault> {
        let (lines, inbound) = mpsc::channel(LINES);
        thread::Builder::new()
            .spawn(move || read(&lines))
            .map_err(|error| DriverFault::NotStarted(error.to_string()))?;
        Ok((Self(Arc::new(AtomicU64::new(1))), inbound))
    }

    /// The number of the next request.
    pub(super) fn numbers(&self) -> &AtomicU64 {
        &self.0
    }

    /// Writes a line to standard output.
    pub(super) fn send(&self, line: &[u8]) {
        let mut out = io::stdout().lock();
        // If nobody reads any more, nobody will answer either.
        let _ = out
            .write_all(line)
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush());
    }
}

fn read(lines: &mpsc::Sender<Inbound>) {
    let mut input = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let mut limited = io::Read::take(&mut input, MAX_LINE as u64 + 1);
        let read = limited.read_until(b'\n', &mut line);
        let next = match read {
            Ok(1..) if line.len() > MAX_LINE => Inbound::Broken(NotAMessage::TooLong.into()),
            Ok(1..) => {
                let end = line.iter().rposition(|byte| !b"\r\n".contains(byte));
                line.truncate(end.map_or(0, |end| end + 1));
                Inbound::Line(line)
            }
            _ => Inbound::End,
        };
        let is_last = !matches!(next, Inbound::Line(_));
        if lines.blocking_send(next).is_err() || is_last {
            return;
        }
    }
}
