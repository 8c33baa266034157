//! What the page shows, as the template wants it.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use jiff::SignedDuration;

use super::timeline::{Timeline, instant};
use crate::judge::span::{signed_span, span};
use crate::report::plain::plain;
use crate::report::several::several;
use crate::report::{CaseReport, CheckReport, NotRun, Played, Report, Share, WireLine, citation};
use crate::trace::{CutShort, Party, Road};
use crate::verdict::{Fault, Verdict};

/// The whole page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    report: &'a Report,
    reasons: Vec<String>,
    remarks: Vec<String>,
    counts: Vec<Count>,
    shares: Vec<(&'static str, Share)>,
    requirements: Vec<RequirementRow<'a>>,
    cases: Vec<CaseView<'a>>,
    not_run: &'a [NotRun],
}

struct Count {
    n: usize,
    verdict: Verdict,
    kind: &'static str,
}

/// A requirement and what became of its checks.
struct RequirementRow<'a> {
    first: &'a CheckReport,
    authority: &'static str,
    says: String,
    refs: String,
    counts: [usize; 6],
    kind: &'static str,
}

struct CaseView<'a> {
    case: &'a CaseReport,
    kind: &'static str,
    word: &'static str,
    file: String,
    sum: String,
    checks: Vec<CheckView<'a>>,
    /// What the command wrote to standard error, where it may help.
    stderr: String,
    runs: Vec<RunView>,
}

struct CheckView<'a> {
    check: &'a CheckReport,
    kind: &'static str,
    authority: &'static str,
    refs: String,
    /// Label and text, for what did not pass.
    lines: Vec<(&'static str, String)>,
}

/// One run with its timeline.
struct RunView {
    title: String,
    about: String,
    is_open: bool,
    timeline: Timeline,
    requests: Vec<RequestRow>,
}

struct RequestRow {
    line: WireLine,
    at: String,
    caller: String,
    answer: String,
    is_evidence: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report, played: &[Played<'_>]) -> Self {
        let counts = Verdict::ALL.into_iter().map(|verdict| Count {
            n: report.tally.get(verdict),
            verdict,
            kind: kind(verdict),
        });
        let mut cases: Vec<CaseView<'_>> = report
            .cases
            .iter()
            .map(|case| {
                let played = played.iter().find(|p| p.case.name == case.name);
                CaseView::new(report, case, played)
            })
            .collect();
        // Stable, so by name within.
        cases.sort_by_key(|view| std::cmp::Reverse(gravity(worst(view.case))));
        Self {
            report,
            reasons: report.reasons.iter().map(|text| plain(text)).collect(),
            remarks: report.remarks(),
            counts: counts.collect(),
            shares: vec![("MUST", report.must), ("SHOULD", report.should)],
            requirements: requirements(report),
            cases,
            not_run: &report.not_run,
        }
    }
}

fn requirements(report: &Report) -> Vec<RequirementRow<'_>> {
    let mut rows: BTreeMap<&str, RequirementRow<'_>> = BTreeMap::new();
    for check in report.checks() {
        let row = rows
            .entry(&check.requirement)
            .or_insert_with(|| RequirementRow {
                first: check,
                authority: citation::authority(check.authority),
                says: plain(&check.says),
                refs: plain(&check.refs.join(", ")),
                counts: [0; 6],
                kind: "pass",
            });
        for (verdict, count) in Verdict::ALL.into_iter().zip(&mut row.counts) {
            *count += usize::from(verdict == check.verdict && !check.unscored);
        }
    }
    let mut rows: Vec<RequirementRow<'_>> = rows.into_values().collect();
    let worst = |row: &RequirementRow<'_>| {
        let seen = Verdict::ALL.into_iter().zip(row.counts);
        let seen = seen.filter(|(_, n)| *n > 0).map(|(verdict, _)| verdict);
        seen.max_by_key(|verdict| gravity(*verdict))
            .unwrap_or(Verdict::NotApplicable)
    };
    for row in &mut rows {
        row.kind = kind(worst(row));
    }
    rows.sort_by_key(|row| (std::cmp::Reverse(gravity(worst(row))), row.first.level));
    rows
}

impl<'a> CaseView<'a> {
    fn new(report: &Report, case: &'a CaseReport, played: Option<&Played<'_>>) -> Self {
        let verdict = worst(case);
        let passed = case
            .checks
            .iter()
            .filter(|c| c.verdict == Verdict::Pass)
            .count();
        let mut sum = format!("{passed} of {} passed", several(case.checks.len(), "check"));
        if let Some(millis) = case.virtual_ms {
            let lasted = span(std::time::Duration::from_millis(millis));
            sum.push_str(&format!(" \u{b7} {lasted} virtual"));
        }
        let mut checks: Vec<CheckView<'_>> = case.checks.iter().map(CheckView::new).collect();
        checks.sort_by_key(|view| std::cmp::Reverse(gravity(view.check.verdict)));
        Self {
            case,
            kind: kind(verdict),
            word: verdict.name(),
            file: plain(&case.file),
            sum,
            checks,
            stderr: report.stderr_of(case).join("\n"),
            runs: played.map(|played| runs(case, played)).unwrap_or_default(),
        }
    }
}

