//! `--expect`.

use std::fs;

use serde_json::Value;
use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};

/// Two cases, each with a check that passes and one that does not.
pub(crate) const MINE: &str = "\
schema: 1
scenario: mine/fails
about: One check that every client passes, and one that none does.
providers: [entra, okta]
needs: [grant.client_credentials]
steps: [{ get_token: { as: a } }]
checks:
  - { id: nine, req: auth.one-method, count: { to: token, is: 9 } }
  - { id: served, req: errors.class, each: { of: a, outcome: ok } }
";

/// What is known of it.
pub(crate) const KNOWN: &str = "\
schema: 1
expect:
  - check: \"mine/fails[*]:nine\"
    is: fail
    says: 1 request   # nobody asks nine times
    why: asks once
    issue: https://example.org/issues/41
";

pub(crate) fn folder(list: &str) -> Folder {
    Folder::new()
        .with("mine.yaml", MINE)
        .with("acme.expect.yaml", list)
}

/// The exit code, and what is said at the end of the report.
pub(crate) fn run(folder: &Folder, options: &[&str]) -> String {
    let arguments = [
        &["run", "mine.yaml", "--expect", "acme.expect.yaml", "-q"],
        options,
    ]
    .concat();
    let output = folder.run(&arguments);
    assert_eq!(text(&output.stderr), "");
    let stdout = text(&output.stdout);
    let end = stdout.split(" exit ").last().unwrap_or_default().to_owned();
    assert!(end.starts_with(&output.status.code().unwrap_or(-1).to_string()));
    end.trim_end().to_owned()
}

pub(crate) fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("a file")
}

