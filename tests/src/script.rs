//! A script of `tests/clients`, run as a user would run it.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::program::{tokenproof, workspace_folder};
use crate::{node, python};

/// Runs a script of `tests/clients/{provider}` under `tokenproof env` with these options, and has what it prints judged. Where what
/// runs it cannot be had, this is said and nothing is judged.
///
/// It sees nothing of the environment of this process but the path: what is set there for a vendor or for a desktop is not meant.
///
/// # Panics
///
/// If the script ends with an error.
pub fn shows(
    provider: &str,
    script: &str,
    options: &[&str],
    arguments: &[&str],
    judge: impl FnOnce(&str),
) {
    let Some((interpreter, path)) = of(provider, script) else {
        return;
    };
    let home = match tempfile::tempdir() {
        Ok(home) => home,
        Err(error) => panic!("no temporary folder: {error}"),
    };
    let output = Command::new(tokenproof().get_program())
        .args(["env", "--provider", provider])
        .args(options)
        .arg("--")
        .arg(interpreter)
        .arg(path)
        .args(arguments)
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", clients())
        .env(
            "SAMPLE_CREDENTIAL",
            workspace_folder().join("mock-idp/directory"),
        )
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => panic!("{script} cannot be started: {error}"),
    };
    let words = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{script}: {}\n{words}\n{complaints}",
        output.status
    );
    judge(&words);
}

/// What runs a script, and where the script is.
fn of(provider: &str, script: &str) -> Option<(PathBuf, PathBuf)> {
    if script.ends_with(".mjs") {
        let folder = node::clients_or_skip(script)?;
        return Some(("node".into(), folder.join(provider).join(script)));
    }
    let python = python::or_skip(script)?;
    Some((python.to_owned(), clients().join(provider).join(script)))
}

fn clients() -> PathBuf {
    workspace_folder().join("tests/clients")
}
