//! What a command prints: passed on as it comes, searched for secrets, and the last of it kept.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use mock_idp::MockIdp;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::watch;

use super::kept::Kept;
use crate::trace::Said;
use crate::watchdog::within;

/// How many lines of standard error are kept.
const LINES: usize = 20;
/// How many more are kept until they are redacted: a private key has some dozens, and half of one is not known for what it is.
const MARGIN: usize = 100;
/// How many characters of a line are shown.
const SHOWN: usize = 300;
/// What a world calls a token that it did not issue.
const SOME_TOKEN: &str = "token";
/// How much of a line is kept or searched at once, in bytes: more than any token has.
const LINE: usize = 16 << 10;
/// How much of a line that is longer is searched again with what follows, in bytes.
const OVERLAP: usize = 4 << 10;
/// How much is searched of each stream, in bytes.
const SEARCHED: u64 = 16 << 20;
/// How long a silent stream is listened to when the command is gone. Somebody out of reach may hold it open for ever.
const SILENCE: Duration = Duration::from_millis(300);
/// How much is read when the command is gone, in bytes: what a pipe may hold.
const LEFT_IN_PIPE: usize = 1 << 20;

/// One of the two streams of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// Passes on what a command prints. It blocks, and an error says that nobody listens any more.
pub type PassOn = Arc<dyn Fn(Stream, &[u8]) -> io::Result<()> + Send + Sync>;

/// The worlds of a run, whose secrets no output should hold.
#[derive(Clone, Debug)]
pub(super) struct Confidants(pub(super) Vec<Arc<MockIdp>>);

impl Confidants {
    /// The secrets of any world that stand in a text.
    fn secrets_in(&self, text: &str) -> Vec<String> {
        let told = self.0.iter().flat_map(|world| world.secrets_in(text));
        told.collect()
    }

    /// A text without any world's secrets.
    pub(super) fn scrubbed(&self, text: String) -> String {
        self.0.iter().fold(text, |text, idp| idp.scrubbed(&text))
    }
}

