//! The command under test as a process of its own, with its descendants.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;

use super::overheard::Overheard;
use super::stop::Stop;
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

/// Runs a command to its end, to the time-out, or until this process is asked to stop. Whatever it leaves behind in its
/// process group is killed; what has moved to another group, as a daemon does, is out of reach. Standard error is returned
/// where it was to be kept.
pub(super) async fn run(
    command: &[String],
    variables: &[(String, String)],
    unset: &[&str],
    timeout: Duration,
    keep_stderr: bool,
    stop: &mut Stop,
) -> Result<(ChildEnd, Option<String>), Interrupted> {
    let Some((program, arguments)) = command.split_first() else {
        let why = "no command was given; write it after `--`".to_owned();
        return Ok((ChildEnd::NotStarted(why), None));
    };
    let mut starting = Command::new(program);
    starting
        .args(arguments)
        .envs(variables.iter().cloned())
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    if keep_stderr {
        starting.stderr(Stdio::piped());
    }
    for name in unset {
        starting.env_remove(name);
    }
    let mut child = match starting.spawn() {
        Ok(child) => child,
        Err(error) => {
            return Ok((ChildEnd::NotStarted(not_started(program, &error)), None));
        }
    };
    let overheard = child.stderr.take().map(Overheard::of);
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    let ended = tokio::select! {
        ended = within(timeout, child.wait()) => Ok(ended),
        signal = stop.asked() => Err(Interrupted(signal)),
    };
    if let Some(group) = group {
        // An error means that nobody is left in the group, which is what we want.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let ended = match ended? {
        Some(Ok(status)) => end_of(status),
        Some(Err(error)) => {
            ChildEnd::NotStarted(format!("`{program}` could not be waited for: {error}"))
        }
        None => {
            // Already killed with its group; this only collects it.
            let _ = child.wait().await;
            ChildEnd::Hung { after: timeout }
        }
    };
    let stderr = match overheard {
        Some(overheard) => Some(overheard.heard().await),
        None => None,
    };
    Ok((ended, stderr))
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
