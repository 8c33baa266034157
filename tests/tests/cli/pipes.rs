//! Output into pipes and onto terminals.

#[cfg(target_os = "linux")]
use std::process::Command;
use std::process::Stdio;

use crate::folder::{Folder, text};

#[test]
fn in_a_pipe_there_is_neither_progress_nor_colour() {
    for no_color in ["", "1"] {
        let output = Folder::new()
            .command(&["run", "concurrency"])
            .env("NO_COLOR", no_color)
            .output()
            .expect("tokenproof starts");
        assert_eq!(text(&output.stderr), "");
        assert!(!text(&output.stdout).contains('\u{1b}'));
    }
}

/// `script` lends a terminal.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_colour_is_there_unless_it_is_unwelcome() {
    let shown = |no_color: &str| {
        let command = Folder::new().command(&[]);
        let program = command.get_program().to_string_lossy().into_owned();
        let output = Command::new("script")
            .args(["--quiet", "--return", "--command"])
            .arg(format!("'{program}' run concurrency 2>/dev/null"))
            .arg("/dev/null")
            .env("NO_COLOR", no_color)
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .output()
            .expect("script runs");
        assert_eq!(output.status.code(), Some(0));
        text(&output.stdout)
    };
    assert!(shown("").contains("\u{1b}["));
    assert!(!shown("1").contains('\u{1b}'));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [
        &["run", "concurrency"][..],
        &["list", "--checks"],
        &["explain", "rate-limit.honour-hint"],
        &["run", "--help"],
    ] {
        let mut running = Folder::new()
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tokenproof starts");
        drop(running.stdout.take());
        let output = running.wait_with_output().expect("tokenproof ends");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}