fn shortened(line: &str) -> String {
    let mut short: String = line.chars().take(SHOWN).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// What was heard of one stream. No `Debug`: it holds what was printed as it was.
#[derive(Default)]
pub(super) struct Heard {
    bytes: u64,
    unsearched: u64,
    told: Vec<String>,
    tail: VecDeque<Vec<u8>>,
    line: Vec<u8>,
    /// Whether the beginning of the line has been kept already, and `line` is what comes later in it.
    cut: bool,
    /// The stream itself, for a recording.
    whole: Option<Kept>,
}

/// Listens to a stream until it ends. When the command is `over`, what is left in the pipe is taken and no more.
pub(super) async fn listen(
    mut from: impl AsyncRead + Unpin,
    stream: Stream,
    mut heard: Heard,
    pass_on: PassOn,
    confidants: Confidants,
    mut over: watch::Receiver<bool>,
) -> Heard {
    let mut buffer = vec![0; LINE];
    let mut left = LEFT_IN_PIPE;
    let mut is_over = *over.borrow_and_update();
    loop {
        let read = if is_over {
            within(SILENCE, from.read(&mut buffer)).await
        } else {
            tokio::select! {
                biased;
                read = from.read(&mut buffer) => Some(read),
                told = over.changed() => {
                    is_over = told.is_err() || *over.borrow_and_update();
                    continue;
                }
            }
        };
        let Some(Ok(count @ 1..)) = read else {
            break;
        };
        let bytes = &buffer[..count];
        heard.take(bytes, &confidants);
        let (pass_on, passed) = (Arc::clone(&pass_on), bytes.to_vec());
        let passed = tokio::task::spawn_blocking(move || pass_on(stream, &passed)).await;
        if !matches!(passed, Ok(Ok(()))) {
            // Nobody reads it any more; the command is to notice as it would without us.
            break;
        }
        if is_over {
            left = left.saturating_sub(count);
            if left == 0 {
                break;
            }
        }
    }
    heard.end_line(&confidants);
    heard
}

/// What both streams held.
pub(super) fn said(output: Heard, error: Heard, confidants: &Confidants) -> Said {
    let mut told: Vec<String> = output.told.into_iter().chain(error.told).collect();
    told.sort();
    told.dedup();
    // What one world knows by its label is to the other just some token.
    if told.iter().any(|what| what != SOME_TOKEN) {
        told.retain(|what| what != SOME_TOKEN);
    }
    let lines: Vec<_> = error
        .tail
        .iter()
        .map(|l| String::from_utf8_lossy(l))
        .collect();
    let clean = confidants.scrubbed(lines.join("\n"));
    let lines: Vec<String> = clean.lines().map(shortened).collect();
    Said {
        bytes: output.bytes + error.bytes,
        unsearched: output.unsearched + error.unsearched,
        told,
        stderr_tail: lines[lines.len().saturating_sub(LINES)..].to_vec(),
    }
}

impl Heard {
    /// Of a stream that is kept as well.
    pub(super) fn keeping() -> Self {
        Self {
            whole: Some(Kept::default()),
            ..Self::default()
        }
    }

    /// What was kept of the stream itself, once.
    pub(super) fn whole(&mut self) -> Option<String> {
        self.whole.take().map(Kept::text)
    }

    fn take(&mut self, bytes: &[u8], confidants: &Confidants) {
        if let Some(whole) = &mut self.whole {
            whole.add(bytes);
        }
        let room = SEARCHED.saturating_sub(self.bytes);
        self.bytes += bytes.len() as u64;
        self.unsearched += (bytes.len() as u64).saturating_sub(room);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ended) = match piece.split_last() {
                Some((b'\n', text)) => (text, true),
                _ => (piece, false),
            };
            self.line.extend_from_slice(text);
            if ended {
                self.end_line(confidants);
            } else if self.line.len() >= LINE {
                self.search(confidants);
                // The beginning is what is kept of a line.
                if !self.cut {
                    self.keep(self.line.clone());
                }
                self.cut = true;
                self.line.drain(..self.line.len().saturating_sub(OVERLAP));
            }
        }
    }

    fn end_line(&mut self, confidants: &Confidants) {
        self.search(confidants);
        let line = std::mem::take(&mut self.line);
        if !std::mem::take(&mut self.cut) && !line.iter().all(u8::is_ascii_whitespace) {
            self.keep(line);
        }
    }

    fn keep(&mut self, line: Vec<u8>) {
        if self.tail.len() == LINES + MARGIN {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
    }

    fn search(&mut self, confidants: &Confidants) {
        if self.unsearched > 0 || self.line.is_empty() {
            return;
        }
        for secret in confidants.secrets_in(&String::from_utf8_lossy(&self.line)) {
            if !self.told.contains(&secret) {
                self.told.push(secret);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::io::AsyncWriteExt as _;

    use super::*;

    const SECRET: &str = "entra-app-secret~Q8fJ2kLm";

    /// What is heard of a command that writes these pieces, and what was passed on.
    async fn heard(pieces: &[&[u8]]) -> (Said, Vec<u8>) {
        let idp = MockIdp::entra()
            .plain_http()
            .start()
            .await
            .expect("a world");
        let identity = idp.identity(0, 0, 0).expect("an application");
        idp.set_secret(&identity.client_id, mock_idp::Secret::new(SECRET));
        let confidants = Confidants(vec![Arc::new(idp)]);
        let passed = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&passed);
        let pass_on: PassOn = Arc::new(move |_, bytes| {
            seen.lock().expect("a lock").extend_from_slice(bytes);
            Ok(())
        });
        let (mut pipe, from) = tokio::io::duplex(64);
        let (_over, over) = watch::channel(false);
        let listening = listen(
            from,
            Stream::Error,
            Heard::default(),
            pass_on,
            confidants.clone(),
            over,
        );
        let writing = async move {
            for piece in pieces {
                pipe.write_all(piece).await.expect("somebody listens");
            }
        };
        let (error, ()) = tokio::join!(listening, writing);
        let passed = passed.lock().expect("a lock").clone();
        (said(Heard::default(), error, &confidants), passed)
    }

    #[tokio::test]
    async fn a_secret_is_found_in_pieces_and_not_kept() {
        let (first, second) = SECRET.as_bytes().split_at(9);
        let pieces: [&[u8]; 4] = [b"one\n\nthe secret is ", first, second, b"!\nlast"];
        let (said, passed) = heard(&pieces).await;
        assert_eq!(said.told, ["client_secret"]);
        assert_eq!(said.stderr_tail, ["one", "the secret is ***!", "last"]);
        assert_eq!(passed, pieces.concat(), "what is passed on is as it was");
        assert_eq!((said.bytes, said.unsearched), (passed.len() as u64, 0));
    }

    #[tokio::test]
    async fn a_secret_anywhere_in_a_long_line_is_found() {
        for before in [0, LINE - 10, LINE + LINE / 2, 3 * LINE - 5] {
            let line = ["x".repeat(before), SECRET.to_owned(), "y".repeat(LINE)].concat();
            let (said, _) = heard(&[line.as_bytes()]).await;
            assert_eq!(said.told, ["client_secret"], "after {before} bytes");
            assert_eq!(said.stderr_tail.len(), 1, "one line");
            let kept = &said.stderr_tail[0];
            assert!(kept.chars().count() == SHOWN + 1 && !kept.contains("Q8fJ2kLm"));
        }
    }

    #[tokio::test]
    async fn of_a_flood_the_last_lines_are_kept() {
        let flood: String = (1..=2_000).map(|n| format!("line {n}\n")).collect();
        let (said, _) = heard(&[flood.as_bytes()]).await;
        assert_eq!(said.stderr_tail.len(), LINES);
        assert_eq!(said.stderr_tail[LINES - 1], "line 2000");
        assert_eq!(said.bytes, flood.len() as u64);
    }

    #[tokio::test]
    async fn a_private_key_is_known_though_its_beginning_is_not_among_the_last_lines() {
        let body = "cGxhbnRlZCBwcml2YXRlIGtleQ==\n".repeat(60);
        let key = [
            "-----BEGIN PRIVATE",
            " KEY-----\n",
            &body,
            "-----END PRIVATE KEY-----\n",
        ];
        let (said, _) = heard(&[key.concat().as_bytes(), b"last"]).await;
        let tail = said.stderr_tail.join("\n");
        assert!(tail.ends_with("last") && !tail.contains("cGxhbn"), "{tail}");
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_shown_as_such() {
        let (said, passed) = heard(&[b"\xff\xfe\n"]).await;
        assert_eq!(said.stderr_tail, ["\u{fffd}\u{fffd}"]);
        assert_eq!(passed, b"\xff\xfe\n");
    }

    #[tokio::test]
    async fn when_nobody_reads_any_more_the_pipe_is_closed() {
        let (mut pipe, from) = tokio::io::duplex(64);
        let (_over, over) = watch::channel(false);
        let pass_on: PassOn = Arc::new(|_, _| Err(io::ErrorKind::BrokenPipe.into()));
        let listening = listen(
            from,
            Stream::Output,
            Heard::default(),
            pass_on,
            Confidants(Vec::new()),
            over,
        );
        let writing = async move { while pipe.write_all(&[0; 64]).await.is_ok() {} };
        tokio::join!(listening, writing);
    }

    #[tokio::test]
    async fn a_stream_held_open_by_others_is_not_waited_for() {
        let (pipe, from) = tokio::io::duplex(64);
        let (over, gone) = watch::channel(false);
        let pass_on: PassOn = Arc::new(|_, _| Ok(()));
        let listening = listen(
            from,
            Stream::Output,
            Heard::default(),
            pass_on,
            Confidants(Vec::new()),
            gone,
        );
        let ending = async {
            over.send(true).expect("somebody listens");
        };
        tokio::join!(listening, ending);
        drop(pipe);
    }

    #[tokio::test]
    async fn a_stream_that_others_flood_is_not_read_for_ever() {
        let (mut pipe, from) = tokio::io::duplex(LINE);
        let (_over, gone) = watch::channel(true);
        let pass_on: PassOn = Arc::new(|_, _| Ok(()));
        let listening = listen(
            from,
            Stream::Output,
            Heard::default(),
            pass_on,
            Confidants(Vec::new()),
            gone,
        );
        let flooding = async move { while pipe.write_all(&[b'\n'; 1024]).await.is_ok() {} };
        let (heard, ()) = tokio::join!(listening, flooding);
        assert!(heard.bytes <= (LEFT_IN_PIPE + LINE) as u64);
    }
}
