#![expect(clippy::panic, reason = "what fails here fails the test")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::judge::fixture::case;

fn parse(name: &str, text: &str) -> FrozenSet {
    let source = Source::new(format!("sets/{name}.yaml"), text);
    FrozenSet::parse(&source).unwrap_or_else(|e| panic!("{e}"))
}

/// A set of these cases.
fn frozen(cases: &[Case]) -> FrozenSet {
    parse("2026-11", &freeze("2026-11", cases))
}

fn one(scenario: &str, level: Level) -> Case {
    let count = |id: &str| json!({ "id": id, "count": { "to": "token", "is": 1 } });
    case(scenario, level, [count("a"), count("b")], json!([]), 1)
}

fn check(name: &str) -> CheckName {
    CheckName(name.to_owned())
}

#[test]
fn what_is_written_can_be_read_and_is_sorted() {
    let mut wide = one("area/wide", Level::Must);
    wide.checks.truncate(1);
    let cells = ["one", "two", "three"].map(|cell| format!("okta,{}", cell.repeat(12)));
    let mut cases: Vec<Case> = cells
        .iter()
        .map(|cell| Case {
            name: CaseName(format!("area/wide[{cell}]")),
            ..wide.clone()
        })
        .collect();
    cases.push(one("area/name", Level::Should));
    let text = freeze("2026-11", &cases);
    insta::assert_snapshot!(text, @r#"
    # What was required in 2026-11. Written by `tokenproof check --freeze 2026-11`; a set that has been given out is not edited.
    schema: 1
    set: 2026-11
    checks:
      - check: area/name:a
        req: area.rule
        level: should
        cases: ["okta"]
      - check: area/name:b
        req: area.rule
        level: should
        cases: ["okta"]
      - check: area/wide:a
        req: area.rule
        level: must
        cases:
          - "okta,oneoneoneoneoneoneoneoneoneoneoneone"
          - "okta,twotwotwotwotwotwotwotwotwotwotwotwo"
          - "okta,threethreethreethreethreethreethreethreethreethreethreethree"
    "#);
    let set = parse("2026-11", &text);
    assert_eq!(set.size(), (2, 4, 5));
}

#[test]
fn nothing_else_is_scored() {
    let set = frozen(&[one("area/name", Level::Must)]);
    assert!(set.scores(&check("area/name[okta]:a")));
    for other in [
        "area/name[okta]:c",
        "area/name[entra]:a",
        "area/other[okta]:a",
        "area/name[okta,x]:a",
    ] {
        assert!(!set.scores(&check(other)), "{other}");
    }
}

#[test]
fn a_check_is_never_more_binding_than_it_was() {
    let level = |frozen: Level, now: Level| {
        let set = self::frozen(&[one("area/name", frozen)]);
        let bound = set.bind(vec![one("area/name", now)]);
        bound[0].checks[0].requirement.level
    };
    assert_eq!(level(Level::Should, Level::Must), Level::Should);
    assert_eq!(level(Level::Must, Level::Should), Level::Should);
    assert_eq!(level(Level::Must, Level::Must), Level::Must);
}

#[test]
fn what_came_later_keeps_its_level_and_is_left_out_of_the_set() {
    let set = frozen(&[one("area/name", Level::Should)]);
    let cases = vec![
        one("area/name", Level::Must),
        one("area/later", Level::Must),
    ];
    assert_eq!(
        set.bind(cases.clone())[1].checks[0].requirement.level,
        Level::Must
    );
    let only = set.only(cases);
    assert_eq!(only.len(), 1);
    assert_eq!(only[0].checks.len(), 2);
}

#[test]
fn mistakes_in_a_set() {
    let source = Source::new(
        "sets/2026-11.yaml",
        "schema: 1
set: 2026-12
chekcs: []
checks:
  - { check: area/name:a, req: area.rule, level: must, cases: [okta, okta] }
  - { check: area/name:a, req: area.rule, level: must, cases: [okta] }
  - { check: area/name, req: area.rule, level: must, cases: [okta] }
  - { check: area/name:b, req: area.rule, level: must, cases: [] }
  - { check: area/name:c, req: area.rule, level: may, cases: [okta] }
",
    );
    let said = FrozenSet::parse(&source).map(|set| set.name);
    insta::assert_snapshot!(said.err().unwrap_or_default(), @"
    error: the set is called `2026-12`, but its file says `2026-11`
     --> sets/2026-11.yaml:2:6
      |
    2 | set: 2026-12
      |      ^^^^^^^
      |
      = help: write `set: 2026-11`, or rename the file

    error: unknown key `chekcs`
     --> sets/2026-11.yaml:3:1
      |
    3 | chekcs: []
      | ^^^^^^ did you mean `checks`?
      |
      = note: the keys of a set are `schema`, `set` and `checks`

    error: the case `okta` stands twice
     --> sets/2026-11.yaml:5:70
      |
    5 |   - { check: area/name:a, req: area.rule, level: must, cases: [okta, okta] }
      |                                                                      ^^^^

    error: the check `area/name:a` stands twice
     --> sets/2026-11.yaml:6:14
      |
    5 |   - { check: area/name:a, req: area.rule, level: must, cases: [okta, okta] }
      |              ----------- first here
    6 |   - { check: area/name:a, req: area.rule, level: must, cases: [okta] }
      |              ^^^^^^^^^^^

    error: `area/name` names no check
     --> sets/2026-11.yaml:7:14
      |
    7 |   - { check: area/name, req: area.rule, level: must, cases: [okta] }
      |              ^^^^^^^^^
      |
      = help: write `area/name:check`

    error: a check is frozen in at least one case
     --> sets/2026-11.yaml:8:63
      |
    8 |   - { check: area/name:b, req: area.rule, level: must, cases: [] }
      |                                                               ^

    error: unknown name `may`
     --> sets/2026-11.yaml:9:50
      |
    9 |   - { check: area/name:c, req: area.rule, level: may, cases: [okta] }
      |                                                  ^^^
      |
      = note: the names here are `must` and `should`
    ");
    let named = |name: &str| {
        let text = freeze("2026-11", &[one("area/name", Level::Must)])
            .replace("set: 2026-11", &format!("set: {name}"));
        let source = Source::new("sets/2026-11.yaml", text);
        FrozenSet::parse(&source)
            .map(|set| set.name)
            .err()
            .map(|e| e.len())
    };
    assert_eq!(named("2026-11"), None);
    for name in [
        "2026-13", "2026-00", "26-11", "november", "2026", "2026-1", "[]",
    ] {
        assert_eq!(named(name), Some(1), "{name}");
    }
}

proptest! {
    #[test]
    fn a_set_scores_what_it_was_frozen_from_and_nothing_else(
        names in prop::collection::btree_set("[a-z]{1,2}/[a-z]{1,2}", 2..12),
        cut in 1usize..12,
    ) {
        let cases: Vec<Case> = names.iter().map(|name| one(name, Level::Must)).collect();
        let (inside, outside) = cases.split_at(cut.min(cases.len() - 1));
        let set = frozen(inside);
        let scored = |case: &Case| {
            case.checks
                .iter()
                .filter(|planned| set.scores(&CheckName::new(&case.name, &planned.check.id)))
                .count()
        };
        prop_assert!(inside.iter().all(|case| scored(case) == 2));
        prop_assert!(outside.iter().all(|case| scored(case) == 0));
    }
}
