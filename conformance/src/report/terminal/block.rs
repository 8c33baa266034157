//! The block of a check that did not pass: what was expected, what was seen, and the exchanges that show it.

use std::time::Duration;

use super::GUTTER;
use crate::judge::span::{signed_span, span};
use crate::report::wrap::{columns, padded, wrapped};
use crate::report::{CaseReport, CheckReport, Style, WireLine, citation};
use crate::trace::Party;
use crate::verdict::{Fault, Verdict};

/// Where the text beside a block's labels begins.
pub(super) const MARGIN: usize = GUTTER + 10;

/// What is said of a check that did not pass, without its verdict, as plain text.
pub(in crate::report) fn story(check: &CheckReport, case: &CaseReport, width: usize) -> String {
    // In files there is no place to go to: reports are the same on every machine.
    let lines = block(check, case, None, Style::Plain, width);
    let unindented: Vec<&str> = lines
        .iter()
        .map(|line| line.get(GUTTER..).unwrap_or_default())
        .collect();
    unindented.join("\n") + "\n"
}

/// The finding in one line: `expected …, observed …`.
pub(in crate::report) fn in_one_line(check: &CheckReport) -> String {
    let observed = &check.observed;
    if let Some(complaint) = check.complaint().filter(|_| check.is_stale()) {
        return complaint;
    }
    match check.verdict {
        Verdict::Fail | Verdict::Warn => {
            format!("expected {}; observed {observed}", check.expected)
        }
        verdict => format!("{verdict}: {observed}"),
    }
}

/// The lines below a check's name.
/// `bundle` is where the case's recording is.
pub(super) fn block(
    check: &CheckReport,
    case: &CaseReport,
    bundle: Option<&str>,
    style: Style,
    width: usize,
) -> Vec<String> {
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
    let seen = match check.is_stale() {
        true => "it passes",
        false => &check.observed,
    };
    let timed = case.timed.map(in_real_time).unwrap_or_default();
    for (label, text) in [
        ("with", with.join(", ").as_str()),
        ("timed", &timed),
        ("expected", &check.expected),
        (observed, seen),
        ("hint", check.hint.as_deref().unwrap_or_default()),
    ] {
        lines.extend(labelled(label, &wrapped(text, MARGIN, width), style));
    }
    for (label, text) in check.said_before() {
        lines.extend(labelled(label, &wrapped(&text, MARGIN, width), style));
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
    let file = format!("{}:{}", case.file, check.line);
    let bundle = bundle.map(|bundle| format!("bundle {bundle}"));
    lines.extend(last_line(&file, bundle.as_deref(), style, width));
    lines
}

/// Where the check is written and where the recording is, beside each other where there is room. A path is never broken: it is
/// there to be copied.
fn last_line(file: &str, bundle: Option<&str>, style: Style, width: usize) -> Vec<String> {
    let line = |text: &str| format!("{:GUTTER$}{}", "", style.dim(text));
    match bundle {
        None => vec![line(file)],
        Some(bundle) if GUTTER + columns(file) + 3 + columns(bundle) <= width => {
            vec![line(&format!("{file}   {bundle}"))]
        }
        Some(bundle) => vec![line(file), line(bundle)],
    }
}

/// How fast a case was played.
pub(in crate::report) fn in_real_time(factor: u32) -> String {
    match factor {
        1 => "in real time".to_owned(),
        factor => format!(
            "in real time, where a second is {}",
            span(Duration::from_secs(factor.into()))
        ),
    }
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

/// Lines beside a label that stands on the first; none for no lines.
pub(super) fn labelled(label: &str, lines: &[String], style: Style) -> Vec<String> {
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
