//! Reports that go into files.

use std::fs;

use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};

#[test]
fn reports_that_cannot_be_written() {
    let folder = Folder::new().with("a-file", "");
    for option in ["--junit", "--json"] {
        let arguments = ["run", "concurrency", option, "a-file/report"];
        insta::allow_duplicates! {
            insta::assert_snapshot!(folder.complaint(&arguments, ExitCode::Usage), @"`a-file/report` cannot be written: File exists (os error 17); choose another place for the report");
        }
        let arguments = ["run", "concurrency", option, "."];
        insta::allow_duplicates! {
            insta::assert_snapshot!(folder.complaint(&arguments, ExitCode::Usage), @"`.` cannot be written: Is a directory (os error 21); choose another place for the report");
        }
    }
}

#[test]
fn reports_go_into_folders_that_are_made() {
    let folder = Folder::new();
    let output = folder.run(&["run", "concurrency", "--json", "new/folder/report.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(folder.path().join("new/folder/report.json").is_file());
}

#[test]
fn the_report_does_not_depend_on_the_number_of_jobs() {
    let folder = Folder::new();
    let report = |jobs: &str| {
        let file = format!("report-{jobs}.json");
        let selection = ["run", "concurrency", "rate-limit", "refresh"];
        let output = folder
            .command(&selection)
            .args(["--seed", "7", "--jobs", jobs, "--json", &file])
            .output()
            .expect("tokenproof starts");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        fs::read_to_string(folder.path().join(file)).expect("a report")
    };
    let first = report("1");
    assert!(["2", "5"].iter().all(|jobs| report(jobs) == first));
}
