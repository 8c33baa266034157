//! The command under test as a process of its own, with its descendants.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncRead;
use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::hearing::{self, Confidants, Heard, PassOn, Stream};
use super::stop::Stop;
use crate::kin::Kin;
use crate::trace::Said;
use crate::watchdog::within;

/// How the command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChildEnd {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal that was not ours.
    Killed(i32),
    /// It hung past the time-out and was ended with everything it had started.
    Hung {
        /// The time-out.
        after: Duration,
    },
    /// It could not be started.
    NotStarted(String),
}

/// This process was asked to stop, by the signal of this name.
#[derive(Debug)]
pub(super) struct Interrupted(pub(super) &'static str);

/// What is to be run.
pub(super) struct Start<'c> {
    pub(super) command: &'c [String],
    pub(super) variables: &'c [(String, String)],
    pub(super) unset: &'c [&'c str],
    pub(super) timeout: Duration,
    /// Who reads what it prints.
    pub(super) pass_on: PassOn,
    /// Whose secrets it should not print.
    pub(super) confidants: Confidants,
    /// Whether what it writes to standard error is kept.
    pub(super) keeps_stderr: bool,
}

/// What came of it.
pub(super) struct Ended {
    pub(super) end: ChildEnd,
    pub(super) said: Said,
    /// What it wrote to standard error, as it was; bounded, and none where it was not to be kept.
    pub(super) stderr: Option<String>,
}

/// Runs a command to its end, to the time-out, or until this process is asked to stop. Whatever it leaves behind in its
/// process group is killed, and on Linux what has moved elsewhere too, as a daemon does. Output that somebody out of reach holds
/// open is not waited for.
pub(super) async fn run(start: Start<'_>, stop: &mut Stop) -> Result<Ended, Interrupted> {
    let silent = |end| {
        Ok(Ended {
            end,
            said: Said::default(),
            stderr: None,
        })
    };
    let Some((program, arguments)) = start.command.split_first() else {
        return silent(ChildEnd::NotStarted(
            "no command was given; write it after `--`".to_owned(),
        ));
    };
    let mut starting = Command::new(program);
    starting
        .args(arguments)
        .envs(start.variables.iter().cloned())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    for name in start.unset {
        starting.env_remove(name);
    }
    let kin = Kin::new();
    let (name, value) = kin.variable();
    starting.env(name, value);
    let mut child = match starting.spawn() {
        Ok(child) => child,
        Err(error) => return silent(ChildEnd::NotStarted(not_started(program, &error))),
    };
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    let (over, heard) = watch::channel(false);
    let output = hear(child.stdout.take(), Stream::Output, &start, &heard);
    let error = hear(child.stderr.take(), Stream::Error, &start, &heard);
    let ended = tokio::select! {
        ended = within(start.timeout, child.wait()) => Ok(ended),
        signal = stop.asked() => Err(Interrupted(signal)),
    };
    if let Some(group) = group {
        // An error means that nobody is left in the group, which is what we want.
        let _ = kill_process_group(group, Signal::KILL);
    }
    kin.kill();
    // Nobody listens for it where both streams have ended.
    let _ = over.send(true);
    // Who asked us to stop does not wait until somebody has read what was printed.
    let ended = ended?;
    let (output, mut error) = (rest(output).await, rest(error).await);
    let stderr = error.whole();
    let said = hearing::said(output, error, &start.confidants);
    let end = match ended {
        Some(Ok(status)) => end_of(status),
        Some(Err(error)) => {
            ChildEnd::NotStarted(format!("`{program}` could not be waited for: {error}"))
        }
        None => {
            // Already killed with its group; this only collects it.
            let _ = child.wait().await;
            ChildEnd::Hung {
                after: start.timeout,
            }
        }
    };
    Ok(Ended { end, said, stderr })
}

/// Begins to listen to one of the two streams.
fn hear(
    from: Option<impl AsyncRead + Unpin + Send + 'static>,
    stream: Stream,
    start: &Start<'_>,
    over: &watch::Receiver<bool>,
) -> Option<JoinHandle<Heard>> {
    let heard = match stream {
        Stream::Error if start.keeps_stderr => Heard::keeping(),
        _ => Heard::default(),
    };
    let (pass_on, confidants) = (start.pass_on.clone(), start.confidants.clone());
    let listening = hearing::listen(from?, stream, heard, pass_on, confidants, over.clone());
    Some(tokio::spawn(listening))
}

/// What was heard in the end.
async fn rest(listening: Option<JoinHandle<Heard>>) -> Heard {
    match listening {
        Some(listening) => listening.await.unwrap_or_default(),
        None => Heard::default(),
    }
}

fn end_of(status: ExitStatus) -> ChildEnd {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => ChildEnd::Exited(code),
        (None, signal) => ChildEnd::Killed(signal.unwrap_or_default()),
    }
}

/// Why a program could not be started, and what to do.
pub(crate) fn not_started(program: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            format!("`{program}` was not found; check the name, or give its full path")
        }
        io::ErrorKind::PermissionDenied => {
            format!("`{program}` may not be executed; check its permissions")
        }
        _ => format!("`{program}` could not be started: {error}"),
    }
}
