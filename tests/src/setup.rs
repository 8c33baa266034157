//! What tests need that is neither built nor on every machine: set up once below the build folder, else said to be missing.

use std::env;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

/// Why something is not there, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable(pub(crate) String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was set up; none, after saying so, where it could not be had.
///
/// The words go to standard error past the capture of test output, since a test that did not run must not look like one that
/// passed. With `CI=true` it panics: a build must not go green on tests that were skipped.
pub(crate) fn or_skip<'a, T>(
    test: &str,
    what: &str,
    ready: &'a Result<T, Unavailable>,
) -> Option<&'a T> {
    let missing = match ready {
        Ok(ready) => return Some(ready),
        Err(missing) => missing,
    };
    let ci = env::var("CI").is_ok_and(|ci| ci == "true");
    let skipped = skip(test, what, missing, ci);
    // If even this cannot be written, there is nobody to read it.
    let _ = writeln!(io::stderr().lock(), "{skipped}");
    None
}

/// Sets a folder up while nobody else does, in this process or another.
pub(crate) fn alone<T>(
    folder: &Path,
    set_up: impl FnOnce() -> Result<T, Unavailable>,
) -> Result<T, Unavailable> {
    let at = |what: &str, error: io::Error| {
        Unavailable(format!("{what} below `{}`: {error}", folder.display()))
    };
    fs::create_dir_all(folder).map_err(|error| at("no folder could be made", error))?;
    let lock =
        File::create(folder.join("lock")).map_err(|error| at("no lock could be made", error))?;
    // Held until the file is closed, at the end or when this process dies.
    lock.lock()
        .map_err(|error| at("the lock could not be had", error))?;
    set_up()
}

/// Runs a command to its end; else the last line it complained with.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rfind(|line| !line.trim().is_empty());
            Err(last.map_or_else(|| format!("it ended with {}", output.status), str::to_owned))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Unpacks packages of Debian in a folder. Needs neither root nor a place outside of it.
pub(crate) fn unpack(folder: &Path, packages: &[&str]) -> Result<(), Unavailable> {
    let download = format!("apt-get download {}", packages.join(" "));
    let script = format!(
        "{download} || {{ apt-get update && {download}; }}
         for package in *.deb; do dpkg -x \"$package\" . || exit 1; done"
    );
    run(Command::new("sh").args(["-c", &script]).current_dir(folder)).map_err(|why| {
        Unavailable(format!(
            "it is not installed, and Debian's package could not be had: {why}"
        ))
    })
}

/// What is said of a test that cannot run, or a failure where skipping is not allowed.
fn skip(test: &str, what: &str, missing: &Unavailable, ci: bool) -> String {
    assert!(
        !ci,
        "{test} needs {what}: {missing} (with CI=true this is no reason to skip)"
    );
    format!("\nSKIPPED {test}: {missing}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_is_told_and_in_a_build_it_is_a_failure() {
        let missing = Unavailable("there is no python3".to_owned());
        insta::assert_snapshot!(skip("msal", "Python", &missing, false).trim(), @"SKIPPED msal: there is no python3");
        let failed = std::panic::catch_unwind(|| skip("msal", "Python", &missing, true))
            .expect_err("a failure");
        let words = failed.downcast::<String>().expect("its words");
        insta::assert_snapshot!(words, @"msal needs Python: there is no python3 (with CI=true this is no reason to skip)");
    }
}
