//! The end of the report: what did not pass once more, the counts, and what the gate says.

use super::block::{MARGIN, labelled};
use super::{GUTTER, gutter_of, in_one_line, is_passed};
use crate::report::wrap::{columns, wrapped};
use crate::report::{CheckReport, Report, Share, Style};
use crate::verdict::Verdict;

/// So many lines of cases that passed or were not run push failures out of sight, so that they are named again at the end.
pub(super) const SCREENFUL: usize = 24;

/// The names of what did not pass, once more, where other cases have pushed them out of sight.
pub(super) fn repeated(report: &Report, style: Style, width: usize) -> Vec<String> {
    let passing = report.cases.iter().filter(|case| is_passed(case)).count();
    let broken: Vec<&CheckReport> = report
        .checks()
        .filter(|check| !check.unscored)
        .filter(|check| !check.is_expected())
        .filter(|check| {
            check.is_wrongly_expected()
                || !matches!(check.verdict, Verdict::Pass | Verdict::NotApplicable)
        })
        .collect();
    if passing + report.not_run.len() <= SCREENFUL || broken.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), style.dim("what did not pass, once more:")];
    for check in broken {
        lines.push(format!(
            "{}{}",
            gutter_of(check, style),
            style.bold(&check.name.0)
        ));
        lines.extend(wrapped(&in_one_line(check), GUTTER, width));
    }
    lines
}

pub(super) fn summary(report: &Report, style: Style, width: usize) -> Vec<String> {
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
    if report.expectations.is_some() {
        let text = format!("{} expected", report.tally.expected);
        counts.push(style.dim(&text));
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
    for client in report.clients.iter().filter(|client| client.is_news()) {
        lines.extend(wrapped(&client.headline(), 1, width));
        for (label, text) in client.facts() {
            lines.extend(labelled(label, &wrapped(&text, MARGIN, width), style));
        }
    }
    for remark in report.remarks() {
        lines.extend(wrapped(&remark, 1, width));
    }
    let reasons = match report.reasons.is_empty() {
        true => report.exit.meaning().to_owned(),
        false => report.reasons.join("; "),
    };
    lines.extend(wrapped(&format!("{}: {reasons}", report.exit), 1, width));
    lines
}
