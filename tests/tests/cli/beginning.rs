//! `tokenproof init` and `tokenproof schema`: how somebody begins a file of their own.

use std::fs;

use serde_json::Value;
use tokenproof::exit::ExitCode;
use tokenproof::schema::Kind;

use crate::folder::{Folder, text};

/// What the command says, after the exit code 0 was checked.
fn said(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

fn contents(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("a file")
}

#[test]
fn a_beginning_is_written_and_passes() {
    let folder = Folder::new();
    insta::assert_snapshot!(said(&folder, &["init", "scenario", "mine/first"]), @"
    scenarios/mine/first.yaml is written
    scenarios/schema/scenario.schema.json is written: editors complete and check scenarios with it
    play it with `tokenproof run scenarios/mine/first.yaml`
    ");
    let report = said(&folder, &["run", "scenarios/mine/first.yaml"]);
    for case in [
        "entra,hour",
        "entra,ten-minutes",
        "okta,hour",
        "okta,ten-minutes",
    ] {
        assert!(report.contains(&format!("mine/first[{case}]")), "{report}");
    }
    assert!(report.contains("12 pass   0 fail   0 warn"), "{report}");
    // A second one needs no second schema, and the folder as a whole can be played.
    insta::assert_snapshot!(said(&folder, &["init", "scenario", "second", "--provider", "okta"]), @"
    scenarios/second.yaml is written
    play it with `tokenproof run scenarios/second.yaml`
    ");
    let report = said(&folder, &["run", "scenarios"]);
    assert!(
        report.contains("second[okta,hour]") && !report.contains("second[entra"),
        "{report}"
    );
}

#[test]
fn the_editor_line_leads_to_the_schema() {
    let folder = Folder::new();
    said(
        &folder,
        &["init", "scenario", "a/b/deep", "--dir", "tests/tokens"],
    );
    let file = contents(&folder, "tests/tokens/a/b/deep.yaml");
    let path = file
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
    let path = format!("tests/tokens/a/b/{}", path.expect("an editor line"));
    assert_eq!(contents(&folder, &path), Kind::Scenario.text());
}

#[test]
fn nothing_is_written_over() {
    let folder = Folder::new().with("scenarios/mine/first.yaml", "mine");
    insta::assert_snapshot!(folder.complaint(&["init", "scenario", "mine/first"], ExitCode::Usage), @"`scenarios/mine/first.yaml` is there already; choose another name, or remove it first");
    assert_eq!(contents(&folder, "scenarios/mine/first.yaml"), "mine");
    let folder = Folder::new().with("scenarios/schema/scenario.schema.json", "{}");
    insta::assert_snapshot!(said(&folder, &["init", "scenario", "mine/first"]), @"
    scenarios/mine/first.yaml is written
    scenarios/schema/scenario.schema.json is not the schema of this tokenproof; `tokenproof schema scenario > scenarios/schema/scenario.schema.json` writes it anew
    play it with `tokenproof run scenarios/mine/first.yaml`
    ");
    assert_eq!(
        contents(&folder, "scenarios/schema/scenario.schema.json"),
        "{}"
    );
}

#[test]
fn what_cannot_be_begun() {
    let folder = Folder::new().with("a-file", "");
    let refused = |arguments: &[&str]| folder.complaint(arguments, ExitCode::Usage);
    insta::assert_snapshot!(refused(&["init", "scenario", "../mine"]), @"`../mine` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name");
    insta::assert_snapshot!(refused(&["init", "scenario", "sets/mine"]), @"`sets` is no part of a scenario's name: beside scenarios it holds something else; choose another");
    insta::assert_snapshot!(refused(&["init", "scenario", "mine", "--provider", "otka"]), @"
    error: invalid value 'otka' for '--provider <PROVIDER>': unknown provider `otka`; the providers are `entra` and `okta`

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(refused(&["init", "scenario", "mine", "--dir", "a-file"]), @"`a-file/mine.yaml` cannot be written: File exists (os error 17); choose another place with `--dir`");
    assert!(!folder.path().join("scenarios").exists());
}

#[test]
fn schemas_are_printed() {
    let folder = Folder::new();
    for (arguments, kind) in [
        (&["schema"][..], Kind::Scenario),
        (&["schema", "scenario"], Kind::Scenario),
        (&["schema", "requirements"], Kind::Requirements),
        (&["schema", "report"], Kind::Report),
        (&["schema", "driver"], Kind::Driver),
    ] {
        let printed = said(&folder, arguments);
        assert_eq!(printed, kind.text());
        let schema: Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    }
    insta::assert_snapshot!(folder.complaint(&["schema", "journal"], ExitCode::Usage), @"
    error: invalid value 'journal' for '[FILE]'
      [possible values: scenario, requirements, expectations, report, driver, bundle, wire, faults, profile]

    For more information, try '--help'.
    ");
}
