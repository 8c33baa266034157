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

/// Every format, compared byte by byte.
#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_jobs() {
    const FORMATS: [&str; 4] = ["json", "junit", "markdown", "html"];
    let folder = Folder::new();
    let reports = |jobs: &str, seed: &str| {
        let mut command = folder.command(&["run", "concurrency", "rate-limit", "refresh"]);
        command.args(["--seed", seed, "--jobs", jobs]);
        for format in FORMATS {
            command
                .arg(format!("--{format}"))
                .arg(format!("report.{format}"));
        }
        let output = command.output().expect("tokenproof starts");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        FORMATS.map(|format| {
            let path = folder.path().join(format!("report.{format}"));
            fs::read_to_string(path).expect("a report")
        })
    };
    let first = reports("1", "7");
    for jobs in ["2", "5"] {
        for ((format, one), other) in FORMATS.iter().zip(&first).zip(reports(jobs, "7")) {
            assert!(*one == other, "{format} differs with {jobs} jobs");
        }
    }
    // What is of this machine or this minute stands in none of them.
    let machine = folder.path().display().to_string();
    for (format, report) in FORMATS.iter().zip(&first) {
        let local = ["127.0.0.1:", "localhost:"]
            .iter()
            .flat_map(|host| report.split(host).skip(1));
        let ports = local.filter(|after| after.starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(ports.count(), 0, "{format}");
        assert!(!report.contains(&machine), "{format}");
    }
    let other: serde_json::Value = serde_json::from_str(&reports("1", "8")[0]).expect("JSON");
    assert_eq!(other["seed"], 8);
}
