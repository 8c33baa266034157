//! Drivers: those that `init driver` writes, and those that `check-driver` finds out.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

mod examined;
mod templates;

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tests::program::tokenproof;

/// Whether a program is there; else that is said past the capture of test output. Where `needed`, `CI=true` makes it a failure.
fn has(program: &str, needed: bool) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    // Go has its own way.
    let found = found
        || Command::new(program)
            .arg("version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if !found {
        let ci = env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!(needed && ci), "{program} is needed here (CI=true)");
        // If even this cannot be written, there is nobody to read it.
        let _ = writeln!(io::stderr().lock(), "\nSKIPPED: there is no `{program}`\n");
    }
    found
}

/// What `tokenproof` does with these arguments in this folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = tokenproof().args(arguments).current_dir(folder).output();
    output.expect("it starts")
}

/// What it has printed.
fn printed(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(all).expect("UTF-8")
}
