//! What a list of expectations does to a report.

use proptest::prelude::*;
use quick_junit::TestCaseStatus;

use super::sample::{Stage, stages};
use super::{Played, Report, Style, Verbosity, html, json, junit, markdown, merge, terminal};
use crate::case::CaseName;
use crate::diagnostic::Source;
use crate::exit::ExitCode;
use crate::expectations::{Bound, Expectations, Names, Standing};
use crate::gate::Gate;
use crate::verdict::{Fault, Level, Verdict};

/// The sample's checks that do not pass, and two that do.
const LIST: &str = "\
schema: 1
expect:
  - { check: \"errors/number-blind:blind\", is: fail, says: \"outcome.class\", why: \"knows numbers only\", issue: \"https://example.org/issues/7\" }
  - { check: \"lies/no-request:served\", is: error, why: \"its cache is not the mock's\", source: \"src/cache.py\" }
  - { check: \"rotation/static:newest-only\", is: inconclusive, why: \"it never rotates\", until: 2026-12-31 }
  - { check: \"rotation/reuse-detected:newest-only\", is: fail, says: \"something else\", why: \"keeps the old one\" }
  - { check: \"rotation/reuse-detected:intruder\", is: inconclusive, why: \"nobody saw it\" }
  - { check: \"rotation/reuse-detected:never-stale\", is: fail, why: \"to be mended\", until: 2026-11-20 }
  - { check: \"rotation/reuse-detected:gives-up\", is: fail, why: \"never gives up\" }
  - { check: \"rate-limit/wait-as-told:waits\", is: warn, why: \"does not wait\" }
  - { check: \"expiry/early-refresh:seamless\", is: flaky, why: \"races the first call\" }
  - { check: \"expiry/gone:seamless\", is: fail, why: \"it was there once\" }
";

pub(super) fn bound(text: &str) -> Bound {
    let cases: Vec<_> = stages().into_iter().map(|stage| stage.case).collect();
    let list = Expectations::parse(&Source::new("acme.expect.yaml", text)).expect("a list");
    let today = "2026-11-21".parse().expect("a day");
    let bound = list.bind(&Names::of(&cases), &Names::default(), today);
    bound.expect("names")
}

pub(super) fn report(gate: Gate) -> Report {
    let stages = stages();
    let played: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
    Report::new(&played, gate)
}

fn expecting(text: &str, gate: Gate) -> Report {
    let mut report = report(gate);
    report.expect(&bound(text), true);
    report
}

#[test]
fn what_does_not_hold_closes_the_gate_by_name_and_place() {
    let report = expecting(LIST, Gate::Must);
    insta::assert_snapshot!(report.reasons.join("\n"), @"
    1 check could not be judged, harness at fault (first broken/harness[okta]:any)
    5 MUST checks failed (see explain area.rule)
    acme.expect.yaml:3: errors/number-blind[okta]:blind is expected to say `outcome.class` and says otherwise
    acme.expect.yaml:6: rotation/reuse-detected[okta]:newest-only is expected to say `something else` and says otherwise
    acme.expect.yaml:7: rotation/reuse-detected[okta]:intruder is expected to be inconclusive and ended with fail
    acme.expect.yaml:8: rotation/reuse-detected[okta]:never-stale was excused until 2026-11-20
    acme.expect.yaml:9: rotation/reuse-detected[okta]:gives-up is expected to fail and passes; take it out of the list
    acme.expect.yaml:12: `expiry/gone:seamless` matches no check there is
    ");
    insta::assert_snapshot!(report.tally, @"5 pass, 5 fail, 1 not applicable, 1 error, 3 expected");
    // Shares are of all that apply, expected or not.
    assert_eq!(
        (report.must, report.should),
        (
            self::report(Gate::Must).must,
            self::report(Gate::Must).should
        )
    );
}

#[test]
fn on_the_terminal() {
    let report = expecting(LIST, Gate::Must);
    insta::assert_snapshot!(terminal::render(
        &report,
        Style::Plain,
        Verbosity::Normal,
        110
    ));
    let verbose = terminal::render(&report, Style::Plain, Verbosity::Verbose, 110);
    let marked: Vec<&str> = verbose
        .lines()
        .filter(|line| line.contains("flaky"))
        .collect();
    insta::assert_snapshot!(marked.join("\n"), @"      ok    expiry/early-refresh[okta]:seamless   flaky");
    // What is expected is told in one line, and in full if asked for.
    assert!(verbose.contains(
        "      why       knows numbers only\n      issue     https://example.org/issues/7\n"
    ));
}

#[test]
fn in_junit() {
    let text = junit::render(&expecting(LIST, Gate::Must), None).expect("a report");
    let read = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
    let told = read
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
        .map(|test| {
            let expected = test
                .properties
                .iter()
                .find(|p| p.name.as_str() == "as-expected");
            let expected = expected.map_or("nothing expected", |p| p.value.as_str());
            let status = match &test.status {
                TestCaseStatus::Success { .. } => "passed".to_owned(),
                TestCaseStatus::NonSuccess { ty, message, .. } => {
                    format!(
                        "{} {}",
                        ty.as_deref().unwrap_or_default(),
                        message.as_deref().unwrap_or_default()
                    )
                }
                TestCaseStatus::Skipped { message, .. } => {
                    format!("skipped {}", message.as_deref().unwrap_or_default())
                }
            };
            format!("{} ({expected}): {status}", test.name.as_str())
        });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
    broken/harness[okta]:any (nothing expected): harness error: the run could not go on: nothing listens on 127.0.0.1:*
    errors/number-blind[okta]:blind (false): fail acme.expect.yaml:3: errors/number-blind[okta]:blind is expected to say `outcome.class` and says otherwise
    expiry/early-refresh[okta]:never-stale (nothing expected): passed
    expiry/early-refresh[okta]:reuses (nothing expected): passed
    expiry/early-refresh[okta]:seamless (true): passed
    lies/no-request[okta]:served (true): skipped expected, its cache is not the mock's (src/cache.py); error: the driver said ok for a#1, but the resource answered no request of this call with 2xx
    passive/ordinary-day[okta]:one-method (nothing expected): passed
    passive/ordinary-day[okta]:says-so (nothing expected): skipped needs a driver: nobody reports outcomes in passive mode
    rate-limit/wait-as-told[okta]:waits (true): skipped expected, does not wait; expected 30 s..45 s between token#1 and token#2; or throttled with a wait of 30 s..32 s for each call of `a`, and at least 30 s between token#1 and token#2; observed 0 s; a#1 ended ok
    refresh/lost-answer[okta]:bounded (nothing expected): fail expected at most 1 request to token; observed 3 requests
    rotation/reuse-detected[okta]:newest-only (false): fail acme.expect.yaml:6: rotation/reuse-detected[okta]:newest-only is expected to say `something else` and says otherwise
    rotation/reuse-detected[okta]:intruder (false): fail acme.expect.yaml:7: rotation/reuse-detected[okta]:intruder is expected to be inconclusive and ended with fail
    rotation/reuse-detected[okta]:never-stale (false): fail acme.expect.yaml:8: rotation/reuse-detected[okta]:never-stale was excused until 2026-11-20
    rotation/reuse-detected[okta]:gives-up (false): stale acme.expect.yaml:9: rotation/reuse-detected[okta]:gives-up is expected to fail and passes; take it out of the list
    rotation/static[okta]:newest-only (true): skipped expected, it never rotates; inconclusive: no rotation was observed (needs 1)
    expectation 1 (nothing expected): expectation acme.expect.yaml:12: `expiry/gone:seamless` matches no check there is
    ");
}

#[test]
fn in_markdown_and_html() {
    let report = expecting(LIST, Gate::Must);
    let markdown = markdown::render(&report);
    let at = markdown
        .find("<details><summary>")
        .map(|at| &markdown[at..]);
    let folded = at.and_then(|rest| rest.split("</details>").next());
    insta::assert_snapshot!(folded.unwrap_or_default(), @r"
    <details><summary>3 checks not passed, as expected</summary>

    | verdict | check | observed | why |
    | --- | --- | --- | --- |
    | error | `lies/no-request[okta]:served` | the driver said ok for a\#1, but the resource answered no request of this call with 2xx | its cache is not the mock's (src/cache.py) |
    | warn | `rate-limit/wait-as-told[okta]:waits` | 0 s; a\#1 ended ok | does not wait |
    | inconclusive | `rotation/static[okta]:newest-only` | no rotation was observed (needs 1) | it never rotates |
    ");
    assert!(markdown.contains("| stale | `rotation/reuse-detected[okta]:gives-up` |"));
    let page = html::render(&report, &[]).expect("a page");
    assert_eq!(
        page.matches(", expected</span> <b>").count(),
        report.tally.expected
    );
    assert_eq!(page.matches(">stale</span> <b>").count(), 1);
    assert!(page.contains(&format!(
        "<li class=\"known\"><b>{}</b> expected</li>",
        report.tally.expected
    )));
    for word in [
        "knows numbers only",
        "https://example.org/issues/7",
        "acme.expect.yaml:3, to fail",
    ] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn in_json() {
    let report = expecting(LIST, Gate::Must);
    let text = json::render(&report).expect("JSON");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    insta::assert_snapshot!(value["expectations"], @r#"{"file":"acme.expect.yaml","whole":true,"unmatched":[{"line":12,"check":"expiry/gone:seamless"}]}"#);
    insta::assert_snapshot!(value["cases"][1]["checks"][0]["expectation"], @r#"{"file":"acme.expect.yaml","line":3,"standing":"other_words","entry":{"check":"errors/number-blind:blind","is":"fail","says":"outcome.class","why":"knows numbers only","issue":"https://example.org/issues/7"}}"#);
    let mut read = json::read(&text).expect("the same");
    read.conclude();
    assert_eq!((read.reasons, read.exit), (report.reasons, report.exit));
}

/// An expectation is about a check, not about the harness.
#[test]
fn what_tokenproof_breaks_is_not_excused() {
    let list = "schema: 1\nexpect:\n  - { check: \"broken/harness:any\", is: error, why: x }\n";
    let report = expecting(list, Gate::Must);
    assert_eq!(report.exit, ExitCode::Harness);
    let check = report
        .checks()
        .find(|check| check.id == "any")
        .expect("the check");
    assert_eq!(
        check.expectation.as_ref().map(|e| e.standing),
        Some(Standing::Unjudged)
    );
    assert!(!check.is_expected());
    assert!(!report.reasons.iter().any(|reason| reason.contains("acme")));
}

/// A driver that dies in one case each time is known to do so.
#[test]
fn what_breaks_a_case_is_excused_with_all_its_checks() {
    let list =
        "schema: 1\nexpect:\n  - { check: \"lies/no-request:served\", is: error, why: it dies }\n";
    let with = |verdict| {
        let mut report = report(Gate::Must);
        for check in report.cases.iter_mut().flat_map(|case| &mut case.checks) {
            let is_it = check.name.0.starts_with("lies/");
            check.verdict = if is_it { verdict } else { Verdict::Pass };
            check.fault = is_it.then_some(Fault::Driver);
        }
        let case = CaseName("lies/no-request[okta]".to_owned());
        report.expect(&bound(list), true);
        report.close(&case, ExitCode::Driver, "the driver died".to_owned());
        let xml = junit::render(&report, None).expect("a report");
        assert_eq!(xml.contains("type=\"incident\""), !report.passed);
        report.exit
    };
    assert_eq!(with(Verdict::Error), ExitCode::AsExpected);
    assert_eq!(with(Verdict::Inconclusive), ExitCode::Driver);
}

#[test]
fn nothing_passed_stays_so_whatever_was_expected() {
    let stages: Vec<Stage> = stages()
        .into_iter()
        .filter(|s| s.case.head.scenario == "errors/number-blind")
        .collect();
    let played: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
    let mut report = Report::new(&played, Gate::Must);
    report.expect(
        &bound("schema: 1\nexpect:\n  - { check: \"errors:blind\", is: fail, why: x }\n"),
        false,
    );
    assert_eq!(
        (report.exit, report.reasons),
        (ExitCode::Gate, vec!["nothing passed".to_owned()])
    );
}

#[test]
fn of_many_that_do_not_hold_some_are_named() {
    let names: Vec<String> = (0..14)
        .map(|n| format!("  - {{ check: \"gone/n{n}:x\", is: fail, why: y }}\n"))
        .collect();
    let report = expecting(
        &format!("schema: 1\nexpect:\n{}", names.concat()),
        Gate::Must,
    );
    let told: Vec<&String> = report
        .reasons
        .iter()
        .filter(|r| r.contains("acme"))
        .collect();
    assert_eq!(told.len(), 10);
    insta::assert_snapshot!(told[9], @"5 more expectations of acme.expect.yaml do not hold");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever comes of checks: shards with a list merge to the bytes of one run, and what is expected is red nowhere.
    #[test]
    fn shards_keep_what_was_expected(
        picks in prop::collection::vec((0usize..6, any::<bool>(), any::<bool>()), 24),
        of in 1u32..5,
        should in any::<bool>(),
    ) {
        let gate = if should { Gate::Should } else { Gate::Must };
        let list = bound(LIST);
        let stages = stages();
        let judged = |names: Option<&[CaseName]>| {
            let chosen: Vec<&Stage> = stages.iter().filter(|s| names.is_none_or(|names| names.contains(&s.case.name))).collect();
            let played: Vec<Played<'_>> = chosen.iter().map(|stage| stage.played()).collect();
            let mut report = Report::new(&played, gate);
            let all: Vec<String> = stages.iter().flat_map(|s| s.case.checks.iter().map(|c| format!("{}:{}", s.case.name, c.check.id))).collect();
            for check in report.cases.iter_mut().flat_map(|case| &mut case.checks) {
                let at = all.iter().position(|name| *name == check.name.0).unwrap_or(0);
                let (verdict, must, driver) = picks[at % picks.len()];
                check.verdict = Verdict::ALL[verdict];
                check.level = if must { Level::Must } else { Level::Should };
                check.fault = (check.verdict == Verdict::Error).then_some(if driver { Fault::Driver } else { Fault::Harness });
            }
            report.expect(&list, true);
            report
        };
        let whole = judged(None);
        let mut names: Vec<CaseName> = stages.iter().map(|stage| stage.case.name.clone()).collect();
        names.sort();
        let parts = (1..=of).map(|index| {
            let mine: Vec<CaseName> = names.iter().zip((1..=of).cycle()).filter(|(_, turn)| *turn == index).map(|(name, _)| name.clone()).collect();
            let mut part = judged(Some(&mine));
            part.be_shard(format!("{index}/{of}").parse().expect("a shard"));
            (format!("{index}.json"), part)
        });
        let merged = merge(parts.collect()).expect("they belong together");
        prop_assert_eq!(json::render(&merged).expect("JSON"), json::render(&whole).expect("JSON"));
        prop_assert_eq!(whole.tally.sum(), whole.checks().count());
        let text = junit::render(&whole, None).expect("a report");
        let read = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
        let tests: Vec<_> = read.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
        for check in whole.checks() {
            let test = tests.iter().find(|test| test.name.as_str() == check.name.0).expect("a test case");
            let red = matches!(test.status, TestCaseStatus::NonSuccess { .. });
            let skipped = matches!(test.status, TestCaseStatus::Skipped { .. });
            if check.is_expected() {
                prop_assert!(skipped, "{}", check.name);
            }
            if check.is_wrongly_expected() {
                prop_assert!(red && !whole.passed, "{}", check.name);
            }
        }
        let excused = whole.checks().filter(|check| check.is_expected()).count();
        prop_assert_eq!(whole.tally.expected, excused);
    }
}

#[test]
fn reports_of_other_lists_are_not_merged() {
    let with = |list: Option<&str>| {
        let mut report = Report::new(&[], Gate::Must);
        if let Some(list) = list {
            report.expect(&bound(list), true);
        }
        report
    };
    let refused = |one: Report, other: Report| {
        let reports = vec![("1.json".to_owned(), one), ("2.json".to_owned(), other)];
        merge(reports).expect_err("refused").to_string()
    };
    insta::assert_snapshot!(refused(with(Some(LIST)), with(None)), @"`1.json` was played with the expectations `acme.expect.yaml` and `2.json` with no expectations; play both with the same `--expect`");
    let support = "schema: 1\nunsupported: { count: 1 }\n";
    insta::assert_snapshot!(refused(with(Some(LIST)), with(Some(support))), @"`1.json` was played with the expectations `acme.expect.yaml` and `2.json` with the expectations `acme.expect.yaml`; play both with the same `--expect`");
}

#[test]
fn what_the_set_does_not_score_is_not_held_against_the_list() {
    let cases: Vec<_> = stages()
        .into_iter()
        .map(|stage| stage.case)
        .filter(|case| case.head.scenario.starts_with("expiry"))
        .collect();
    let source = Source::new(
        "sets/2026-11.yaml",
        crate::frozen::freeze("2026-11", &cases),
    );
    let set = crate::frozen::FrozenSet::parse(&source).expect("a set");
    let mut report = report(Gate::Must);
    report.score_by(&set);
    report.expect(&bound(LIST), true);
    let told = report.reasons.join("; ");
    insta::assert_snapshot!(told, @"acme.expect.yaml:12: `expiry/gone:seamless` matches no check there is");
    assert_eq!(report.tally.expected, 0);
}
