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
    if !has_node("a_node_test_steers_a_mock") {
        return;
    }
    let folder = workspace_folder().join("docs/examples/node");
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=tap"])
        .current_dir(&folder);
    says(command.arg("example.test.mjs"), "# pass 5\n");
}

const TOKEN: &str = "0123456789abcdef-of-this-test";

#[test]
fn pytest_shows_the_control_token() {
    let Some(python) = python::or_skip("pytest_shows_the_control_token") else {
        return;
    };
    let script = r#"
import sys
from tokenproof_mock import Mock
with Mock("--provider", "okta", *sys.argv[1:]) as mock:
    assert mock.ready["control"]["needs_token"]
    mock.world("okta", tls=False).drop()
    print("steered")
"#;
    shows_token(
        || {
            let mut command = Command::new(python);
            command
                .args(["-B", "-c", script])
                .current_dir(workspace_folder().join("docs/examples/python"));
            command
        },
        "steered\n",
    );
}

#[test]
fn a_node_test_shows_the_control_token() {
    if !has_node("a_node_test_shows_the_control_token") {
        return;
    }
    let script = r#"
        import { startMock } from "./tokenproof-mock.mjs";
        const mock = await startMock("--provider", "okta", ...process.argv.slice(1));
        try {
            if (!mock.ready.control.needs_token) throw new Error("it asks for no token");
            const world = await mock.world("okta", { tls: false });
            await world.drop();
        } finally {
            await mock.stop();
        }
        console.log("steered");
    "#;
    shows_token(
        || {
            let mut command = Command::new("node");
            command
                .args(["--input-type=module", "--eval", script, "--"])
                .current_dir(workspace_folder().join("docs/examples/node"));
            command
        },
        "steered\n",
    );
}

/// Runs a command with a token in the environment and with one in a file.
fn shows_token(command: impl Fn() -> Command, wanted: &str) {
    says(command().env("TOKENPROOF_CONTROL_TOKEN", TOKEN), wanted);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut with_file = command();
    with_file
        .args(["--make-control-token", "--control-token-file"])
        .arg(folder.path().join("token"));
    // The file is what counts.
    says(
        with_file.env("TOKENPROOF_CONTROL_TOKEN", "0123456789-of-another"),
        wanted,
    );
}

/// A mock that has ended by itself is stopped all the same: whoever stops it does not wait for ever.
#[test]
fn a_mock_that_is_gone_can_be_stopped_from_node() {
    if !has_node("a_mock_that_is_gone_can_be_stopped_from_node") {
        return;
    }
    let script = r#"
        import { startMock } from "./tokenproof-mock.mjs";
        const mock = await startMock("--provider", "okta");
        const isThere = () => { try { return process.kill(mock.ready.pid, 0); } catch { return false; } };
        process.kill(mock.ready.pid);
        while (isThere()) await new Promise(setImmediate);
        await mock.stop();
        console.log("stopped");
    "#;
    let mut command = Command::new("node");
    command
        .args(["--input-type=module", "--eval", script])
        .current_dir(workspace_folder().join("docs/examples/node"));
    says(&mut command, "stopped\n");
}

/// Whether there is a Node to run a test with; says so if there is none.
fn has_node(test: &str) -> bool {
    if Command::new("node").arg("--version").output().is_ok() {
        return true;
    }
    assert!(
        env::var("CI").as_deref() != Ok("true"),
        "{test} needs Node (with CI=true this is no reason to skip)"
    );
    // If even this cannot be written, there is nobody to read it.
    let _ = writeln!(io::stderr().lock(), "\nSKIPPED {test}: there is no node");
    false
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
