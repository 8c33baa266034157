//! What a frozen set does to a report.

use proptest::prelude::*;
use quick_junit::TestCaseStatus;

use super::sample::{Stage, stages};
use super::{Played, Report, Style, Verbosity, html, json, junit, markdown, terminal};
use crate::diagnostic::Source;
use crate::exit::ExitCode;
use crate::frozen::{FrozenSet, freeze};
use crate::gate::Gate;
use crate::selection::Shard;
use crate::verdict::{Level, Verdict};

/// The set of those stages that `is_in` chooses.
fn set(stages: &[Stage], is_in: impl Fn(&str) -> bool) -> FrozenSet {
    let cases: Vec<_> = stages
        .iter()
        .map(|stage| stage.case.clone())
        .filter(|case| is_in(&case.head.scenario))
        .collect();
    let source = Source::new("sets/2026-11.yaml", freeze("2026-11", &cases));
    FrozenSet::parse(&source).expect("a set")
}

fn report(stages: &[Stage], gate: Gate, set: Option<&FrozenSet>) -> Report {
    let played: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
    let mut report = Report::new(&played, gate);
    if let Some(set) = set {
        report.score_by(set);
    }
    report
}

fn old(scenario: &str) -> bool {
    scenario.starts_with("expiry") || scenario.starts_with("rate-limit")
}

fn scored() -> Report {
    let stages = stages();
    report(&stages, Gate::Must, Some(&set(&stages, old)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever is added to the library, and whatever comes of it: a run with an old set ends as it did before.
    #[test]
    fn what_comes_later_does_not_change_the_outcome(
        verdicts in prop::collection::vec((0usize..6, any::<bool>()), 24),
        incidents in prop::collection::vec(any::<bool>(), 10),
        should in any::<bool>(),
    ) {
        let gate = if should { Gate::Should } else { Gate::Must };
        let all = stages();
        let set = set(&all, old);
        let before: Vec<Stage> = stages().into_iter().filter(|s| old(&s.case.head.scenario)).collect();
        let before = report(&before, gate, Some(&set));
        let mut after = report(&all, gate, Some(&set));
        let later = after.cases.iter_mut().flat_map(|case| &mut case.checks).filter(|c| c.unscored);
        for (check, (verdict, must)) in later.zip(verdicts) {
            check.verdict = Verdict::ALL[verdict];
            check.level = if must { Level::Must } else { Level::Should };
        }
        let names: Vec<_> = after.cases.iter().filter(|c| c.is_unscored()).map(|c| c.name.clone()).collect();
        for (name, _) in names.iter().zip(incidents).filter(|(_, happens)| *happens) {
            after.close(name, ExitCode::Driver, "the command died".to_owned());
        }
        after.conclude();
        let outcome = |r: &Report| (r.exit, r.passed, r.reasons.clone(), r.tally, r.must, r.should);
        prop_assert_eq!(outcome(&before), outcome(&after));
        // In JUnit too nothing of it is red.
        let text = junit::render(&after, None).expect("a report");
        let read = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
        for test in read.test_suites.iter().flat_map(|suite| &suite.test_cases) {
            let Some(check) = after.checks().find(|check| check.name.0.as_str() == test.name.as_str()) else {
                continue;
            };
            if check.unscored {
                let red = matches!(test.status, TestCaseStatus::NonSuccess { .. });
                prop_assert!(!red, "{}", check.name);
                let plain = matches!(test.status, TestCaseStatus::Success { .. });
                prop_assert_eq!(plain, check.verdict == Verdict::Pass);
            }
        }
    }
}

#[test]
fn unscored_checks_are_shown_and_counted_apart() {
    let report = scored();
    let all: usize = report.tally.sum() + report.unscored.expect("a set").sum();
    assert_eq!(all, report.checks().count());
    let shown = terminal::render(&report, Style::Plain, Verbosity::Verbose, 110);
    let marked: Vec<&str> = shown
        .lines()
        .filter(|line| line.contains("unscored"))
        .collect();
    insta::assert_snapshot!(marked.join("\n"), @"
    ERR   broken/harness[okta]:any   unscored
    FAIL  errors/number-blind[okta]:blind   unscored
    ERR   lies/no-request[okta]:served   unscored
    PASS  passive/ordinary-day[okta]    1 check    41 ms, unscored
          ok    passive/ordinary-day[okta]:one-method   unscored
    n/a   passive/ordinary-day[okta]:says-so   unscored   needs a driver: nobody reports outcomes in passive mode
    FAIL  refresh/lost-answer[okta]:bounded   unscored
    FAIL  rotation/reuse-detected[okta]:newest-only   unscored
    FAIL  rotation/reuse-detected[okta]:intruder   unscored
    FAIL  rotation/reuse-detected[okta]:never-stale   unscored
          ok    rotation/reuse-detected[okta]:gives-up   unscored
    ????  rotation/static[okta]:newest-only   unscored
     judged by the set 2026-11; 11 checks not in it, unscored: 2 pass, 5 fail, 1 inconclusive, 1 not applicable, 2
    ");
    let end: Vec<&str> = shown.lines().rev().take(3).collect();
    insta::assert_snapshot!(end.into_iter().rev().collect::<Vec<_>>().join("\n"), @"
    judged by the set 2026-11; 11 checks not in it, unscored: 2 pass, 5 fail, 1 inconclusive, 1 not applicable, 2
      error
    exit 0: as expected
    ");
}

#[test]
fn every_format_says_so() {
    let report = scored();
    let n = report.unscored.expect("a set").sum();
    let junit = junit::render(&report, None).expect("a report");
    assert_eq!(junit.matches("name=\"scored\" value=\"false\"").count(), n);
    let json = json::render(&report).expect("a report");
    assert_eq!(json.matches("\"unscored\": true").count(), n);
    assert!(json.contains("\"set\": \"2026-11\""));
    let html = html::render(&report, &[]).expect("a page");
    let cases = report
        .cases
        .iter()
        .filter(|case| case.is_unscored())
        .count();
    assert_eq!(html.matches(">unscored</span>").count(), n + cases);
    let markdown = markdown::render(&report);
    let lines: Vec<&str> = markdown
        .lines()
        .filter(|line| line.contains("unscored"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    - judged by the set 2026-11; 11 checks not in it, unscored: 2 pass, 5 fail, 1 inconclusive, 1 not applicable, 2 error
    | pass | fail | warn | inconclusive | not applicable | error | unscored | MUST | SHOULD | gate |
    <details><summary>11 checks unscored</summary>
    ");
}

#[test]
fn nothing_of_the_set_was_selected() {
    let stages = stages();
    let set = set(&stages, |scenario| scenario == "rotation/static");
    let rest: Vec<Stage> = self::stages()
        .into_iter()
        .filter(|stage| stage.case.head.scenario != "rotation/static")
        .collect();
    let mut report = report(&rest, Gate::Must, Some(&set));
    assert_eq!(report.exit, ExitCode::NothingSelected);
    insta::assert_snapshot!(report.reasons.join("; "), @"nothing of the set 2026-11 was selected");
    // A share of a selection may be without anything that counts.
    report.be_shard("1/2".parse::<Shard>().expect("a shard"));
    assert!(report.passed);
}
