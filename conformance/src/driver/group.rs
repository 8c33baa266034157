//! Whether a driver that has ended has left others behind.

use std::fs;
use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::process::{Pid, test_kill_process_group};

use crate::kin::Kin;

/// Whether a group whose first process has ended, or who has left it, goes on. Those that are just ending are waited for.
pub(super) fn outlives(group: Pid, kin: &Kin) -> bool {
    let goes_on = || has_members(group) || kin.lives();
    // Nobody ever says anything: it is a wait.
    let (_silent, wait) = channel::<()>();
    for _ in 0..20 {
        if !goes_on() {
            return false;
        }
        let _ = wait.recv_timeout(Duration::from_millis(25));
    }
    goes_on()
}

fn has_members(group: Pid) -> bool {
    if test_kill_process_group(group).is_err() {
        return false;
    }
    let group = group.as_raw_nonzero().get();
    // It may be one that has ended and that nobody has collected yet: that is not for the driver to do.
    match fs::read_dir("/proc") {
        Ok(processes) if cfg!(target_os = "linux") => processes
            .flatten()
            .filter_map(|process| fs::read_to_string(process.path().join("stat")).ok())
            .any(|stat| is_alive_in(group, &stat)),
        _ => true,
    }
}

/// Reads what Linux says of a process: `12 (name) S 1 34 …` with its state, its parent and its group.
fn is_alive_in(group: i32, stat: &str) -> bool {
    let Some((_, rest)) = stat.rsplit_once(") ") else {
        return false;
    };
    let mut fields = rest.split(' ');
    let state = fields.next().unwrap_or_default();
    let of = fields.nth(1).and_then(|number| number.parse().ok());
    of == Some(group) && !matches!(state, "Z" | "X")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_do_not_count() {
        assert!(is_alive_in(34, "12 (sleep) S 1 34 34 0"));
        assert!(is_alive_in(34, "12 (a) b) R 1 34 34 0"));
        assert!(!is_alive_in(34, "12 (sleep) Z 1 34 34 0"));
        assert!(!is_alive_in(35, "12 (sleep) S 1 34 34 0"));
        assert!(!is_alive_in(34, ""));
    }
}
