//! What the page shows, as the template wants it.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use jiff::SignedDuration;

use super::shade::Shade;
use super::timeline::{Timeline, instant};
use crate::driver::Lack;
use crate::judge::span::{signed_span, span};
use crate::report::client::LACKS;
use crate::report::plain::plain;
use crate::report::several::several;
use crate::report::terminal::in_real_time;
use crate::report::{
    CaseReport, CheckReport, Client, NotRun, Played, Report, Share, WireLine, citation,
};
use crate::trace::{CutShort, Party, Road};
use crate::verdict::{Fault, Verdict};

/// The whole page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    report: &'a Report,
    clients: Vec<ClientView>,
    reasons: Vec<String>,
    remarks: Vec<String>,
    counts: Vec<Count>,
    shares: Vec<(&'static str, Share)>,
    requirements: Vec<RequirementRow<'a>>,
    cases: Vec<CaseView<'a>>,
    not_run: &'a [NotRun],
}

/// Who was under test.
struct ClientView {
    title: String,
    reached: String,
    facts: Vec<(&'static str, String)>,
    /// What it lacks, in one line, and with reasons.
    missing: String,
    lacks: Vec<Lack>,
}

struct Count {
    n: usize,
    word: &'static str,
    kind: &'static str,
}

/// A requirement and what became of its checks.
struct RequirementRow<'a> {
    first: &'a CheckReport,
    authority: &'static str,
    says: String,
    refs: String,
    counts: Vec<usize>,
    kind: &'static str,
}

struct CaseView<'a> {
    case: &'a CaseReport,
    kind: &'static str,
    word: String,
    file: String,
    /// The name of the recording and the way to it, where there is one.
    bundle: Option<(&'a str, Option<&'a str>)>,
    sum: String,
    checks: Vec<CheckView<'a>>,
    /// What the command wrote to standard error, where it may help.
    stderr: String,
    runs: Vec<RunView>,
}

struct CheckView<'a> {
    check: &'a CheckReport,
    shade: Shade,
    kind: &'static str,
    word: String,
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
            word: verdict.name(),
            kind: Shade::Plain(verdict).kind(),
        });
        let expected = report.expectations.as_ref().map(|_| Count {
            n: report.tally.expected,
            word: "expected",
            kind: "known",
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
        cases.sort_by_key(|view| std::cmp::Reverse(Shade::worst(view.case).gravity()));
        Self {
            report,
            clients: report.clients.iter().map(ClientView::new).collect(),
            reasons: report.reasons.iter().map(|text| plain(text)).collect(),
            remarks: report.remarks(),
            counts: counts.chain(expected).collect(),
            shares: vec![("MUST", report.must), ("SHOULD", report.should)],
            requirements: requirements(report),
            cases,
            not_run: &report.not_run,
        }
    }
}

impl ClientView {
    fn new(client: &Client) -> Self {
        let (missing, facts): (Vec<_>, Vec<_>) = client
            .facts()
            .into_iter()
            .partition(|(label, _)| *label == LACKS);
        Self {
            title: client.title(),
            reached: client.reached(),
            missing: missing.into_iter().map(|(_, text)| text).collect(),
            facts,
            lacks: client.lacks.clone(),
        }
    }
}

fn requirements(report: &Report) -> Vec<RequirementRow<'_>> {
    // Columns as on top: one for each verdict, and one for what was expected where there is a list.
    let columns = Verdict::ALL.len() + usize::from(report.expectations.is_some());
    let mut rows: BTreeMap<&str, (RequirementRow<'_>, Shade)> = BTreeMap::new();
    for check in report.checks() {
        let (row, worst) = rows.entry(&check.requirement).or_insert_with(|| {
            let row = RequirementRow {
                first: check,
                authority: citation::authority(check.authority),
                says: plain(&check.says),
                refs: plain(&check.refs.join(", ")),
                counts: vec![0; columns],
                kind: "none",
            };
            (row, Shade::Plain(Verdict::NotApplicable))
        });
        if check.unscored {
            continue;
        }
        let shade = Shade::of(check);
        let column = Verdict::ALL.iter().position(|v| *v == check.verdict);
        let column = match shade {
            Shade::Expected(_) => Some(Verdict::ALL.len()),
            Shade::Plain(_) | Shade::Stale => column,
        };
        if let Some(count) = column.and_then(|at| row.counts.get_mut(at)) {
            *count += 1;
        }
        if shade.gravity() > worst.gravity() {
            *worst = shade;
            row.kind = shade.kind();
        }
    }
    let mut rows: Vec<(RequirementRow<'_>, Shade)> = rows.into_values().collect();
    rows.sort_by_key(|(row, worst)| (std::cmp::Reverse(worst.gravity()), row.first.level));
    rows.into_iter().map(|(row, _)| row).collect()
}

impl<'a> CaseView<'a> {
    fn new(report: &Report, case: &'a CaseReport, played: Option<&Played<'_>>) -> Self {
        let worst = Shade::worst(case);
        let passed = case.checks.iter().filter(|c| c.is_passed()).count();
        let mut sum = format!("{passed} of {} passed", several(case.checks.len(), "check"));
        if let Some(millis) = case.virtual_ms {
            let lasted = span(std::time::Duration::from_millis(millis));
            sum.push_str(&format!(" \u{b7} {lasted} virtual"));
        }
        if let Some(factor) = case.timed {
            sum.push_str(&format!(" \u{b7} {}", in_real_time(factor)));
        }
        let mut checks: Vec<CheckView<'_>> = case.checks.iter().map(CheckView::new).collect();
        checks.sort_by_key(|view| std::cmp::Reverse(view.shade.gravity()));
        Self {
            case,
            kind: worst.kind(),
            word: worst.word(),
            file: plain(&case.file),
            bundle: case.bundle.as_deref().map(|name| {
                let kept = case.kept.as_ref();
                (name, kept.and_then(|kept| kept.link.as_deref()))
            }),
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
        let lines = lines.into_iter().chain(check.said_before());
        let lines = lines.filter(|(_, text)| !text.is_empty());
        let shade = Shade::of(check);
        Self {
            check,
            shade,
            kind: shade.kind(),
            word: shade.word(),
            authority: citation::authority(check.authority),
            refs: plain(&check.refs.join(", ")),
            lines: match shade {
                Shade::Plain(Verdict::Pass) if check.expectation.is_none() => Vec::new(),
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
            Some(CutShort::Driver(why)) => {
                format!(" \u{b7} the driver failed: {}", plain(why))
            }
            Some(CutShort::Unsupported(why)) => format!(" \u{b7} not played: {}", plain(why)),
        };
        let time = match trace.road {
            Road::Local | Road::Driver if trace.timed.is_none() => "virtual time",
            Road::Local | Road::Driver => "virtual time, played in real time",
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
    if Shade::worst(case) != Shade::Plain(Verdict::Pass) && views.iter().all(|view| !view.is_open) {
        views
            .iter_mut()
            .take(1)
            .for_each(|view| view.is_open = true);
    }
    views
}
