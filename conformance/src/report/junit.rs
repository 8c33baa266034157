//! The JUnit report: a suite for each scenario, a test case for each check.
//!
//! What was not tested never looks like a pass: `inconclusive` is a failure with that type, `not_applicable` and what was
//! not run are skipped, so is an unscored check that did not pass and one that was expected not to, and `error` is an error
//! with the type of whose fault it is. A `warn` passes with its story in `system-out`, unless the gate asks for should-level
//! requirements too. An expectation that does not hold is a failure, whatever the verdict.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::{CheckReport, Client, Incident, Report, citation, terminal};
use crate::gate::Gate;
use crate::verdict::{Fault, Verdict};

/// How many columns the story of a finding is wrapped at.
const WIDTH: usize = 120;

/// The report as JUnit XML; `started_at` goes into the suites' `timestamp` and is left out for comparable output.
///
/// # Errors
/// When the XML cannot be written, which no report is known to cause.
pub fn render(report: &Report, started_at: Option<Timestamp>) -> io::Result<String> {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for case in &report.cases {
        let suite = suites
            .entry(&case.scenario)
            .or_insert_with(|| new_suite(&case.scenario, report, started_at));
        for check in &case.checks {
            let story = terminal::story(check, case, WIDTH);
            let mut test = TestCase::new(&check.name.0, status(check, report.gate, &story));
            test.set_classname(&case.scenario);
            for (name, value) in [
                ("requirement", check.requirement.as_str()),
                ("level", check.level.keyword()),
                ("authority", citation::authority(check.authority)),
            ] {
                test.add_property(Property::new(name, value));
            }
            if let Some(bundle) = case.bundle.as_deref().filter(|_| check.is_recorded()) {
                test.add_property(Property::new("bundle", bundle));
            }
            if check.unscored {
                test.add_property(Property::new("scored", "false"));
            }
            for (name, value) in expectation(check) {
                test.add_property(Property::new(name, value));
            }
            let told_elsewhere = match check.verdict {
                // It passes or is skipped, and there is a reason to tell.
                _ if !check.unscored && check.expectation.is_some() => {
                    !check.is_expected() && !check.is_passed()
                }
                Verdict::Pass | Verdict::NotApplicable => true,
                Verdict::Warn if !report.gate.guards(check.level) => false,
                _ => !check.unscored,
            };
            if !told_elsewhere {
                test.set_system_out(story);
            }
            let stderr = report.stderr_of(case);
            if !stderr.is_empty() && check.verdict != Verdict::Pass {
                test.set_system_err(stderr.join("\n"));
            }
            suite.add_test_case(test);
        }
    }
    for case in &report.not_run {
        let suite = suites
            .entry(&case.scenario)
            .or_insert_with(|| new_suite(&case.scenario, report, started_at));
        for check in &case.checks {
            let mut status = TestCaseStatus::skipped();
            status.set_message("not run: stopped by --fail-fast");
            let mut test = TestCase::new(&check.0, status);
            test.set_classname(&case.scenario);
            suite.add_test_case(test);
        }
    }
    let mut junit = quick_junit::Report::new("tokenproof");
    junit.add_test_suites(suites.into_values());
    let astray = report.broken_beside_checks();
    let incidents: Vec<String> = report
        .counting_incidents()
        .map(Incident::to_string)
        .collect();
    if !incidents.is_empty() || !astray.is_empty() {
        junit.add_test_suite(beside_checks(incidents, astray));
    }
    junit.to_string().map_err(io::Error::other)
}

fn new_suite(scenario: &str, report: &Report, started_at: Option<Timestamp>) -> TestSuite {
    let mut suite = TestSuite::new(scenario);
    for (name, value) in report.clients.iter().flat_map(properties) {
        suite.add_property(Property::new(name, value));
    }
    if let Some(at) = started_at {
        suite
            .extra
            .insert("timestamp".into(), at.to_string().into());
    }
    suite
}

/// Who was under test, as properties: each suite has them, since readers show suites one at a time.
fn properties(client: &Client) -> Vec<(String, String)> {
    let reached = std::iter::once(("reached", client.reached()));
    let facts = reached.chain(client.facts());
    let facts = facts.map(|(label, text)| (format!("client.{}", label.replace(' ', "-")), text));
    let name = ("client".to_owned(), client.name.clone());
    let release = client
        .release
        .clone()
        .map(|it| ("client.release".to_owned(), it));
    let mut properties = vec![name];
    properties.extend(release);
    properties.extend(facts);
    properties
}

/// What no check shows, such as a command that failed on a green wire: a file of green tests must not hide it.
fn beside_checks(incidents: Vec<String>, astray: Vec<String>) -> TestSuite {
    let mut suite = TestSuite::new("tokenproof");
    let incidents = incidents.into_iter().enumerate();
    let incidents = incidents.map(|(index, what)| ("incident", index, what));
    let astray = astray.into_iter().enumerate();
    let astray = astray.map(|(index, what)| ("expectation", index, what));
    for (kind, index, what) in incidents.chain(astray) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(kind).set_message(what);
        suite.add_test_case(TestCase::new(format!("{kind} {}", index + 1), status));
    }
    suite
}

