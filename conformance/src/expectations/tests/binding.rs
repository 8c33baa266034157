//! What entries name.

use super::*;
use crate::expectations::Day;

fn refused(text: &str) -> String {
    bound(text).expect_err("refused").to_string()
}

#[test]
fn each_check_is_excused_once() {
    insta::assert_snapshot!(refused("\
schema: 1
expect:
  - { check: \"area/one[*]:served\", is: fail, why: x }
  - { check: \"area/one[okta,second]:*\", is: fail, why: x }
"), @r#"
    error: the check area/one[okta,second]:served is excused twice
     --> acme.expect.yaml:4:14
      |
    3 |   - { check: "area/one[*]:served", is: fail, why: x }
      |              -------------------- by this entry too
    4 |   - { check: "area/one[okta,second]:*", is: fail, why: x }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn one_entry_names_twenty_checks_at_most() {
    let text = "schema: 1\nexpect: [{ check: \"area:served\", is: fail, why: x }]\n";
    let with = |n: usize| {
        let mut cases = library();
        cases.truncate(1);
        let all = (0..n).map(|n| {
            let mut case = cases[0].clone();
            case.name = CaseName(format!("area/one[okta,{n}]"));
            case
        });
        let names = Names::of(&all.collect::<Vec<_>>());
        let list = Expectations::parse(&Source::new("acme.expect.yaml", text)).expect("a list");
        list.bind(&names, &Names::default(), today())
    };
    assert_eq!(with(20).expect("twenty").size(), (20, 1));
    insta::assert_snapshot!(with(21).expect_err("refused"), @r#"
    error: this names 21 checks, more than the 20 that one entry may excuse
     --> acme.expect.yaml:2:19
      |
    2 | expect: [{ check: "area:served", is: fail, why: x }]
      |                   ^^^^^^^^^^^^^
      |
      = help: name fewer, with a reason for each; what the client cannot do at all belongs under `unsupported`
    "#);
}

fn today() -> Day {
    "2026-11-21".parse().expect("a day")
}

#[test]
fn what_matches_nothing_is_known_by_its_line() {
    let list = bound(
        "\
schema: 1
expect:
  - { check: \"area/one[okta,first]:servd\", is: fail, why: x }
  - { check: \"nothing/like-it:at-all\", is: fail, why: x }
unsupported: { count: 0, checks: [\"area\", \"area/twoo\"] }
",
    )
    .expect("a list");
    let lines: Vec<String> = list.unmatched().iter().map(|u| format!("{u:?}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Unmatched { line: 3, check: "area/one[okta,first]:servd", nearest: Some("area/one[okta,first]:served") }
    Unmatched { line: 4, check: "nothing/like-it:at-all", nearest: None }
    Unmatched { line: 5, check: "area/twoo", nearest: Some("area/two") }
    "#);
}

#[test]
fn checks_of_another_library_and_of_other_vendors() {
    let text = "schema: 1\nexpect: [{ check: \"other/three[okta,a]:served\", is: fail, why: x }]\n";
    let list = |text: &str, names: &[Case], others: &[Case]| {
        let list = Expectations::parse(&Source::new("acme.expect.yaml", text)).expect("a list");
        let bound = list.bind(&Names::of(names), &Names::of(others), today());
        let bound = bound.expect("bound");
        (bound.unmatched().len(), bound.is_elsewhere())
    };
    let cases = library();
    let (here, elsewhere) = cases.split_at(3);
    assert_eq!(list(text, here, elsewhere), (0, true));
    assert_eq!(list(text, elsewhere, here), (0, false));
    assert_eq!(list(text, here, &[]), (1, false));
    // Whoever speaks of one vendor does not know the checks of another.
    let entra = text.replace("expect:", "providers: [entra]\nexpect:");
    assert_eq!(list(&entra, &cases, &[]), (1, false));
}

#[test]
fn a_reason_is_asked_for() {
    let text =
        "schema: 1\nexpect:\n  - check: \"area/two[okta]:served\"\n    is: fail\n    why: TODO\n";
    let list = Expectations::parse(&Source::new("acme.expect.yaml", text)).expect("a list");
    insta::assert_snapshot!(list.reasoned().expect_err("refused"), @"
    error: this is not a reason yet
     --> acme.expect.yaml:5:10
      |
    5 |     why: TODO
      |          ^^^^
      |
      = help: say why the check does not pass, so that a reader knows whether it has to stay so
    ");
}
