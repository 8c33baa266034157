//! The adapters: unmodified libraries under test through the drivers that are shipped for them, on moved clocks.
//!
//! Each plays the whole library of scenarios and is held against its list of what it is known not to do.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

use std::path::Path;
use std::process::Output;
use std::sync::{Mutex, PoisonError};

use tests::program::{tokenproof, workspace_folder};
use tests::{faketime, node, python};
use tokenproof::report::Report;
use tokenproof::verdict::Verdict;

#[test]
fn msal_for_python_is_as_expected() {
    let test = "msal_for_python_is_as_expected";
    let (Some(python), Some(library)) = (python::or_skip(test), faketime::or_skip(test)) else {
        return;
    };
    let driver = in_python(python, "msal-python");
    as_expected("msal-python", "entra", &driver, Some(library));
}

#[test]
fn msal_for_node_is_as_expected() {
    let test = "msal_for_node_is_as_expected";
    let (Some(driver), Some(library)) = (node::msal_or_skip(test), faketime::or_skip(test)) else {
        return;
    };
    let driver = format!("node '{}'", driver.display());
    as_expected("msal-node", "entra", &driver, Some(library));
}

#[test]
fn the_okta_sdk_for_python_is_as_expected() {
    let Some(python) = python::or_skip("the_okta_sdk_for_python_is_as_expected") else {
        return;
    };
    let driver = in_python(python, "okta-python");
    as_expected("okta-python", "okta", &driver, None);
}

#[test]
fn a_refresh_token_of_msal_dies_after_ninety_days() {
    let test = "a_refresh_token_of_msal_dies_after_ninety_days";
    let (Some(python), Some(library)) = (python::or_skip(test), faketime::or_skip(test)) else {
        return;
    };
    let driver = in_python(python, "msal-python");
    let arguments = ["tests/scenarios/ninety-days.yaml", "--gate", "should"];
    let (output, report) = run(&arguments, &driver, Some(library));
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let verdicts = report
        .checks()
        .map(|check| (check.id.as_str(), check.verdict));
    let verdicts: Vec<_> = verdicts.collect();
    assert_eq!(
        verdicts,
        [("still-good", Verdict::Pass), ("says-so", Verdict::Pass)]
    );
}

/// Plays the library with an adapter and holds it against the list beside it: nothing else fails, and nothing that is listed
/// passes.
fn as_expected(adapter: &str, provider: &str, driver: &str, faketime: Option<&Path>) {
    let list = format!("conformance/adapters/{adapter}/{adapter}.expect.yaml");
    let arguments = [
        "--provider",
        provider,
        "--gate",
        "should",
        "--expect",
        &list,
    ];
    let (output, report) = run(&arguments, driver, faketime);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    // The list cannot excuse a client that was not played.
    let passed = report
        .checks()
        .filter(|check| check.verdict == Verdict::Pass);
    assert!(passed.count() >= 50, "{}", told(&output));
}

/// One run at a time: each starts a hundred programs, and all of them together would wait for a processor and not for each other.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs `tokenproof run` from the workspace's folder and with an empty home, which some of these libraries look into.
fn run(arguments: &[&str], driver: &str, faketime: Option<&Path>) -> (Output, Report) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let json = folder.path().join("report.json");
    let mut command = tokenproof();
    command
        .arg("run")
        .args(arguments)
        .args(["--driver", driver, "--json"])
        .arg(&json)
        .env("HOME", folder.path())
        .current_dir(workspace_folder());
    if let Some(library) = faketime {
        command.env("TOKENPROOF_FAKETIME", library);
    }
    let output = command.output().expect("tokenproof starts");
    let text = std::fs::read_to_string(&json);
    let text = text.unwrap_or_else(|error| panic!("no report: {error}\n{}", told(&output)));
    let report = serde_json::from_str(&text).expect("the report can be read back");
    (output, report)
}

fn in_python(python: &Path, adapter: &str) -> String {
    let driver = workspace_folder()
        .join("conformance/adapters")
        .join(adapter);
    format!("'{}' '{}/driver.py'", python.display(), driver.display())
}

fn told(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}
