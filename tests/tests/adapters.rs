//! The adapters: unmodified libraries under test through the drivers that are shipped for them, on moved clocks.
//!
//! Each plays the whole library of scenarios and is held against its list of what it is known not to do.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
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
    as_expected(
        "msal-python",
        "entra",
        &Place::of_python(python),
        Some(library),
    );
}

#[test]
fn msal_for_node_is_as_expected() {
    let test = "msal_for_node_is_as_expected";
    let (Some(driver), Some(library)) = (node::msal_or_skip(test), faketime::or_skip(test)) else {
        return;
    };
    as_expected("msal-node", "entra", &Place::of_node(driver), Some(library));
}

#[test]
fn the_okta_sdk_for_python_is_as_expected() {
    let Some(python) = python::or_skip("the_okta_sdk_for_python_is_as_expected") else {
        return;
    };
    as_expected("okta-python", "okta", &Place::of_python(python), None);
}

#[test]
fn a_refresh_token_of_msal_dies_after_ninety_days() {
    let test = "a_refresh_token_of_msal_dies_after_ninety_days";
    let (Some(python), Some(library)) = (python::or_skip(test), faketime::or_skip(test)) else {
        return;
    };
    let scenario = workspace_folder().join("tests/scenarios/ninety-days.yaml");
    let scenario = scenario.display().to_string();
    let arguments = [&scenario, "--adapter", "msal-python", "--gate", "should"];
    let (output, report) = run(&arguments, &Place::of_python(python), Some(library));
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

#[test]
fn an_adapter_can_be_judged_without_its_list() {
    let Some(python) = python::or_skip("an_adapter_can_be_judged_without_its_list") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = folder.path().join("own.expect.yaml");
    let place = Place::of_python(python);
    let judged = |options: &[&str]| {
        let case = ["passive/ordinary-day[okta]", "--adapter", "okta-python"];
        let (_, report) = run(&[&case, options].concat(), &place, None);
        let list = report.expectations?;
        Some((list.file, list.adapter))
    };
    let own = Some("okta-python".to_owned());
    let its = Some(("okta-python.expect.yaml".to_owned(), own));
    assert_eq!(judged(&[]), its);
    assert_eq!(judged(&["--no-expect"]), None);
    std::fs::write(&list, "schema: 1\nexpect: []\n").expect("a file");
    let given = list.display().to_string();
    let its = Some((given.clone(), None));
    assert_eq!(judged(&["--expect", &given]), its);
}

/// Plays the library with an adapter and holds it against its own list, as happens without being asked for: nothing else fails, and
/// nothing that is listed passes.
fn as_expected(adapter: &str, provider: &str, place: &Place, faketime: Option<&Path>) {
    let whom = ["--adapter", adapter, "--provider", provider];
    let arguments = [whom.as_slice(), &["--gate", "should"]].concat();
    let (output, report) = run(&arguments, place, faketime);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let list = report.expectations.as_ref();
    assert_eq!(list.and_then(|list| list.adapter.as_deref()), Some(adapter));
    assert!(list.is_some_and(|list| list.whole), "all of it counts");
    let reached = report
        .clients
        .iter()
        .map(|client| client.adapter.as_deref());
    assert_eq!(Vec::from_iter(reached), [Some(adapter)]);
    // The list cannot excuse a client that was not played.
    let passed = report
        .checks()
        .filter(|check| check.verdict == Verdict::Pass);
    assert!(passed.count() >= 50, "{}", told(&output));
}

/// Where an adapter finds its library.
struct Place {
    /// The folder the command is given in.
    folder: Option<PathBuf>,
    /// What comes first in the search path.
    first: Option<PathBuf>,
}

impl Place {
    /// Python looks beside the interpreter.
    fn of_python(python: &Path) -> Self {
        Self {
            folder: None,
            first: python.parent().map(Path::to_owned),
        }
    }

    /// Node looks in the folder where it is started.
    fn of_node(driver: &Path) -> Self {
        Self {
            folder: driver.parent().map(Path::to_owned),
            first: None,
        }
    }

    fn search_path(&self) -> OsString {
        let usual = env::var_os("PATH").unwrap_or_default();
        let usual = env::split_paths(&usual).collect::<Vec<PathBuf>>();
        let folders = self.first.iter().cloned().chain(usual);
        env::join_paths(folders).expect("a search path")
    }
}

/// One run at a time: each starts a hundred programs, and all of them together would wait for a processor and not for each other.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs `tokenproof run` with an empty home, which some of these libraries look into.
fn run(arguments: &[&str], place: &Place, faketime: Option<&Path>) -> (Output, Report) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let json = folder.path().join("report.json");
    let mut command = tokenproof();
    command
        .arg("run")
        .args(arguments)
        .arg("--json")
        .arg(&json)
        .arg("--out")
        .arg(folder.path().join("recordings"))
        .env("HOME", folder.path())
        .env("PATH", place.search_path())
        .current_dir(place.folder.as_deref().unwrap_or(folder.path()));
    if let Some(library) = faketime {
        command.env("TOKENPROOF_FAKETIME", library);
    }
    let output = command.output().expect("tokenproof starts");
    let text = std::fs::read_to_string(&json);
    let text = text.unwrap_or_else(|error| panic!("no report: {error}\n{}", told(&output)));
    let report = serde_json::from_str(&text).expect("the report can be read back");
    (output, report)
}

fn told(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}
