//! Recordings, as `run` and `exec` keep them and `replay` judges them.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};

/// The last check does not pass with the reference client.
pub(crate) const OUTAGE: &str = "\
schema: 1
scenario: incident/outage
about: Last night the token endpoint asked for two minutes of patience, and every job failed at once.
providers: [okta]
needs: [clock, grant.client_credentials]

idp:
  script: [{ to: token, nth: 1, reply: 503, headers: { Retry-After: \"120\" } }]
steps:
  - get_token: { as: job }
  - advance: { by: 3m }
  - get_token: { as: later }
checks:
  - id: recovers
    req: rate-limit.recovers
    each: { of: later, outcome: ok }
  - id: served
    req: retry.transient-only
    each: { of: job, outcome: ok }
";

pub(crate) const PLACE: &str = "target/tokenproof/incident.outage.okta";

pub(crate) fn outage() -> Folder {
    Folder::new().with("outage.yaml", OUTAGE)
}

/// Standard output, after the exit code was compared.
pub(crate) fn ended(folder: &Folder, arguments: &[&str], exit: ExitCode) -> String {
    let output = folder.run(arguments);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(i32::from(exit.code())), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    text(&output.stdout)
}

pub(crate) fn file(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_default()
}

pub(crate) fn json(folder: &Folder, name: &str) -> Value {
    serde_json::from_str(&file(folder, name)).expect("JSON")
}

/// Every file below a folder, with what stands in it.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).expect("a file");
            found.push((path.display().to_string(), bytes));
        }
    }
    found.sort();
    found
}

#[test]
fn every_report_names_the_recording() {
    let folder = outage();
    let reports = [
        "--json",
        "r.json",
        "--junit",
        "r.xml",
        "--markdown",
        "r.md",
        "--html",
        "out/r.html",
    ];
    let arguments = [&["run", "outage.yaml"], reports.as_slice()].concat();
    let shown = ended(&folder, &arguments, ExitCode::AsExpected);
    let line = shown.lines().find(|line| line.contains("bundle"));
    insta::assert_snapshot!(line.unwrap_or_default(), @"      outage.yaml:17   bundle target/tokenproof/incident.outage.okta");
    assert!(folder.path().join(PLACE).join("bundle.json").is_file());
    assert_eq!(
        json(&folder, "r.json")["cases"][0]["bundle"],
        "incident.outage.okta"
    );
    assert_eq!(
        file(&folder, "r.xml")
            .matches("name=\"bundle\" value=\"incident.outage.okta\"")
            .count(),
        1
    );
    assert_eq!(
        file(&folder, "r.md")
            .matches("`incident.outage.okta`")
            .count(),
        1
    );
    let link = "href=\"../target/tokenproof/incident.outage.okta/\"";
    assert_eq!(file(&folder, "out/r.html").matches(link).count(), 1);
    // A folder of one's own is told to people and not to programs.
    let elsewhere = folder.path().join("elsewhere").display().to_string();
    let arguments = [arguments.as_slice(), &["--out", &elsewhere]].concat();
    let shown = ended(&folder, &arguments, ExitCode::AsExpected);
    assert!(
        shown.contains(&format!("bundle {elsewhere}/incident.outage.okta")),
        "{shown}"
    );
    for report in ["r.json", "r.xml", "r.md", "out/r.html"] {
        assert!(!file(&folder, report).contains(&elsewhere), "{report}");
    }
}

#[test]
fn what_passes_loses_its_recording_and_only_that() {
    let folder = outage().with("target/tokenproof/mine.txt", "mine");
    let keep = ["run", "outage.yaml", "--gate", "should"];
    ended(&folder, &keep, ExitCode::Gate);
    assert!(folder.path().join(PLACE).exists());
    let passing = ["run", "outage.yaml", "--req", "rate-limit.recovers"];
    ended(
        &folder,
        &[passing.as_slice(), &["--no-recordings"]].concat(),
        ExitCode::AsExpected,
    );
    assert!(
        folder.path().join(PLACE).exists(),
        "it was to be left alone"
    );
    ended(&folder, &passing, ExitCode::AsExpected);
    assert!(!folder.path().join(PLACE).exists());
    assert_eq!(file(&folder, "target/tokenproof/mine.txt"), "mine");
    // Nothing to keep, nothing made.
    let other = Folder::new();
    ended(&other, &["run", "concurrency"], ExitCode::AsExpected);
    assert_eq!(files(other.path()), []);
}