impl<'a> CheckView<'a> {
    fn new(check: &'a CheckReport) -> Self {
        let with: Vec<String> = check
            .variation
            .iter()
            .map(|(axis, value)| format!("{axis}={value}"))
            .collect();
        let observed = match (check.verdict, check.fault) {
            (Verdict::Inconclusive, _) => "missing",
            (Verdict::Error, Some(Fault::Driver)) => "driver",
            (Verdict::Error, _) => "harness",
            _ => "observed",
        };
        let numbers: Vec<String> = check
            .wire
            .iter()
            .map(|line| format!("#{}", line.number))
            .collect();
        let lines = [
            ("asks", check.says.clone()),
            ("with", with.join(", ")),
            ("expected", check.expected.clone()),
            (observed, check.observed.clone()),
            ("hint", check.hint.clone().unwrap_or_default()),
            ("wire", numbers.join(" ")),
        ];
        let lines = lines.into_iter().filter(|(_, text)| !text.is_empty());
        Self {
            check,
            kind: kind(check.verdict),
            authority: citation::authority(check.authority),
            refs: plain(&check.refs.join(", ")),
            lines: match check.verdict {
                Verdict::Pass => Vec::new(),
                _ => lines.map(|(label, text)| (label, plain(&text))).collect(),
            },
        }
    }
}

fn runs(case: &CaseReport, played: &Played<'_>) -> Vec<RunView> {
    let many = played.runs.len() > 1;
    let mut views = Vec::new();
    for run in played.runs {
        let variation = played.case.variations.get(run.variation);
        let cell = variation.map(|variation| &variation.cell);
        // The findings that this run shows: those of its own judgements.
        let shown = played.judgements.iter().filter(|judgement| {
            judgement.variation == run.variation && judgement.finding.verdict != Verdict::Pass
        });
        let evidence: BTreeSet<u64> = shown.flat_map(|j| j.finding.exchanges.clone()).collect();
        let ahead = variation.map_or(0, |variation| {
            variation
                .body
                .client
                .clock_offset
                .0
                .as_millis()
                .try_into()
                .unwrap_or(0)
        });
        let trace = &run.trace;
        let title = match cell {
            Some(cell) if many => cell
                .iter()
                .map(|(axis, value)| format!("{axis}={value}"))
                .collect::<Vec<String>>()
                .join(", "),
            _ => "timeline".to_owned(),
        };
        let requests = trace.exchanges.iter().map(|exchange| {
            let line = WireLine::new(trace, exchange);
            let mut answer = match line.answered_ms {
                Some(at) if at != line.at_ms => {
                    let wait = SignedDuration::from_millis(at - line.at_ms);
                    format!("after {}", signed_span(wait))
                }
                _ => String::new(),
            };
            if let Some(held) = &exchange.entry.held {
                answer.push_str(&format!(" (held: {})", plain(&held.name)));
            }
            RequestRow {
                at: instant(line.at_ms),
                caller: match (line.by, &exchange.caller) {
                    (Party::Intruder, _) => "intruder".to_owned(),
                    (Party::Client, Some(caller)) => plain(&match &caller.client {
                        Some(client) => format!("{caller} by {client}"),
                        None => caller.to_string(),
                    }),
                    (Party::Client, None) => "client".to_owned(),
                },
                answer,
                is_evidence: evidence.contains(&line.number),
                line,
            }
        });
        let cut = match &trace.cut_short {
            None => String::new(),
            Some(CutShort::RequestBudget { limit }) => {
                format!(" \u{b7} cut short after {limit} requests")
            }
            Some(CutShort::ClientPanicked(why)) => {
                format!(" \u{b7} the client crashed: {}", plain(why))
            }
            Some(CutShort::Harness(why)) => {
                format!(" \u{b7} the run could not go on: {}", plain(why))
            }
        };
        let time = match trace.road {
            Road::Local => "virtual time",
            Road::Passive => "real time",
        };
        views.push(RunView {
            title: plain(&title),
            about: format!("{}, {time}{cut}", several(trace.exchanges.len(), "request")),
            is_open: !many || !evidence.is_empty(),
            timeline: Timeline::new(trace, &evidence, ahead),
            requests: requests.collect(),
        });
    }
    // Something is always open in a case that did not pass.
    if worst(case) != Verdict::Pass && views.iter().all(|view| !view.is_open) {
        views
            .iter_mut()
            .take(1)
            .for_each(|view| view.is_open = true);
    }
    views
}

/// The worst of what counts, or of all where nothing does.
fn worst(case: &CaseReport) -> Verdict {
    let counts = |check: &&CheckReport| case.is_unscored() || !check.unscored;
    let checks = case.checks.iter().filter(counts);
    let verdicts = checks.map(|check| check.verdict);
    verdicts
        .max_by_key(|verdict| gravity(*verdict))
        .unwrap_or(Verdict::NotApplicable)
}

/// What a reader wants to see first. A pass beside something that does not apply is a pass.
fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Error => 5,
        Verdict::Fail => 4,
        Verdict::Warn => 3,
        Verdict::Inconclusive => 2,
        Verdict::Pass => 1,
        Verdict::NotApplicable => 0,
    }
}

fn kind(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Warn => "warn",
        Verdict::Inconclusive => "open",
        Verdict::NotApplicable => "none",
        Verdict::Error => "error",
    }
}