#[test]
fn what_is_expected_does_not_close_the_gate() {
    let folder = folder(KNOWN);
    assert_eq!(folder.run(&["run", "mine.yaml"]).status.code(), Some(1));
    let output = folder.run(&["run", "mine.yaml", "--expect", "acme.expect.yaml"]);
    insta::assert_snapshot!(text(&output.stdout), @"
    EXP   mine/fails[entra]:nine   fail: asks once (https://example.org/issues/41)
    EXP   mine/fails[okta]:nine   fail: asks once (https://example.org/issues/41)

     2 pass   0 fail   0 warn
     0 inconclusive   0 not applicable   0 error   2 expected
     MUST 0/2   SHOULD 2/2
     judged with the expectations of acme.expect.yaml: 2 checks not passed, as expected
     exit 0: as expected
    ");
    assert_eq!(output.status.code(), Some(0));
    // A run that stops early goes on behind it.
    assert_eq!(
        run(
            &folder,
            &["--fail-fast", "--jobs", "1", "--json", "all.json"]
        ),
        "0: as expected"
    );
    let report: Value = serde_json::from_str(&read(&folder, "all.json")).expect("JSON");
    assert_eq!(report.get("not_run"), None);
}

#[test]
fn what_does_not_hold_closes_it_and_what_was_not_chosen_does_not() {
    let folder = folder(
        "\
schema: 1
expect:
  - { check: \"mine/fails[*]:nine\", is: fail, why: asks once }
  - { check: \"mine/fails[entra]:served\", is: warn, why: thought so }
",
    );
    insta::assert_snapshot!(run(&folder, &[]), @"
    1: acme.expect.yaml:4: mine/fails[entra]:served is expected to end with warn and passes; take
       it out of the list
    ");
    for part in [&["--provider", "okta"][..], &["mine/fails[okta]"]] {
        assert_eq!(run(&folder, part), "0: as expected", "{part:?}");
    }
    assert_eq!(
        run(
            &folder,
            &["--fail-fast", "--jobs", "1", "--json", "one.json"]
        )
        .chars()
        .next(),
        Some('1')
    );
    let report: Value = serde_json::from_str(&read(&folder, "one.json")).expect("JSON");
    assert_eq!(report["not_run"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_excuse_ends_with_its_last_day() {
    let until = |day: &str| {
        let list = KNOWN.replace("    why:", &format!("    until: {day}\n    why:"));
        run(&folder(&list), &[])
    };
    insta::assert_snapshot!(until("2020-12-31"), @"
    1: 2 MUST checks failed (see explain auth.one-method); acme.expect.yaml:3:
       mine/fails[entra]:nine (and 1 more check) was excused until 2020-12-31
    ");
    assert_eq!(until("9999-12-31"), "0: as expected");
}

#[test]
fn other_words_are_another_failure() {
    let list = KNOWN.replace("1 request ", "2 requests ");
    insta::assert_snapshot!(run(&folder(&list), &[]), @"
    1: 2 MUST checks failed (see explain auth.one-method); acme.expect.yaml:3:
       mine/fails[entra]:nine (and 1 more check) is expected to say `2 requests` and says otherwise
    ");
}

#[test]
fn lists_that_are_refused() {
    let refused = |list: &str| {
        let folder = folder(list);
        folder.complaint(
            &["run", "mine.yaml", "--expect", "acme.expect.yaml"],
            ExitCode::Usage,
        )
    };
    insta::assert_snapshot!(refused(&KNOWN.replace("asks once", "TODO")), @"
    error: this is not a reason yet
     --> acme.expect.yaml:6:10
      |
    6 |     why: TODO
      |          ^^^^
      |
      = help: say why the check does not pass, so that a reader knows whether it has to stay so
    ");
    let many = folder(&KNOWN.replace("mine/fails[*]:nine", "rate-limit:*"));
    insta::assert_snapshot!(many.complaint(&["run", "--expect", "acme.expect.yaml"], ExitCode::Usage), @r#"
    error: this names 107 checks, more than the 20 that one entry may excuse
     --> acme.expect.yaml:3:12
      |
    3 |   - check: "rate-limit:*"
      |            ^^^^^^^^^^^^^^
      |
      = help: name fewer, with a reason for each; what the client cannot do at all belongs under `unsupported`
    "#);
    insta::assert_snapshot!(
        Folder::new().complaint(&["run", "--expect", "gone.expect.yaml"], ExitCode::Usage),
        @"error: cannot read `gone.expect.yaml`: there is no such file"
    );
}

/// Files of one's own replace the library, so that a list for both is held against the one that is played.
#[test]
fn checks_of_the_library_are_known_although_it_is_not_played() {
    let more = "  - { check: \"rotation/reuse-detected[okta]:newest-only\", is: fail, why: x }\n";
    assert_eq!(
        run(&folder(&format!("{KNOWN}{more}")), &[]),
        "0: as expected"
    );
    let gone = more.replace("detected", "detectd");
    insta::assert_snapshot!(run(&folder(&format!("{KNOWN}{gone}")), &[]), @"1: acme.expect.yaml:8: `rotation/reuse-detectd[okta]:newest-only` matches no check there is");
}

#[test]
fn shards_with_a_list_merge_to_the_whole() {
    let list = format!(
        "{KNOWN}  - {{ check: \"mine/fails[okta]:served\", is: flaky, why: races }}\nunsupported: {{ count: 1, checks: [mine] }}\n"
    );
    let folder = folder(&list);
    let whole = run(&folder, &["--json", "whole.json", "--junit", "whole.xml"]);
    insta::assert_snapshot!(whole, @"1: acme.expect.yaml:9: 1 check is said to be unsupported, and none is");
    for index in ["1", "2"] {
        let (shard, file) = (format!("{index}/2"), format!("{index}.json"));
        assert_eq!(
            run(&folder, &["--shard", &shard, "--json", &file]),
            "0: as expected"
        );
    }
    let merged = folder.run(&[
        "merge",
        "2.json",
        "1.json",
        "--json",
        "merged.json",
        "--junit",
        "merged.xml",
    ]);
    assert_eq!(merged.status.code(), Some(1));
    assert_eq!(read(&folder, "merged.json"), read(&folder, "whole.json"));
    assert_eq!(read(&folder, "merged.xml"), read(&folder, "whole.xml"));
}

/// Somebody who is not our client: one request for a token, as it should be, and nothing else.
const ONCE: &str = "\
import os, urllib.parse, urllib.request
e = os.environ
form = {'grant_type': 'client_credentials', 'client_id': e['TOKENPROOF_CLIENT_ID'],
        'client_secret': e['TOKENPROOF_CLIENT_SECRET'], 'scope': 'https://graph.microsoft.com/.default'}
urllib.request.urlopen(e['TOKENPROOF_TOKEN_URL'], urllib.parse.urlencode(form).encode()).read()
";

#[test]
fn a_command_is_judged_by_a_list_too() {
    let list = "\
schema: 1
expect:
  - { check: \"passive/ordinary-day[entra]:never-stale\", is: inconclusive, why: it ends at once }
  - { check: \"passive/ordinary-day[entra]:no-token-in-url\", is: inconclusive, why: it calls nothing }
  - { check: \"passive/ordinary-day[entra]:reuses\", is: fail, why: thought so }
";
    let folder = folder(list).with("once.py", ONCE);
    let arguments = [
        "exec",
        "passive/ordinary-day[entra]",
        "--expect",
        "acme.expect.yaml",
        "-q",
        "--",
        "python3",
        "once.py",
    ];
    let output = folder.run(&arguments);
    insta::assert_snapshot!(text(&output.stdout), @"
    3 pass   0 fail   0 warn
    1 inconclusive   0 not applicable   0 error   2 expected
    MUST 3/4   SHOULD 0/2
    judged with the expectations of acme.expect.yaml: 2 checks not passed, as expected
    exit 1: acme.expect.yaml:5: passive/ordinary-day[entra]:reuses is expected to fail and ended with
      inconclusive
    ");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn a_broken_client_is_played_by_its_name() {
    let folder = Folder::new();
    let list = "schema: 1\nexpect:\n  - { check: \"rotation/reuse-detected[okta]:newest-only\", is: fail, why: it keeps the first one }\n";
    let folder = folder.with("broken.expect.yaml", list);
    let arguments = [
        "run",
        "rotation/reuse-detected",
        "--contender",
        "KeepsOldRefreshToken",
        "-q",
    ];
    assert_eq!(folder.run(&arguments).status.code(), Some(1));
    let expecting = [&arguments[..], &["--expect", "broken.expect.yaml"]].concat();
    assert_eq!(folder.run(&expecting).status.code(), Some(0));
    insta::assert_snapshot!(folder.complaint(&["run", "--contender", "KeepsOldRefrshToken"], ExitCode::Usage), @"no client here is called `KeepsOldRefrshToken`; did you mean `KeepsOldRefreshToken`? `tokenproof mutants` shows all of them");
}