#[test]
fn the_same_seed_gives_the_same_recording() {
    let recorded = || {
        let folder = outage();
        ended(
            &folder,
            &["run", "outage.yaml", "--seed", "3"],
            ExitCode::AsExpected,
        );
        let recording = folder.path().join(PLACE);
        let files = files(&recording).into_iter();
        let files = files.map(|(_, bytes)| String::from_utf8(bytes).expect("UTF-8"));
        files.collect::<Vec<_>>()
    };
    assert_eq!(recorded(), recorded());
}

/// The report on recordings is that of the run, but for what it says of itself.
#[test]
fn a_replay_says_what_the_run_said() {
    let passive = [
        "exec", "passive", "--set", "2026-11", "--seed", "5", "--child", "ignore",
    ];
    let runs: [(&[&str], &[&str], ExitCode); 3] = [
        (&["run", "outage.yaml"], &[], ExitCode::AsExpected),
        (
            &["run", "outage.yaml", "--gate", "should"],
            &[],
            ExitCode::Gate,
        ),
        (&passive, &["--", "true"], ExitCode::Gate),
    ];
    for (arguments, command, exit) in runs {
        let folder = outage();
        let run = [arguments, &["--json", "run.json"], command].concat();
        let shown = ended(&folder, &run, exit);
        let again = ended(
            &folder,
            &["replay", "target/tokenproof", "--json", "again.json"],
            exit,
        );
        let (run, mut again_json) = (json(&folder, "run.json"), json(&folder, "again.json"));
        assert_eq!(again_json["replayed"]["changed"], serde_json::json!([]));
        again_json
            .as_object_mut()
            .expect("a map")
            .shift_remove("replayed");
        assert_eq!(run, again_json, "{arguments:?}");
        let told = again
            .lines()
            .filter(|line| !shown.lines().any(|other| other == *line));
        let told: Vec<&str> = told.map(str::trim).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("judged from recordings; "), "{told:?}");
    }
}

