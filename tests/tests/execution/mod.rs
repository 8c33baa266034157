//! One run of `tokenproof exec` as a user would start it, with all that came out.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use tests::program::{tokenproof, workspace_folder};
use tokenproof::report::Report;
use tokenproof::verdict::Verdict;

/// What came out of a run.
#[derive(Debug)]
pub(crate) struct Execution {
    /// The exit code of `tokenproof`; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output of `tokenproof` and of the command.
    pub(crate) stdout: String,
    /// Standard error of both.
    pub(crate) stderr: String,
    /// The JSON report, as written.
    pub(crate) json: String,
    /// The JUnit report, as written.
    pub(crate) junit: String,
}

/// Runs a command under `tokenproof exec`, from the workspace's folder and with an empty home. Selection and options come
/// first, as on the command line.
pub(crate) fn exec(arguments: &[&str], command: &[impl AsRef<OsStr>]) -> Execution {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (json, junit) = (
        folder.path().join("report.json"),
        folder.path().join("report.xml"),
    );
    let output = tokenproof()
        .arg("exec")
        .args(arguments)
        // Tests that run at once have no folder in common.
        .arg("--out")
        .arg(folder.path().join("recordings"))
        .arg("--json")
        .arg(&json)
        .arg("--junit")
        .arg(&junit)
        .arg("--")
        .args(command)
        // The Okta SDK and requests read files at home, which are none of these tests' business.
        .env("HOME", folder.path())
        .current_dir(workspace_folder())
        .output()
        .expect("tokenproof starts");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    let read = |path: &Path| {
        fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("no report: {error}\n{stdout}\n{stderr}"))
    };
    let (json, junit) = (read(&json), read(&junit));
    Execution {
        code: output.status.code(),
        stdout,
        stderr,
        json,
        junit,
    }
}

impl Execution {
    /// The report.
    pub(crate) fn report(&self) -> Report {
        serde_json::from_str(&self.json).expect("the report can be read back")
    }

    /// Every check by its name within the scenario, and its verdict.
    pub(crate) fn verdicts(&self) -> Vec<(String, Verdict)> {
        self.report()
            .checks()
            .map(|check| (check.id.clone(), check.verdict))
            .collect()
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}
