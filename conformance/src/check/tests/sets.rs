//! Frozen sets.

use super::*;

#[test]
fn sets_that_are_no_longer_kept() {
    let shelf = Shelf::new(&[
        (
            "requirements.yaml",
            &registry("  - { id: mine.hard, says: x, level: must, authority: rfc, refs: [{ doc: RFC6749 }], caught_on: [BlursErrors] }\n"),
        ),
        (
            "mine/first.yaml",
            &SCENARIO.replace("req: mine.served, when: { status: busy }", "req: mine.hard, when: { status: busy }"),
        ),
        (
            "sets/2026-11.yaml",
            "schema: 1
set: 2026-11
checks:
  - { check: mine/first:served, req: mine.served, level: should, cases: [\"okta,fine\", \"okta,fin\"] }
  - { check: mine/first:told, req: mine.hard, level: should, cases: [\"okta,busy\", \"okta,gone\"] }
  - { check: mine/first:tolt, req: mine.hard, level: must, cases: [\"okta,busy\"] }
  - { check: mine/second:told, req: mine.hard, level: must, cases: [okta] }
",
        ),
        (
            "sets/2026-12.yaml",
            "schema: 1
set: 2026-12
checks:
  - { check: mine/first:served, req: mine.hard, level: should, cases: [\"okta,fine\"] }
  - { check: mine/first:told, req: mine.hart, level: must, cases: [\"okta,busy\"] }
",
        ),
    ]);
    insta::assert_snapshot!(shelf.said("", &all()), @r#"
    error: `mine/first[okta,fin]` is frozen and `served` does not run in it
     --> sets/2026-11.yaml:4:87
      |
    4 | ...ed, level: should, cases: ["okta,fine", "okta,fin"] }
      |                                            ^^^^^^^^^^
      |
      = help: what is frozen stays: bring it back, or give the set up

    error: `mine/first:told` is frozen as a should and has become a must
     --> sets/2026-11.yaml:5:54
      |
    5 |   - { check: mine/first:told, req: mine.hard, level: should, cases: ["okta,busy", "okta,gone"] }
      |                                                      ^^^^^^
      |
      = help: a run with this set goes on asking for less; add a requirement instead of raising one

    error: `mine/first[okta,gone]` is frozen and `told` does not run in it
     --> sets/2026-11.yaml:5:83
      |
    5 |   - { check: mine/first:told, req: mine.hard, level: should, cases: ["okta,busy", "okta,gone"] }
      |                                                                                   ^^^^^^^^^^^
      |
      = help: what is frozen stays: bring it back, or give the set up

    error: the check `mine/first:tolt` is frozen and not there
     --> sets/2026-11.yaml:6:14
      |
    6 |   - { check: mine/first:tolt, req: mine.hard, level: must, cases: ["okta,busy"] }
      |              ^^^^^^^^^^^^^^^ did you mean `mine/first:told`?
      |
      = help: what is frozen stays: bring it back, or give the set up

    error: the check `mine/second:told` is frozen and not there
     --> sets/2026-11.yaml:7:14
      |
    7 |   - { check: mine/second:told, req: mine.hard, level: must, cases: [okta] }
      |              ^^^^^^^^^^^^^^^^
      |
      = help: what is frozen stays: bring it back, or give the set up

    error: `mine/first:served` is frozen as a test of `mine.hard` and tests `mine.served` now
     --> sets/2026-12.yaml:4:38
      |
    4 |   - { check: mine/first:served, req: mine.hard, level: should, cases: ["okta,fine"] }
      |                                      ^^^^^^^^^
      |
      = help: give the other meaning to a check of another name

    error: unknown requirement `mine.hart`
     --> sets/2026-12.yaml:5:36
      |
    5 |   - { check: mine/first:told, req: mine.hart, level: must, cases: ["okta,busy"] }
      |                                    ^^^^^^^^^ did you mean `mine.hard`?
    "#);
    // A set that is written anew need not be what it was.
    let anew = Scope {
        without_set: Some("2026-11"),
        ..all()
    };
    assert_eq!(shelf.checked("", &anew).found.len(), 2);
}

#[test]
fn a_set_of_this_folder_is_read_with_it() {
    let shelf = Shelf::new(&[(
        "mine/first.yaml",
        &SCENARIO.replace("mine.served", "errors.class"),
    )]);
    let cases = shelf.checked("", &all()).cases;
    shelf.write("sets/2031-01.yaml", &freeze("2031-01", &cases));
    let sets = shelf.library("").sets().unwrap_or_else(|e| panic!("{e}"));
    let names: Vec<&str> = sets
        .iter()
        .map(|set: &FrozenSet| set.name.as_str())
        .collect();
    assert_eq!(names.last(), Some(&"2031-01"));
    assert_eq!(names.len(), scenarios::SETS.len() + 1);
}