#[test]
fn a_changed_check_is_tried_on_a_recording() {
    let changed = OUTAGE.replace(
        "each: { of: job, outcome: ok }",
        "each: { of: job, outcome: { class: [ok, transient] } }",
    );
    let folder = outage().with(
        "changed.yaml",
        changed.replace("schema: 1", "schema: 1\nrepeat: 1"),
    );
    ended(
        &folder,
        &["run", "outage.yaml", "--gate", "should"],
        ExitCode::Gate,
    );
    // The client, the file and the library are not needed.
    fs::remove_file(folder.path().join("outage.yaml")).expect("a file");
    ended(&folder, &["replay", PLACE], ExitCode::Gate);
    let shown = ended(
        &folder,
        &["replay", PLACE, "--scenario", "changed.yaml"],
        ExitCode::AsExpected,
    );
    insta::assert_snapshot!(shown, @"
    PASS  incident/outage[okta]    2 checks   180 s virtual

     2 pass   0 fail   0 warn   0 inconclusive   0 not applicable   0 error      MUST 0/0   SHOULD 2/2
     judged from recordings; 1 verdict as recorded, 1 not: incident/outage[okta]:served (was warn, is
       pass)
     exit 0: as expected
    ");
    insta::assert_snapshot!(folder.complaint(&["replay", PLACE, "--library"], ExitCode::Usage), @"no scenario that was given has the case incident/outage[okta] of the recording `target/tokenproof/incident.outage.okta`");
    let nothing = folder.complaint(
        &["replay", PLACE, "--scenario", "changed.yaml", "--library"],
        ExitCode::Usage,
    );
    assert!(nothing.contains("cannot be used with"), "{nothing}");
}

#[test]
fn what_cannot_be_replayed() {
    let folder = outage()
        .with("empty/nothing.txt", "")
        .with("foreign/bundle.json", "{}");
    ended(&folder, &["run", "outage.yaml"], ExitCode::AsExpected);
    ended(
        &folder,
        &["run", "outage.yaml", "--gate", "should", "--out", "other"],
        ExitCode::Gate,
    );
    ended(
        &folder,
        &[
            "exec",
            "passive/okta-rate-limit",
            "--gate",
            "should",
            "--out",
            "should",
            "--",
            "true",
        ],
        ExitCode::Gate,
    );
    let bundle = format!("{PLACE}/bundle.json");
    let cut = &file(&folder, &bundle)[..300];
    let folder = folder.with("cut/bundle.json", cut);
    let said = [
        vec!["nowhere"],
        vec!["empty"],
        vec!["foreign"],
        vec!["cut"],
        vec!["foreign", "cut"],
        vec!["outage.yaml"],
        vec![PLACE, "other"],
        vec![PLACE, &bundle],
        vec![PLACE, "should"],
    ]
    .map(|places| folder.complaint(&[&["replay"], places.as_slice()].concat(), ExitCode::Usage));
    insta::assert_snapshot!(said.concat(), @r#"
    `nowhere` is no recording: No such file or directory (os error 2); give the folder that a report names as `bundle`
    there is no recording in `empty`; give the folder that a report names as `bundle`, or the one above it
    the recording `foreign` cannot be read: `bundle.json` is not that of a recording: it has no `"kind": "tokenproof-recording"`
    the recording `cut` cannot be read: `bundle.json` is damaged: EOF while parsing an object at line 15 column 25
    the recording `foreign` cannot be read: `bundle.json` is not that of a recording: it has no `"kind": "tokenproof-recording"`
    the recording `cut` cannot be read: `bundle.json` is damaged: EOF while parsing an object at line 15 column 25
    `outage.yaml` is no recording: Not a directory (os error 20); give the folder that a report names as `bundle`
    `target/tokenproof/incident.outage.okta` and `other/incident.outage.okta` are both recordings of incident/outage[okta]; replay them one after the other
    `target/tokenproof/incident.outage.okta` and `target/tokenproof/incident.outage.okta` are both recordings of incident/outage[okta]; replay them one after the other
    the recordings were made with different gates; choose one with `--gate`
    "#);
    // With a gate both can be judged.
    ended(
        &folder,
        &["replay", PLACE, "should", "--gate", "must"],
        ExitCode::AsExpected,
    );
}

#[test]
fn what_is_in_the_way_is_told_before_anything_is_played() {
    let folder = outage().with(&format!("{PLACE}/notes.txt"), "mine");
    insta::assert_snapshot!(folder.complaint(&["run", "outage.yaml"], ExitCode::Usage), @"`target/tokenproof/incident.outage.okta` is in the way of a recording: it has no `bundle.json`; move it, or choose another folder with `--out`");
    insta::assert_snapshot!(folder.complaint(&["exec", "passive/okta-rate-limit", "--out", "outage.yaml", "--", "true"], ExitCode::Usage), @"`outage.yaml/passive.okta-rate-limit.okta` cannot be written: Not a directory (os error 20); choose another folder for recordings with `--out`, or keep none with `--no-recordings`");
    assert_eq!(file(&folder, &format!("{PLACE}/notes.txt")), "mine");
}

/// What was judged is told all the same.
#[cfg(unix)]
#[test]
fn recordings_that_cannot_be_written() {
    let folder = outage();
    let output = folder.run(&["run", "outage.yaml", "--out", "/proc/nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("WARN  incident/outage[okta]:served"));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("`/proc/nowhere/incident.outage.okta` cannot be written: "),
        "{said}"
    );
    insta::assert_snapshot!(said.split_once("; ").map_or("", |(_, advice)| advice), @"choose another folder for recordings with `--out`, or keep none with `--no-recordings`");
}
