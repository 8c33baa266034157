//! `replay --expect`.

use tokenproof::exit::ExitCode;

use crate::expect::{KNOWN, MINE, read};
use crate::folder::{Folder, text};
use crate::recordings::{ended, json};

/// Recordings of two cases that did not pass, and a list.
fn folder(list: &str) -> Folder {
    let folder = Folder::new()
        .with("mine.yaml", MINE)
        .with("acme.expect.yaml", list);
    ended(&folder, &["run", "mine.yaml"], ExitCode::Gate);
    folder
}

/// What is said at the end of a replay by the list, and the exit code.
fn replay(list: &str, options: &[&str]) -> String {
    let folder = folder(list);
    let arguments = ["replay", "target/tokenproof", "-q", "--expect"];
    let arguments = [&arguments, ["acme.expect.yaml"].as_slice(), options].concat();
    let output = folder.run(&arguments);
    let said = text(&output.stdout) + &text(&output.stderr);
    let end = said.split(" exit ").last().unwrap_or_default();
    assert!(
        end.starts_with(&output.status.code().unwrap_or(-1).to_string()),
        "{said}"
    );
    end.trim_end().to_owned()
}

#[test]
fn a_recording_is_excused_as_the_run_was() {
    let folder = folder(KNOWN);
    let list = ["--expect", "acme.expect.yaml", "--json"];
    let run = [&["run", "mine.yaml"], list.as_slice(), &["run.json"]].concat();
    ended(&folder, &run, ExitCode::AsExpected);
    let again = ["replay", "target/tokenproof"];
    ended(&folder, &again, ExitCode::Gate);
    let again = [&again, list.as_slice(), &["again.json"]].concat();
    let shown = ended(&folder, &again, ExitCode::AsExpected);
    insta::assert_snapshot!(shown, @"
    EXP   mine/fails[entra]:nine   fail: asks once (https://example.org/issues/41)
    EXP   mine/fails[okta]:nine   fail: asks once (https://example.org/issues/41)

     2 pass   0 fail   0 warn
     0 inconclusive   0 not applicable   0 error   2 expected
     MUST 0/2   SHOULD 2/2
     judged from recordings; 4 verdicts as recorded
     judged with the expectations of acme.expect.yaml: 2 checks not passed, as expected
     exit 0: as expected
    ");
    let (run, again) = (json(&folder, "run.json"), json(&folder, "again.json"));
    for part in ["cases", "tally", "must", "should", "exit", "clients"] {
        assert_eq!(run[part], again[part], "{part}");
    }
    assert!(read(&folder, "again.json").contains("\"whole\": false"));
}

#[test]
fn what_no_longer_holds_closes_the_gate() {
    let stale = KNOWN
        .replace(":nine", ":served")
        .replace("is: fail", "is: inconclusive");
    let others = KNOWN.replace("says: 1 request", "says: no request");
    let overdue = format!("{KNOWN}    until: 2020-01-01\n");
    let lines = [
        replay(&stale, &[]),
        replay(&others, &[]),
        replay(&overdue, &[]),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    1: 2 MUST checks failed (see explain auth.one-method); acme.expect.yaml:3:
       mine/fails[entra]:served (and 1 more check) is expected to be inconclusive and passes; take it
       out of the list
    1: 2 MUST checks failed (see explain auth.one-method); acme.expect.yaml:3:
       mine/fails[entra]:nine (and 1 more check) is expected to say `no request` and says otherwise
    1: 2 MUST checks failed (see explain auth.one-method); acme.expect.yaml:3:
       mine/fails[entra]:nine (and 1 more check) was excused until 2020-01-01
    ");
}

/// As after `run` with a part of the scenarios.
#[test]
fn recordings_are_a_part_of_a_run() {
    let more = "  - { check: \"mine/other:x\", is: fail, why: x }\nunsupported: { count: 3, checks: [mine/other] }\n";
    let list = format!("{KNOWN}{more}");
    let lines = [
        replay(&list, &[]),
        // Here all names are known.
        replay(&list, &["--scenario", "mine.yaml"]),
        replay(KNOWN, &["--scenario", "mine.yaml"]),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    0: as expected
    1: acme.expect.yaml:8: `mine/other:x` matches no check there is; acme.expect.yaml:9:
       `mine/other` matches no check there is
    0: as expected
    ");
}

#[test]
fn a_list_that_is_refused_is_refused_before_anything_is_judged() {
    let unreasoned = KNOWN.replace("why: asks once", "why: TODO");
    for list in [unreasoned.as_str(), "schema: 2\n"] {
        let folder = folder(list);
        let arguments = [
            "replay",
            "target/tokenproof",
            "--expect",
            "acme.expect.yaml",
        ];
        let said = folder.complaint(&arguments, ExitCode::Usage);
        assert!(said.contains("acme.expect.yaml:"), "{said}");
        assert_eq!(text(&folder.run(&arguments).stdout), "");
    }
}
