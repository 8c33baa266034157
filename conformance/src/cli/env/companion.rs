//! The command that a session is for.
//!
//! In the foreground of a terminal it stays in our process group, so that it can read from the terminal and Ctrl-C reaches both of
//! us. Elsewhere it gets a group of its own: what it leaves behind there is ended with it, and nothing of anybody else's.

use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use mock_idp::environment::Variable;
use rustix::process::{Pid, Signal, getpgrp, kill_process, kill_process_group};
use rustix::termios::tcgetpgrp;
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

use crate::passive::not_started;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal.
    Killed(i32),
}

/// Runs a command and passes on to it what this process is told.
pub(super) struct Companion {
    interrupt: Listener,
    terminate: Listener,
    hang_up: Listener,
    is_in_foreground: bool,
}

impl Companion {
    /// Begins to listen; from now on these signals no longer end this process by themselves.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            is_in_foreground: is_in_foreground(),
        })
    }

    /// Runs the command to its end. The first signal is passed on; the second one kills it.
    pub(super) async fn run(
        &mut self,
        command: &[String],
        variables: Vec<Variable>,
        unset: &[&str],
    ) -> Result<End, String> {
        let Some((program, arguments)) = command.split_first() else {
            return Err("no command was given; write it after `--`".to_owned());
        };
        let mut starting = Command::new(program);
        starting.args(arguments).envs(variables).kill_on_drop(true);
        for name in unset {
            starting.env_remove(name);
        }
        if !self.is_in_foreground {
            starting.process_group(0);
        }
        let mut child = starting
            .spawn()
            .map_err(|error| not_started(program, &error))?;
        let pid = id(&child);
        let mut told = 0;
        let ended = loop {
            let heard = tokio::select! {
                ended = child.wait() => break ended,
                heard = self.heard() => heard,
            };
            // The terminal tells everybody in our group of Ctrl-C by itself, as often as it is typed.
            if self.is_in_foreground && heard == Signal::INT {
                continue;
            }
            told += 1;
            let signal = if told > 1 { Signal::KILL } else { heard };
            if let Some(pid) = pid {
                self.tell(pid, signal);
            }
        };
        if let Some(group) = pid.filter(|_| !self.is_in_foreground) {
            // An error means that nobody is left in the group, which is what we want.
            let _ = kill_process_group(group, Signal::KILL);
        }
        ended
            .map(end_of)
            .map_err(|error| format!("`{program}` could not be waited for: {error}"))
    }

    async fn heard(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hang_up.recv() => Signal::HUP,
        }
    }

    /// An error means that it is gone, which is seen at once.
    fn tell(&self, pid: Pid, signal: Signal) {
        let _ = if self.is_in_foreground {
            kill_process(pid, signal)
        } else {
            kill_process_group(pid, signal)
        };
    }
}

/// Whether our process group is the one that the terminal of our session tells of Ctrl-C and lets read. Where input and output
/// go has nothing to do with it: all of them may be redirected in the foreground, and a terminal may be another session's.
fn is_in_foreground() -> bool {
    // There is none where the session has no terminal.
    let terminal = File::open("/dev/tty");
    terminal.is_ok_and(|terminal| tcgetpgrp(&terminal) == Ok(getpgrp()))
}

fn id(child: &Child) -> Option<Pid> {
    let id = child.id().and_then(|id| i32::try_from(id).ok())?;
    Pid::from_raw(id)
}

fn end_of(status: ExitStatus) -> End {
    match status.code() {
        Some(code) => End::Exited(code),
        None => End::Killed(status.signal().unwrap_or_default()),
    }
}
