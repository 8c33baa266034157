//! `--fail-fast`.

use std::fs;

use crate::folder::{Folder, text};

const FAILS: &str = "\
schema: 1
scenario: mine/b-fails
about: A check that no client passes.
providers: [okta]
needs: [grant.client_credentials]
steps: [{ get_token: { as: a } }]
checks:
  - { id: never, req: errors.class, count: { to: token, is: 9 } }
";

fn folder() -> Folder {
    let passes = |name: &str| {
        FAILS
            .replace("mine/b-fails", name)
            .replace("id: never", "id: served")
            .replace(
                "count: { to: token, is: 9 }",
                "each: { of: a, outcome: ok }",
            )
    };
    Folder::new()
        .with("mine/a.yaml", passes("mine/a-passes"))
        .with("mine/b.yaml", FAILS)
        .with("mine/c.yaml", passes("mine/c-not-run"))
        .with(
            "mine/d.yaml",
            FAILS.replace("mine/b-fails", "mine/d-not-run"),
        )
}

const RUN: [&str; 6] = ["run", "mine", "--fail-fast", "--jobs", "1", "--gate"];

#[test]
fn nothing_is_begun_after_the_first_case_that_closes_the_gate() {
    let folder = folder();
    let output = folder
        .command(&RUN)
        .args([
            "should",
            "--json",
            "report.json",
            "--junit",
            "report.xml",
            "--markdown",
            "report.md",
        ])
        .output()
        .expect("tokenproof starts");
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    let told: Vec<&str> = shown
        .lines()
        .filter(|line| !line.starts_with("PASS") && line.contains("not run"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    skip  mine/c-not-run   not run: 1 case, 1 check
    skip  mine/d-not-run   not run: 1 case, 1 check
     2 cases with 2 checks not run: stopped by --fail-fast
    ");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&read("report.json")).expect("JSON");
    insta::assert_snapshot!(report["not_run"].to_string(), @r#"[{"name":"mine/c-not-run[okta]","scenario":"mine/c-not-run","checks":["mine/c-not-run[okta]:served"]},{"name":"mine/d-not-run[okta]","scenario":"mine/d-not-run","checks":["mine/d-not-run[okta]:never"]}]"#);
    assert_eq!(report["cases"].as_array().map(Vec::len), Some(2));
    // Nothing that was not run looks like a pass.
    assert_eq!(
        read("report.xml")
            .matches("not run: stopped by --fail-fast")
            .count(),
        2
    );
    assert!(read("report.md").contains("2 checks not run"));
}

#[test]
fn what_the_gate_lets_through_stops_nothing() {
    let output = folder()
        .command(&RUN)
        .arg("must")
        .output()
        .expect("tokenproof starts");
    assert_eq!(output.status.code(), Some(0));
    assert!(!text(&output.stdout).contains("not run:"));
}

#[test]
fn without_the_option_everything_is_run() {
    let folder = folder();
    let output = folder.run(&["run", "mine", "--gate", "should"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("2 pass   0 fail   2 warn"));
}
