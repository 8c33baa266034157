//! `--shard` and `merge`.

use std::fs;

use serde_json::Value;
use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};

/// Six cases, each with a check that passes and one that does not.
const MINE: &str = "\
schema: 1
scenario: mine/fails
about: One check that every client passes, and one that none does.
providers: [entra, okta]
needs: [grant.client_credentials]
matrix: { n: { one: { life: 1h }, two: { life: 2h }, three: { life: 3h } } }
idp: { token: { expires_in: $n.life } }
steps: [{ get_token: { as: a } }]
checks:
  - { id: never, req: errors.class, count: { to: token, is: 9 } }
  - { id: served, req: errors.class, each: { of: a, outcome: ok } }
";

fn folder() -> Folder {
    Folder::new().with("mine.yaml", MINE)
}

/// Plays it with these options; the exit code and the report as JSON.
fn run(folder: &Folder, name: &str, options: &[&str]) -> (Option<i32>, Value) {
    let output = folder
        .command(&["run", "mine.yaml", "--json", name])
        .args(options)
        .output()
        .expect("tokenproof starts");
    assert_eq!(text(&output.stderr), "");
    (output.status.code(), read(folder, name))
}

fn read(folder: &Folder, name: &str) -> Value {
    let text = fs::read_to_string(folder.path().join(name)).expect("a report");
    serde_json::from_str(&text).expect("JSON")
}

fn names(report: &Value) -> Vec<String> {
    let cases = report["cases"].as_array().expect("cases").iter();
    cases
        .map(|case| case["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn shards_are_disjoint_and_together_the_whole_and_merge_to_it() {
    let folder = folder();
    let options = ["--gate", "should", "--seed", "3"];
    let (exit, whole) = run(&folder, "whole.json", &options);
    assert_eq!(exit, Some(1));
    for of in [1, 2, 4, 7] {
        let mut together = Vec::new();
        let mut files = Vec::new();
        for index in 1..=of {
            let shard = format!("{index}/{of}");
            let file = format!("{index}-of-{of}.json");
            let (_, report) = run(
                &folder,
                &file,
                &[&options[..], &["--shard", &shard]].concat(),
            );
            assert_eq!(report["shard"], shard.as_str());
            let part = names(&report);
            assert!(part.iter().all(|name| !together.contains(name)), "{shard}");
            together.extend(part);
            files.push(file);
        }
        together.sort();
        assert_eq!(together, names(&whole), "{of}");
        // In any order.
        files.rotate_left(1);
        let merged = folder
            .command(&["merge", "--json", "merged.json", "--junit", "merged.xml"])
            .args(&files)
            .output()
            .expect("tokenproof starts");
        assert_eq!(merged.status.code(), Some(1), "{}", text(&merged.stderr));
        let bytes = |name: &str| fs::read(folder.path().join(name)).expect("a report");
        assert_eq!(bytes("merged.json"), bytes("whole.json"), "{of}");
    }
}

#[test]
fn reports_that_do_not_belong_together() {
    let folder = folder();
    let part = |name: &str, options: &[&str]| {
        run(&folder, name, options);
    };
    part("first.json", &["--shard", "1/2"]);
    part("second.json", &["--shard", "2/2"]);
    part("other-seed.json", &["--shard", "2/2", "--seed", "9"]);
    part("other-gate.json", &["--shard", "2/2", "--gate", "should"]);
    let refused = |reports: &[&str]| {
        let arguments: Vec<&str> = ["merge"]
            .into_iter()
            .chain(reports.iter().copied())
            .collect();
        folder.complaint(&arguments, ExitCode::Usage)
    };
    insta::assert_snapshot!(refused(&["first.json", "second.json", "first.json"]), @"mine/fails[entra,one] stands in both `first.json` and `first.json`; give each report once, and play each case in one run only");
    insta::assert_snapshot!(refused(&["first.json"]), @"the report of shard 2/2 is missing; give those of all 2 shards");
    insta::assert_snapshot!(refused(&["first.json", "other-seed.json"]), @"`first.json` was played with the seed `0` and `other-seed.json` with the seed `9`; play both with the same `--seed`");
    insta::assert_snapshot!(refused(&["first.json", "other-gate.json"]), @"`first.json` was judged with the gate `must` and `other-gate.json` with `should`; play both with the same `--gate`");
    insta::assert_snapshot!(refused(&["first.json", "gone.json"]), @"`gone.json` cannot be read: No such file or directory (os error 2)");
    insta::assert_snapshot!(refused(&["mine.yaml"]), @"`mine.yaml` cannot be merged: it is not a report that `--json` wrote: expected value at line 1 column 1");
}

#[test]
fn shards_that_are_none() {
    let folder = folder();
    insta::assert_snapshot!(folder.complaint(&["run", "--shard", "3/2"], ExitCode::Usage), @"
    error: invalid value '3/2' for '--shard <I/N>': `3/2` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`

    For more information, try '--help'.
    ");
}

#[test]
fn a_share_may_be_empty() {
    let folder = Folder::new();
    let output = folder.run(&[
        "run",
        "rotation/reuse-detected",
        "--shard",
        "2/2",
        "--quiet",
    ]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout), @"
    0 pass   0 fail   0 warn   0 inconclusive   0 not applicable   0 error      MUST 0/0   SHOULD 0/0
    shard 2/2 has no case: there are more shards than cases
    exit 0: as expected
    ");
}
