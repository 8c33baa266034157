//! Requests on standard input, answers on standard output.

use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc;

use super::desk::{Desk, Out};

/// Serves until the end of input and of what is under way.
pub(super) async fn serve(desk: &Arc<Desk>) -> io::Result<()> {
    let (out, mut answers) = mpsc::unbounded_channel::<String>();
    // A thread of its own, since whoever reads may be slow.
    let writer = thread::spawn(move || {
        let mut stdout = io::stdout().lock();
        while let Some(mut line) = answers.blocking_recv() {
            line.push('\n');
            stdout.write_all(line.as_bytes())?;
            stdout.flush()?;
        }
        io::Result::Ok(())
    });
    let (lines, mut requests) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    let out = Out::to(out);
    while let Some(line) = requests.recv().await {
        desk.take(&line, &out);
    }
    desk.finished().await;
    desk.leave();
    drop(out);
    writer
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the writer panicked")))
}
