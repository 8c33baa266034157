//! The examples in Python and JavaScript, run as their users would.

use std::env;
use std::io::{self, Write as _};
use std::process::Command;

use tests::program::{mock_idp, workspace_folder};
use tests::python;

#[test]
fn pytest_steers_a_mock() {
    let Some(python) = python::or_skip("pytest_steers_a_mock") else {
        return;
    };
    let folder = workspace_folder().join("docs/examples/python");
    let mut command = Command::new(python);
    command
        .args(["-B", "-m", "pytest", "-p", "no:cacheprovider", "--quiet"])
        .arg(&folder)
        .current_dir(&folder);
    says(&mut command, "5 passed");
}

#[test]
fn a_node_test_steers_a_mock() {
    let test = "a_node_test_steers_a_mock";
    if Command::new("node").arg("--version").output().is_err() {
        assert!(
            env::var("CI").as_deref() != Ok("true"),
            "{test} needs Node (with CI=true this is no reason to skip)"
        );
        // If even this cannot be written, there is nobody to read it.
        let _ = writeln!(io::stderr().lock(), "\nSKIPPED {test}: there is no node");
        return;
    }
    let folder = workspace_folder().join("docs/examples/node");
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=tap"])
        .current_dir(&folder);
    says(command.arg("example.test.mjs"), "# pass 5\n");
}

/// Runs a command that starts a mock of its own.
fn says(command: &mut Command, wanted: &str) {
    let run = command
        .env("MOCK_IDP", mock_idp().get_program())
        .env_remove("PYTHONPATH")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&run.stdout);
    let complaints = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success() && said.contains(wanted),
        "{said}\n{complaints}"
    );
}
