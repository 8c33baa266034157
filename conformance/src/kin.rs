//! What a command has started and what that has started, wherever it has gone: known by a variable that a process inherits.
//!
//! A process group ends with `setsid`, a parent with its death; the environment stays, unless somebody takes it off. It can be read
//! on Linux only; elsewhere nobody is found.

use std::fs::{self, File};
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, Signal, kill_process};

/// The variable. Where one of these commands runs another, the inner one's value goes on from the outer one's.
const NAME: &str = "TOKENPROOF_KIN";
/// How much of an environment is read, in bytes.
const READ: u64 = 4 << 20;
/// How often it is looked again whether somebody was started meanwhile.
const ROUNDS: usize = 5;

/// All that descends from one command.
#[derive(Debug)]
pub(crate) struct Kin {
    own: String,
    value: String,
}

impl Kin {
    /// A mark that no other command of this machine has.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let own = format!("{}.{number}", std::process::id());
        let value = match std::env::var(NAME) {
            Ok(outer) => format!("{outer}/{own}"),
            Err(_) => own.clone(),
        };
        Self { own, value }
    }

    /// The variable that the command is to be given, and its value.
    pub(crate) fn variable(&self) -> (&'static str, &str) {
        (NAME, &self.value)
    }

    /// Whether anybody lives.
    pub(crate) fn lives(&self) -> bool {
        !self.members().is_empty()
    }

    /// Kills all of them.
    pub(crate) fn kill(&self) {
        for _ in 0..ROUNDS {
            let members = self.members();
            if members.is_empty() {
                return;
            }
            for member in members {
                // An error means that it has ended by itself.
                let _ = kill_process(member, Signal::KILL);
            }
        }
    }

    fn members(&self) -> Vec<Pid> {
        let Ok(processes) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        let numbers = processes.flatten().filter_map(|process| {
            let number = process.file_name().to_str()?.parse().ok()?;
            self.is_marked(number).then(|| Pid::from_raw(number))?
        });
        numbers.collect()
    }

    /// Whether a process has the mark. One that has ended has no environment any more, and a stranger's cannot be read.
    fn is_marked(&self, number: i32) -> bool {
        let mut environment = Vec::new();
        let Ok(file) = File::open(format!("/proc/{number}/environ")) else {
            return false;
        };
        if file.take(READ).read_to_end(&mut environment).is_err() {
            return false;
        }
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| self.is_in(&String::from_utf8_lossy(variable)))
    }

    fn is_in(&self, variable: &str) -> bool {
        let value = variable
            .strip_prefix(NAME)
            .and_then(|v| v.strip_prefix('='));
        value.is_some_and(|value| value.split('/').any(|mark| mark == self.own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_within_others_and_not_by_its_beginning() {
        let kin = Kin {
            own: "12.3".to_owned(),
            value: "7.1/12.3".to_owned(),
        };
        assert_eq!(kin.variable(), ("TOKENPROOF_KIN", "7.1/12.3"));
        for (variable, is_ours) in [
            ("TOKENPROOF_KIN=12.3", true),
            ("TOKENPROOF_KIN=7.1/12.3", true),
            ("TOKENPROOF_KIN=12.3/99.1", true),
            ("TOKENPROOF_KIN=12.31", false),
            ("TOKENPROOF_KIN=", false),
            ("TOKENPROOF_KINDRED=12.3", false),
            ("PATH=12.3", false),
        ] {
            assert_eq!(kin.is_in(variable), is_ours, "{variable}");
        }
        assert_ne!(Kin::new().own, Kin::new().own);
    }
}
