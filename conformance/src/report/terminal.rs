//! The report on the terminal: one line for each case that passed, a block for each check that did not.

use std::time::Duration;

use super::wrap::{columns, padded, wrapped};
use super::{CaseReport, CheckReport, Report, Share, Style, WireLine, citation};
use crate::judge::span::{signed_span, span};
use crate::trace::Party;
use crate::verdict::{Fault, Verdict};

/// Room for the verdict at the beginning of a line.
const GUTTER: usize = 6;
/// Where the text beside a block's labels begins.
const MARGIN: usize = GUTTER + 10;
/// So many passing lines push failures out of sight, so that they are named again at the end.
const SCREENFUL: usize = 24;
/// Narrower than this nothing can be read.
const NARROWEST: usize = 60;

/// The whole report as text, wrapped at `width` columns.
#[must_use]
pub fn render(report: &Report, style: Style, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut lines = Vec::new();
    for case in &report.cases {
        if let Some(line) = passed(case, report, style) {
            lines.push(line);
        }
        for check in &case.checks {
            lines.extend(not_passed(check, &case.file, style, width));
        }
    }
    lines.extend(repeated(report, style, width));
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(summary(report, style, width));
    lines.push(String::new());
    lines.join("\n")
}

/// What is said of a check that did not pass, without its verdict, as plain text.
pub(super) fn story(check: &CheckReport, file: &str, width: usize) -> String {
    let lines = block(check, file, Style::Plain, width);
    let unindented: Vec<&str> = lines
        .iter()
        .map(|line| line.get(GUTTER..).unwrap_or_default())
        .collect();
    unindented.join("\n") + "\n"
}

/// The finding in one line: `expected …, observed …`.
pub(super) fn in_one_line(check: &CheckReport) -> String {
    let observed = &check.observed;
    match check.verdict {
        Verdict::Fail | Verdict::Warn => {
            format!("expected {}; observed {observed}", check.expected)
        }
        verdict => format!("{verdict}: {observed}"),
    }
}

/// The line of a case in which every check that applies passed.
fn passed(case: &CaseReport, report: &Report, style: Style) -> Option<String> {
    if !is_passed(case) {
        return None;
    }
    let names = report.cases.iter().filter(|case| is_passed(case));
    let widest = names.map(|case| columns(&case.name.0)).max().unwrap_or(0);
    let n = case
        .checks
        .iter()
        .filter(|c| c.verdict == Verdict::Pass)
        .count();
    let checks = match n {
        1 => " 1 check ".to_owned(),
        n => format!("{n:>2} checks"),
    };
    let times: Vec<String> = [
        case.virtual_ms
            .map(|millis| format!("{} virtual", span(Duration::from_millis(millis)))),
        case.took.map(|took| format!("{} ms", took.as_millis())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let name = padded(&case.name.0, widest);
    let line = format!(
        "{}{name}   {checks}   {}",
        gutter(Verdict::Pass, style),
        style.dim(&times.join(", "))
    );
    Some(line.trim_end().to_owned())
}

fn is_passed(case: &CaseReport) -> bool {
    let mut verdicts = case.checks.iter().map(|check| check.verdict);
    verdicts.clone().any(|verdict| verdict == Verdict::Pass)
        && verdicts.all(|verdict| matches!(verdict, Verdict::Pass | Verdict::NotApplicable))
}

fn not_passed(check: &CheckReport, file: &str, style: Style, width: usize) -> Vec<String> {
    let name = style.bold(&check.name.0);
    let head = format!("{}{name}", gutter(check.verdict, style));
    match check.verdict {
        Verdict::Pass => Vec::new(),
        Verdict::NotApplicable => {
            let fits = GUTTER + columns(&check.name.0) + 3 + columns(&check.observed) <= width;
            if fits {
                return vec![format!("{head}   {}", style.dim(&check.observed))];
            }
            let mut lines = vec![head];
            lines.extend(wrapped(&check.observed, GUTTER, width));
            lines
        }
        _ => {
            let mut lines = vec![head];
            lines.extend(block(check, file, style, width));
            lines
        }
    }
}

/// The lines below a check's name.
fn block(check: &CheckReport, file: &str, style: Style, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let said = format!(
        "{} ({}) {}",
        check.level.keyword(),
        citation::authority(check.authority),
        check.requirement
    );
    let refs = check.refs.join(", ");
    let requirement = format!("{said}   {refs}");
    lines.extend(wrapped(requirement.trim_end(), GUTTER, width));
    let with: Vec<String> = check
        .variation
        .iter()
        .map(|(axis, value)| format!("{axis}={value}"))
        .collect();
    let observed = match check.verdict {
        Verdict::Inconclusive => "missing",
        Verdict::Error => match check.fault.unwrap_or(Fault::Harness) {
            Fault::Harness => "harness",
            Fault::Driver => "driver",
        },
        _ => "observed",
    };
    for (label, text) in [
        ("with", with.join(", ").as_str()),
        ("expected", &check.expected),
        (observed, &check.observed),
        ("hint", check.hint.as_deref().unwrap_or_default()),
    ] {
        lines.extend(labelled(label, &wrapped(text, MARGIN, width), style));
    }
    let times: Vec<String> = check.wire.iter().map(sent_at).collect();
    let widest = times.iter().map(|time| columns(time)).max().unwrap_or(0);
    let wire: Vec<String> = check
        .wire
        .iter()
        .zip(&times)
        .flat_map(|(line, time)| {
            let text = format!("{}  {}", padded(time, widest), exchange(line));
            wrapped(&text, MARGIN, width)
        })
        .collect();
    lines.extend(labelled("wire", &wire, style));
    lines.push(format!(
        "{:GUTTER$}{}",
        "",
        style.dim(&format!("{file}:{}", check.line))
    ));
    lines
}

fn sent_at(line: &WireLine) -> String {
    let at = signed_span(jiff::SignedDuration::from_millis(line.at_ms));
    let sign = if at.starts_with('-') { "" } else { "+" };
    format!("#{} t{sign}{at}", line.number)
}

fn exchange(line: &WireLine) -> String {
    let mut text = format!("{} {}", line.method, line.path);
    if line.by == Party::Intruder {
        text.push_str("  by the intruder");
    }
    if let Some(shows) = &line.shows {
        text.push_str(&format!("  {shows}"));
    }
    text.push_str("  ->");
    match (line.status, &line.lost) {
        (None, None) => text.push_str(" no answer"),
        (status, lost) => {
            for part in [
                status.map(|s| s.to_string()),
                lost.as_ref().map(|l| format!("({l})")),
            ] {
                text.extend(part.map(|part| format!(" {part}")));
            }
        }
    }
    text.extend(line.error.as_ref().map(|error| format!(" {error}")));
    for part in line.headers.iter().chain(&line.issued) {
        text.push_str(&format!("  {part}"));
    }
    text
}

/// The names of what did not pass, once more, where passing cases have pushed them out of sight.
fn repeated(report: &Report, style: Style, width: usize) -> Vec<String> {
    let passing = report.cases.iter().filter(|case| is_passed(case)).count();
    let broken: Vec<&CheckReport> = report
        .checks()
        .filter(|check| !matches!(check.verdict, Verdict::Pass | Verdict::NotApplicable))
        .collect();
    if passing <= SCREENFUL || broken.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), style.dim("what did not pass, once more:")];
    for check in broken {
        lines.push(format!(
            "{}{}",
            gutter(check.verdict, style),
            style.bold(&check.name.0)
        ));
        lines.extend(wrapped(&in_one_line(check), GUTTER, width));
    }
    lines
}

