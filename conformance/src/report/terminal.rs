//! The report on the terminal: one line for each case that passed, a block for each check that did not.

mod block;
mod summary;

use std::collections::BTreeMap;
use std::time::Duration;

use super::several::several;
use super::wrap::{columns, padded, wrapped};
use super::{CaseReport, CheckReport, Report, Style, Verbosity, citation};
use crate::judge::span::span;
use crate::verdict::Verdict;
use block::block;
pub(super) use block::{in_one_line, in_real_time, story};
use summary::{repeated, summary};

/// Room for the verdict at the beginning of a line.
const GUTTER: usize = 6;
/// Stands beside what is not part of the set.
const UNSCORED: &str = "unscored";
/// Narrower than this nothing can be read.
const NARROWEST: usize = 60;

/// The whole report as text, wrapped at `width` columns.
#[must_use]
pub fn render(report: &Report, style: Style, verbosity: Verbosity, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut lines = Vec::new();
    if verbosity != Verbosity::Quiet {
        for case in &report.cases {
            lines.extend(passed(case, report, style, width));
            for check in &case.checks {
                let is_verbose = verbosity == Verbosity::Verbose;
                lines.extend(if check.is_passed() && is_verbose {
                    passing(check, style, width)
                } else if check.is_expected() && !is_verbose {
                    expected(check, style, width)
                } else {
                    not_passed(check, case, style, width)
                });
            }
            lines.extend(stderr(report.stderr_of(case), style, width));
        }
        lines.extend(not_run(report, style));
        lines.extend(repeated(report, style, width));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(summary(report, style, width));
    lines.push(String::new());
    lines.join("\n")
}

/// The line of a case in which every check that applies passed; two where one is too narrow.
fn passed(case: &CaseReport, report: &Report, style: Style, width: usize) -> Vec<String> {
    if !is_passed(case) {
        return Vec::new();
    }
    let names = report.cases.iter().filter(|case| is_passed(case));
    let widest = names.map(|case| columns(&case.name.0)).max().unwrap_or(0);
    let n = case.checks.iter().filter(|check| check.is_passed()).count();
    let checks = match n {
        1 => " 1 check ".to_owned(),
        n => format!("{n:>2} checks"),
    };
    let lasted = case
        .virtual_ms
        .map(|millis| format!("{} virtual", span(Duration::from_millis(millis))));
    let timed = case.timed.map(|_| "timed".to_owned());
    let took = case.took.map(|took| format!("{} ms", took.as_millis()));
    let mark = case.is_unscored().then(|| UNSCORED.to_owned());
    let beside = |took: Option<String>| {
        let parts = [lasted.clone(), timed.clone(), took, mark.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    // How long it really took must not change where anything stands.
    let roomy = beside(took.as_ref().map(|_| "00000 ms".to_owned()));
    let room = width.saturating_sub(GUTTER + columns(&checks) + columns(&roomy) + 6);
    let rest = format!("{checks}   {}", style.dim(&beside(took)));
    let word = gutter(Verdict::Pass, style);
    let name = &case.name.0;
    let lines = match columns(name) > room {
        true => vec![format!("{word}{name}"), format!("{:GUTTER$}{rest}", "")],
        false => vec![format!("{word}{}   {rest}", padded(name, widest.min(room)))],
    };
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// A passed check with the requirement it tests.
fn passing(check: &CheckReport, style: Style, width: usize) -> Vec<String> {
    let mut name = format!("{:GUTTER$}ok    {}", "", check.name);
    if check.unscored {
        name.push_str(&format!("   {UNSCORED}"));
    }
    if check.expectation.is_some() {
        name.push_str("   flaky");
    }
    let requirement = format!(
        "{} ({}) {}   {}",
        check.level.keyword(),
        citation::authority(check.authority),
        check.requirement,
        check.refs.join(", ")
    );
    let mut lines = vec![name];
    lines.extend(
        wrapped(requirement.trim_end(), 2 * GUTTER, width)
            .iter()
            .map(|line| style.dim(line)),
    );
    lines
}

/// A line for each scenario of which cases were not run.
fn not_run(report: &Report, style: Style) -> Vec<String> {
    let mut scenarios: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in &report.not_run {
        let (cases, checks) = scenarios.entry(&case.scenario).or_default();
        *cases += 1;
        *checks += case.checks.len();
    }
    let widest = scenarios
        .keys()
        .map(|name| columns(name))
        .max()
        .unwrap_or(0);
    let lines = scenarios.iter().map(|(name, (cases, checks))| {
        let name = padded(name, widest);
        let (cases, checks) = (several(*cases, "case"), several(*checks, "check"));
        style.dim(&format!("skip  {name}   not run: {cases}, {checks}"))
    });
    lines.collect()
}

/// What the command of a case wrote to standard error, each line as long as it is.
fn stderr(lines: &[String], style: Style, width: usize) -> Vec<String> {
    let head = (!lines.is_empty()).then(|| style.dim("the command's last words on stderr"));
    let head = head.map(|head| format!("{:GUTTER$}{head}", ""));
    let lines = lines.iter().flat_map(|line| {
        let mut lines = wrapped(line, GUTTER + 2, width);
        if lines.is_empty() {
            lines.push(String::new());
        }
        lines
    });
    head.into_iter().chain(lines).collect()
}

fn is_passed(case: &CaseReport) -> bool {
    let mut checks = case.checks.iter();
    let is_silent = |check: &CheckReport| {
        check.verdict == Verdict::NotApplicable && check.expectation.is_none()
    };
    checks.clone().any(CheckReport::is_passed)
        && checks.all(|check| check.is_passed() || is_silent(check))
}

/// The line of a check that did not pass as it was expected to.
fn expected(check: &CheckReport, style: Style, width: usize) -> Vec<String> {
    let name = &check.name.0;
    let mark = if check.unscored { UNSCORED } else { "" };
    let head = format!("{}{}", gutter_of(check, style), style.bold(name));
    let head = match mark {
        "" => head,
        mark => format!("{head}   {}", style.dim(mark)),
    };
    let said = format!("{}: {}", check.verdict, check.excuse());
    if GUTTER + columns(name) + columns(mark) + 6 + columns(&said) <= width {
        return vec![format!("{head}   {}", style.dim(&said))];
    }
    let mut lines = vec![head];
    lines.extend(
        wrapped(&said, GUTTER, width)
            .iter()
            .map(|line| style.dim(line)),
    );
    lines
}

fn not_passed(check: &CheckReport, case: &CaseReport, style: Style, width: usize) -> Vec<String> {
    let name = style.bold(&check.name.0);
    let mut head = format!("{}{name}", gutter_of(check, style));
    if check.unscored {
        head.push_str(&format!("   {}", style.dim(UNSCORED)));
    }
    match check.verdict {
        Verdict::Pass if !check.is_stale() => Vec::new(),
        Verdict::NotApplicable if check.expectation.is_none() => {
            let mark = if check.unscored {
                3 + columns(UNSCORED)
            } else {
                0
            };
            let named = GUTTER + columns(&check.name.0) + mark;
            let fits = named + 3 + columns(&check.observed) <= width;
            if fits {
                return vec![format!("{head}   {}", style.dim(&check.observed))];
            }
            let mut lines = vec![head];
            lines.extend(wrapped(&check.observed, GUTTER, width));
            lines
        }
        _ => {
            let mut lines = vec![head];
            let kept = case.kept.as_ref().map(|kept| kept.place.as_str());
            let bundle = kept.or(case.bundle.as_deref());
            lines.extend(block(check, case, bundle, style, width));
            lines
        }
    }
}

/// The word for a check, and room behind it. What was expected is no news; what is wrongly expected is.
fn gutter_of(check: &CheckReport, style: Style) -> String {
    let (verdict, word) = match check.verdict {
        _ if check.is_expected() => (Verdict::NotApplicable, "EXP"),
        Verdict::Pass if check.is_stale() => (Verdict::Fail, "STALE"),
        verdict => return gutter(verdict, style),
    };
    style.verdict(verdict, word) + &" ".repeat(GUTTER - word.len())
}

fn gutter(verdict: Verdict, style: Style) -> String {
    let word = match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Warn => "WARN",
        Verdict::Inconclusive => "????",
        Verdict::NotApplicable => "n/a",
        Verdict::Error => "ERR",
    };
    let room = " ".repeat(GUTTER - word.len());
    style.verdict(verdict, word) + &room
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::summary::SCREENFUL;
    use super::*;
    use crate::gate::Gate;
    use crate::judge::fixture::{tale, token};
    use crate::report::Played;
    use crate::report::sample::{Stage, report};
    use crate::verdict::Level;

    #[test]
    fn every_kind_of_line() {
        insta::assert_snapshot!(render(
            &report(Gate::Must),
            Style::Plain,
            Verbosity::Normal,
            110
        ));
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(render(
            &report(Gate::Should),
            Style::Plain,
            Verbosity::Normal,
            64
        ));
    }

    #[test]
    fn quiet_shows_the_summary_only() {
        let report = report(Gate::Must);
        let quiet = render(&report, Style::Plain, Verbosity::Quiet, 110);
        insta::assert_snapshot!(quiet, @"
        5 pass   5 fail   1 warn   1 inconclusive   1 not applicable   2 error      MUST 4/11   SHOULD 1/3
        tested acme-tokens 3.2.0, through the adapter acme
             clock     driven (as declared, and it moves)
             margin    300 s, though declared as 60 s
             throttled waits (as declared, never tried)
             at once   64 calls
             lacks     timers, cancel
        exit 3: 1 check could not be judged, harness at fault (first broken/harness[okta]:any); 1 check could not be
          judged, driver at fault (first lies/no-request[okta]:served); 5 MUST checks failed (see explain area.rule);
          1 MUST check inconclusive (see explain rotation.discard-old)
        ");
        let usual = render(&report, Style::Plain, Verbosity::Normal, 110);
        assert!(usual.ends_with(&quiet));
    }

    #[test]
    fn verbose_adds_each_passed_check_and_its_requirement() {
        let report = report(Gate::Must);
        let (usual, verbose) = (
            render(&report, Style::Plain, Verbosity::Normal, 110),
            render(&report, Style::Plain, Verbosity::Verbose, 110),
        );
        let mut rest = usual.lines().peekable();
        let added: Vec<&str> = verbose
            .lines()
            .filter(|line| rest.next_if_eq(line).is_none())
            .collect();
        assert_eq!(rest.next(), None, "nothing is left out");
        let passes = report
            .checks()
            .filter(|check| check.verdict == Verdict::Pass);
        assert_eq!(added.len(), 2 * passes.count());
        insta::assert_snapshot!(added.join("\n"), @"
        ok    expiry/early-refresh[okta]:never-stale
              MUST (rfc) area.rule   RFC 6749 section 6
        ok    expiry/early-refresh[okta]:reuses
              MUST (rfc) area.rule   RFC 6749 section 6
        ok    expiry/early-refresh[okta]:seamless
              MUST (rfc) area.rule   RFC 6749 section 6
        ok    passive/ordinary-day[okta]:one-method
              SHOULD (rfc) area.rule   RFC 6749 section 6
        ok    rotation/reuse-detected[okta]:gives-up
              MUST (rfc) area.rule   RFC 6749 section 6
        ");
    }

    #[test]
    fn colours_only_add_escapes() {
        let report = report(Gate::Must);
        let (plain, coloured) = (
            render(&report, Style::Plain, Verbosity::Normal, 110),
            render(&report, Style::Colour, Verbosity::Normal, 110),
        );
        assert!(!plain.contains('\u{1b}'));
        assert!(coloured.contains("\u{1b}[1;32mPASS\u{1b}[0m"));
        let mut stripped = String::new();
        for (index, part) in coloured.split("\u{1b}[").enumerate() {
            let text = part.split_once('m').map_or(part, |(_, text)| text);
            stripped.push_str(if index == 0 { part } else { text });
        }
        assert_eq!(stripped, plain);
    }

    #[test]
    fn all_well() {
        let check = json!({ "count": { "to": "token", "is": 1 } });
        let stage = Stage::new("area/name", Level::Must, [check], &[tale([token(0)])]);
        let report = Report::new(&[stage.played()], Gate::Should);
        insta::assert_snapshot!(render(&report, Style::Plain, Verbosity::Normal, 100), @"
        PASS  area/name[okta]    1 check    2 h 0 min virtual, 41 ms

         1 pass   0 fail   0 warn   0 inconclusive   0 not applicable   0 error      MUST 1/1   SHOULD 0/0
         exit 0: as expected
        ");
    }

    #[test]
    fn failures_are_named_again_only_after_a_screenful() {
        let check = || json!({ "count": { "to": "token", "is": 1 } });
        let told = |passing: usize| {
            let mut stages: Vec<Stage> = (0..passing)
                .map(|n| {
                    Stage::new(
                        &format!("b/{n:02}"),
                        Level::Must,
                        [check()],
                        &[tale([token(0)])],
                    )
                })
                .collect();
            stages.push(Stage::new("a/fails", Level::Must, [check()], &[tale([])]));
            let played: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
            render(
                &Report::new(&played, Gate::Must),
                Style::Plain,
                Verbosity::Normal,
                100,
            )
        };
        assert_eq!(told(SCREENFUL).matches("FAIL  a/fails").count(), 1);
        let long = told(SCREENFUL + 1);
        let end = long.find("what did not pass").map(|at| &long[at..]);
        insta::assert_snapshot!(end.unwrap_or_default(), @"
        what did not pass, once more:
        FAIL  a/fails[okta]:check
              expected exactly 1 request to token; observed no request

         25 pass   1 fail   0 warn
         0 inconclusive   0 not applicable   0 error
         MUST 25/26   SHOULD 0/0
         exit 1: 1 MUST check failed (see explain area.rule)
        ");
    }
}
