//! `tokenproof check`: what it finds, what it says when there is nothing, and how a set is frozen.

use std::fs;

use tests::program::workspace_folder;
use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};

const REGISTRY: &str = "\
schema: 1
requirements:
  - { id: mine.served, says: Callers are served., level: should, authority: profile, caught_on: [TokenByGet] }
";

const SCENARIO: &str = "\
schema: 1
scenario: mine/first
about: One token.
providers: [okta]
needs: [grant.client_credentials]
steps: [{ get_token: { as: a } }]
checks:
  - { id: served, req: mine.served, each: { of: a, outcome: ok } }
";

fn said(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

#[test]
fn what_comes_with_the_program_has_no_problem() {
    let words = said(&Folder::new(), &["check"]);
    assert!(words.ends_with(": no problem\n"), "{words}");
    assert!(words.contains(" files, ") && words.contains(" requirements, "));
    let folder = workspace_folder().join("scenarios");
    let folder = folder.to_str().expect("UTF-8");
    assert_eq!(said(&Folder::new(), &["check", folder]), words);
}

#[test]
fn problems_are_told_in_one_pass_and_counted() {
    let folder = Folder::new()
        .with(
            "mine/requirements.yaml",
            REGISTRY.replace("TokenByGet", "TokenByGot"),
        )
        .with("mine/first.yaml", SCENARIO.replace("of: a", "of: b"));
    insta::assert_snapshot!(folder.complaint(&["check", "mine"], ExitCode::Usage), @"
    error: no step is called `b`
     --> mine/first.yaml:8:49
      |
    8 |   - { id: served, req: mine.served, each: { of: b, outcome: ok } }
      |                                                 ^ did you mean `a`?
      |
      = note: the steps are `a`

    error: no broken client is called `TokenByGot`
     --> mine/requirements.yaml:3:98
      |
    3 | ...ity: profile, caught_on: [TokenByGot] }
      |                              ^^^^^^^^^^ did you mean `TokenByGet`?
      |
      = note: `tokenproof mutants` shows which there are

    2 problems in 2 files
    ");
    insta::assert_snapshot!(folder.complaint(&["check", "mine", "nowhere.yaml", "--freeze", "2026-12"], ExitCode::Usage).lines().last().unwrap_or_default(), @"3 problems in 2 files");
}

#[test]
fn a_registry_beside_the_files_is_known_to_every_command() {
    let folder = Folder::new()
        .with("mine/requirements.yaml", REGISTRY)
        .with("mine/area/first.yaml", SCENARIO);
    assert_eq!(
        said(&folder, &["check", "mine", "--matrix"]),
        "1 file, 1 case, 1 requirement: no problem; every check bites\n"
    );
    // The folder itself, and the one above a part of it.
    for path in ["mine", "mine/area/first.yaml"] {
        let listed = said(&folder, &["list", path, "--checks"]);
        assert_eq!(listed, "mine/first[okta]:served  SHOULD  mine.served\n");
    }
    // Requirements that come with the program can be named beside it.
    let folder = folder.with(
        "mine/area/first.yaml",
        SCENARIO.replace("mine.served", "errors.class"),
    );
    assert!(said(&folder, &["list", "mine", "--checks"]).contains("errors.class"));
}

#[test]
fn arguments_that_make_no_sense() {
    let folder = Folder::new();
    let usage = |arguments: &[&str]| folder.complaint(arguments, ExitCode::Usage);
    insta::assert_snapshot!(usage(&["check", "--freeze", "november"]), @"
    error: invalid value 'november' for '--freeze <NAME>': a set is named by its year and month, such as `2026-11`

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["check", "--jobs", "2"]), @"
    error: the following required arguments were not provided:
      --matrix

    Usage: tokenproof check --matrix --jobs <N> [PATH]...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["check", "concurrency"]), @"
    error: cannot read `concurrency`: there is no such file

    1 problem
    ");
}

#[test]
fn a_set_is_frozen_and_a_later_scenario_does_not_change_the_outcome() {
    let folder = Folder::new()
        .with("mine/requirements.yaml", REGISTRY)
        .with("mine/first.yaml", SCENARIO);
    let set = said(&folder, &["check", "mine", "--freeze", "2026-12"]);
    let folder = folder.with("mine/sets/2026-12.yaml", &set);
    assert_eq!(
        said(&folder, &["check", "mine"]),
        "1 file, 1 case, 1 requirement, 1 frozen set: no problem\n"
    );
    let run = |set: bool| {
        let arguments = [
            "run",
            "mine",
            "--gate",
            "should",
            "--json",
            "report.json",
            "--set",
            "2026-12",
        ];
        let output = folder.run(if set { &arguments } else { &arguments[..6] });
        let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
        (output.status.code(), text(&output.stdout), report)
    };
    assert_eq!(run(true).0, Some(0));
    // A scenario that no client passes.
    let later = SCENARIO.replace("mine/first", "mine/later").replace(
        "each: { of: a, outcome: ok }",
        "count: { to: token, is: 9 }",
    );
    let folder = Folder::new()
        .with("mine/requirements.yaml", REGISTRY)
        .with("mine/first.yaml", SCENARIO)
        .with("mine/sets/2026-12.yaml", &set)
        .with("mine/later.yaml", later);
    let run = |arguments: &[&str]| {
        let output = folder.run(arguments);
        (output.status.code(), text(&output.stdout))
    };
    let without = ["run", "mine", "--gate", "should"];
    assert_eq!(run(&without).0, Some(1));
    let with = [
        "run",
        "mine",
        "--gate",
        "should",
        "--set",
        "2026-12",
        "--fail-fast",
        "--jobs",
        "1",
    ];
    let (exit, shown) = run(&with);
    assert_eq!(exit, Some(0), "{shown}");
    assert!(
        shown.contains("WARN  mine/later[okta]:served   unscored"),
        "{shown}"
    );
    assert!(
        shown.contains("1 check not in it, unscored: 1 warn"),
        "{shown}"
    );
    // Alone it is nothing that counts.
    assert_eq!(
        run(&["run", "mine/later.yaml", "--set", "2026-12"]).0,
        Some(5)
    );
    assert_eq!(
        run(&["list", "mine", "--set", "2026-12"]).1,
        "mine/first[okta]\n"
    );
    assert!(
        run(&["list", "mine", "--sets"])
            .1
            .contains("2026-12  1 scenario, 1 case, 1 check\n")
    );
    // A set that no longer holds.
    let folder = folder.with(
        "mine/first.yaml",
        SCENARIO.replace("id: served", "id: given"),
    );
    insta::assert_snapshot!(folder.complaint(&["check", "mine"], ExitCode::Usage), @"
    error: the check `mine/first:served` is frozen and not there
     --> mine/sets/2026-12.yaml:5:12
      |
    5 |   - check: mine/first:served
      |            ^^^^^^^^^^^^^^^^^ did you mean `mine/first:given`?
      |
      = help: what is frozen stays: bring it back, or give the set up

    1 problem in 1 file
    ");
}

#[test]
fn sets_that_are_not_there() {
    let said =
        Folder::new().complaint(&["run", "concurrency", "--set", "1999-01"], ExitCode::Usage);
    assert!(
        said.starts_with("no frozen set is called `1999-01`; the sets are `2026-11`"),
        "{said}"
    );
}
