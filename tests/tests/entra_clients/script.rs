//! A script of `tests/clients/entra`, run as a user would run it.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use tests::program::{tokenproof, workspace_folder};
use tests::{node, python};

/// Runs a script under `tokenproof env` on `vm`, `app-service` or `kubernetes`, and has what it prints judged. Where what runs it cannot
/// be had, this is said and nothing is judged.
///
/// It sees nothing of the environment of this process but the path: what is set there for Azure or for a desktop is not meant.
pub(crate) fn shows(script: &str, place: &str, judge: impl FnOnce(&str)) {
    let Some((interpreter, path)) = of(script) else {
        return;
    };
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(tokenproof().get_program())
        .args(["env", "--provider", "entra", "--runs-on", place, "--"])
        .arg(interpreter)
        .arg(path)
        .arg(place)
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env(
            "SAMPLE_CREDENTIAL",
            workspace_folder().join("mock-idp/directory"),
        )
        .output()
        .expect("it starts");
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
fn of(script: &str) -> Option<(PathBuf, PathBuf)> {
    if script.ends_with(".mjs") {
        let folder = node::entra_or_skip(script)?;
        return Some(("node".into(), folder.join(script)));
    }
    let python = python::or_skip(script)?;
    let folder = workspace_folder().join("tests/clients/entra");
    Some((python.to_owned(), folder.join(script)))
}