fn summary(report: &Report, style: Style, width: usize) -> Vec<String> {
    let mut counts = Vec::new();
    let mut plain_counts = Vec::new();
    for verdict in Verdict::ALL {
        let n = report.tally.get(verdict);
        let text = format!("{n} {verdict}");
        counts.push(match n {
            0 => style.dim(&text),
            _ => style.verdict(verdict, &text),
        });
        plain_counts.push(text);
    }
    let share = |keyword: &str, share: Share| format!("{keyword} {}/{}", share.passed, share.of);
    let shares = format!(
        "{}   {}",
        share("MUST", report.must),
        share("SHOULD", report.should)
    );
    let counted = columns(&plain_counts.join("   "));
    let mut lines = Vec::new();
    if 1 + counted + 6 + columns(&shares) <= width {
        lines.push(format!(" {}      {shares}", counts.join("   ")));
    } else {
        let (first, second) = counts.split_at(counts.len() / 2);
        lines.push(format!(" {}", first.join("   ")));
        lines.push(format!(" {}", second.join("   ")));
        lines.push(format!(" {shares}"));
    }
    let reasons = match report.reasons.is_empty() {
        true => report.exit.meaning().to_owned(),
        false => report.reasons.join("; "),
    };
    lines.extend(wrapped(&format!("{}: {reasons}", report.exit), 1, width));
    lines
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

/// Lines beside a label that stands on the first; none for no lines.
fn labelled(label: &str, lines: &[String], style: Style) -> Vec<String> {
    let room = MARGIN - GUTTER;
    let mut labelled = lines.to_vec();
    if let Some(first) = labelled.first_mut() {
        let text = first.get(MARGIN..).unwrap_or_default();
        *first = format!(
            "{:GUTTER$}{}{text}",
            "",
            style.dim(&format!("{label:room$}"))
        );
    }
    labelled
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gate::Gate;
    use crate::judge::fixture::{tale, token};
    use crate::report::Played;
    use crate::report::sample::{Stage, report};
    use crate::verdict::Level;

    #[test]
    fn every_kind_of_line() {
        insta::assert_snapshot!(render(&report(Gate::Must), Style::Plain, 110));
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(render(&report(Gate::Should), Style::Plain, 64));
    }

    #[test]
    fn colours_only_add_escapes() {
        let report = report(Gate::Must);
        let (plain, coloured) = (
            render(&report, Style::Plain, 110),
            render(&report, Style::Colour, 110),
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
        insta::assert_snapshot!(render(&report, Style::Plain, 100), @"
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
            render(&Report::new(&played, Gate::Must), Style::Plain, 100)
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