/// What was expected of a check, as properties.
fn expectation(check: &CheckReport) -> Vec<(&'static str, String)> {
    let Some(told) = &check.expectation else {
        return Vec::new();
    };
    let entry = &told.entry;
    let mut said = vec![
        ("expected", entry.is.name().to_owned()),
        ("as-expected", (!told.standing.is_wrong()).to_string()),
        ("why", entry.why.clone()),
    ];
    said.extend(entry.issue.clone().map(|issue| ("issue", issue)));
    said.extend(entry.source.clone().map(|source| ("source", source)));
    said
}

fn status(check: &CheckReport, gate: Gate, story: &str) -> TestCaseStatus {
    if check.unscored && !matches!(check.verdict, Verdict::Pass | Verdict::NotApplicable) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("unscored, {}", terminal::in_one_line(check)));
        return status;
    }
    if check.is_expected() && !check.unscored {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!(
            "expected, {}; {}",
            check.excuse(),
            terminal::in_one_line(check)
        ));
        return status;
    }
    let is_stale = check.is_wrongly_expected() && !check.unscored;
    let (kind, ty) = match check.verdict {
        Verdict::Pass | Verdict::Warn | Verdict::NotApplicable if is_stale => {
            (NonSuccessKind::Failure, "stale")
        }
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Warn if !gate.guards(check.level) => return TestCaseStatus::success(),
        Verdict::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(&check.observed);
            return status;
        }
        Verdict::Fail => (NonSuccessKind::Failure, "fail"),
        Verdict::Warn => (NonSuccessKind::Failure, "warn"),
        Verdict::Inconclusive => (NonSuccessKind::Failure, "inconclusive"),
        Verdict::Error => (
            NonSuccessKind::Error,
            check.fault.unwrap_or(Fault::Harness).name(),
        ),
    };
    let mut status = TestCaseStatus::non_success(kind);
    let message = check.complaint().filter(|_| is_stale);
    status
        .set_type(ty)
        .set_message(message.unwrap_or_else(|| terminal::in_one_line(check)))
        .set_description(format!("\n{story}"));
    status
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::sample;
    use crate::verdict::Level;

    #[test]
    fn the_whole_report() {
        let text = render(&sample::report(Gate::Must), None).expect("a report");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn an_incident_is_a_failed_test_of_its_own() {
        let mut report = Report::new(&[], Gate::Must);
        let case = crate::case::CaseName("area/name[okta]".to_owned());
        report.close(
            &case,
            crate::exit::ExitCode::Gate,
            "the command failed".to_owned(),
        );
        insta::assert_snapshot!(render(&report, None).expect("a report"), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="tokenproof" tests="1" skipped="0" failures="1" errors="0">
            <testsuite name="tokenproof" tests="1" skipped="0" errors="0" failures="1">
                <testcase name="incident 1">
                    <failure message="in area/name[okta], the command failed" type="incident"/>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_time_is_shown_only_if_given() {
        let report = sample::report(Gate::Must);
        let at = "2030-01-01T00:00:00Z".parse().expect("a time");
        let timed = render(&report, Some(at)).expect("a report");
        assert!(timed.contains(" timestamp=\"2030-01-01T00:00:00Z\""));
        let untimed = timed.replace(" timestamp=\"2030-01-01T00:00:00Z\"", "");
        assert_eq!(untimed, render(&report, None).expect("a report"));
    }

    proptest! {
        /// A test case without failure, error or skip stands for a check that was tested and passed the gate.
        #[test]
        fn nothing_untested_is_a_plain_pass(
            picks in prop::collection::vec((0usize..6, any::<bool>()), 12),
            should in any::<bool>(),
        ) {
            let mut report = sample::report(if should { Gate::Should } else { Gate::Must });
            let checks = report.cases.iter_mut().flat_map(|case| &mut case.checks);
            for (check, (verdict, must)) in checks.zip(picks) {
                check.verdict = Verdict::ALL[verdict];
                check.level = if must { Level::Must } else { Level::Should };
            }
            let text = render(&report, None).expect("a report");
            let read = quick_junit::Report::deserialize_from_str(&text).expect("JUnit");
            let tests: Vec<TestCase> = read.test_suites.into_iter().flat_map(|s| s.test_cases).collect();
            prop_assert_eq!(tests.len(), report.checks().count());
            for check in report.checks() {
                let test = tests.iter().find(|test| test.name == check.name.0).expect("a test case");
                let plain = matches!(test.status, TestCaseStatus::Success { .. });
                match check.verdict {
                    Verdict::Pass => prop_assert!(plain && test.system_out.is_none()),
                    Verdict::Warn if !report.gate.guards(check.level) => {
                        prop_assert!(plain && test.system_out.is_some());
                    }
                    Verdict::NotApplicable => {
                        let skipped = matches!(test.status, TestCaseStatus::Skipped { .. });
                        prop_assert!(skipped);
                    }
                    _ => prop_assert!(!plain),
                }
            }
        }
    }
}
