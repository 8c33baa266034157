//! The Markdown summary for the page of a CI step: what did not pass by requirement, what passed as counts.
//!
//! GitHub Flavored Markdown, which GitLab reads too. Texts from outside are escaped and cannot become markup.

use std::collections::BTreeMap;

use super::several::several;
use super::{CheckReport, Client, Report, Share, citation};
use crate::verdict::{Level, Verdict};

/// The summary as Markdown with a final newline.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut parts = vec![head(report), counts(report)];
    let (closing, skipped): (Vec<_>, Vec<_>) = report
        .checks()
        .filter(|check| !check.is_passed() && !check.is_expected() && !check.unscored)
        .partition(|check| check.verdict != Verdict::NotApplicable || check.is_wrongly_expected());
    if !closing.is_empty() {
        parts.push(format!(
            "### What did not pass\n\n{}",
            table(&closing, report)
        ));
    }
    let known: Vec<&CheckReport> = report
        .checks()
        .filter(|check| check.is_expected() && !check.unscored)
        .collect();
    if !known.is_empty() {
        let title = format!("{} not passed, as expected", several(known.len(), "check"));
        parts.push(folded(&title, &excuses(&known)));
    }
    for case in &report.cases {
        let stderr = report.stderr_of(case);
        if !stderr.is_empty() {
            let name = code(&case.name.0);
            let lines = std::iter::once(name).chain(stderr.iter().map(|line| escaped(line)));
            let lines: Vec<String> = lines.collect();
            let title = "the command's last words on stderr";
            parts.push(folded(title, &lines.join("<br>\n")));
        }
    }
    if !skipped.is_empty() {
        let title = format!("{} not applicable", several(skipped.len(), "check"));
        parts.push(folded(&title, &table(&skipped, report)));
    }
    let unscored: Vec<&CheckReport> = report.checks().filter(|check| check.unscored).collect();
    if !unscored.is_empty() {
        let title = format!("{} unscored", several(unscored.len(), "check"));
        parts.push(folded(&title, &table(&unscored, report)));
    }
    if !report.not_run.is_empty() {
        let n = report.not_run.iter().map(|case| case.checks.len()).sum();
        let names = report.not_run.iter().map(|case| code(&case.name.0));
        let list: Vec<String> = names.map(|name| format!("- {name}")).collect();
        parts.push(folded(
            &format!("{} not run", several(n, "check")),
            &list.join("\n"),
        ));
    }
    if report.tally.pass > 0 {
        let title = format!("{} passed", several(report.tally.pass, "check"));
        parts.push(folded(&title, &passes(report)));
    }
    parts.join("\n\n") + "\n"
}

fn head(report: &Report) -> String {
    let said = match report.passed {
        true => "passed",
        false => "the gate is closed",
    };
    let mut lines = vec![format!("## Tokenproof: {said} ({})", report.exit)];
    let sentences: Vec<String> = report
        .reasons
        .iter()
        .chain(
            &report
                .clients
                .iter()
                .map(Client::in_words)
                .collect::<Vec<_>>(),
        )
        .chain(&report.remarks())
        .map(|text| format!("- {}", escaped(text)))
        .collect();
    if !sentences.is_empty() {
        lines.push(sentences.join("\n"));
    }
    lines.join("\n\n")
}

fn counts(report: &Report) -> String {
    let share = |share: Share| format!("{}/{}", share.passed, share.of);
    let mut cells: Vec<(String, String)> = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict.to_string(), report.tally.get(verdict).to_string()))
        .collect();
    if report.expectations.is_some() {
        cells.push(("expected".to_owned(), report.tally.expected.to_string()));
    }
    if let Some(unscored) = report.unscored {
        cells.push(("unscored".to_owned(), unscored.sum().to_string()));
    }
    if !report.not_run.is_empty() {
        let n: usize = report.not_run.iter().map(|case| case.checks.len()).sum();
        cells.push(("not run".to_owned(), n.to_string()));
    }
    cells.push(("MUST".to_owned(), share(report.must)));
    cells.push(("SHOULD".to_owned(), share(report.should)));
    cells.push(("gate".to_owned(), report.gate.to_string()));
    let (names, values): (Vec<String>, Vec<String>) = cells.into_iter().unzip();
    let rule = vec!["---:".to_owned(); names.len()];
    [row(&names), row(&rule), row(&values)].join("\n")
}

/// Checks as rows, those of one requirement under one another, binding ones first.
fn table(checks: &[&CheckReport], report: &Report) -> String {
    let mut groups: BTreeMap<(Level, &str), Vec<&CheckReport>> = BTreeMap::new();
    for check in checks {
        let key = (check.level, check.requirement.as_str());
        groups.entry(key).or_default().push(check);
    }
    let mut lines = vec![
        "| requirement | level | authority | verdict | check | expected | observed |".to_owned(),
        "| --- | --- | --- | --- | --- | --- | --- |".to_owned(),
    ];
    for group in groups.values() {
        for (index, check) in group.iter().enumerate() {
            // The requirement is named once, above the checks that test it.
            let [requirement, level, authority] = match index {
                0 => [
                    requirement(check),
                    check.level.keyword().to_owned(),
                    citation::authority(check.authority).to_owned(),
                ],
                _ => [const { String::new() }; 3],
            };
            lines.push(row(&[
                requirement,
                level,
                authority,
                match check.is_stale() {
                    true => "stale".to_owned(),
                    false => check.verdict.to_string(),
                },
                named(check, report),
                escaped(&check.expected),
                escaped(&observed(check)),
            ]));
        }
    }
    lines.join("\n")
}

/// The check, and the recording that shows what became of it.
fn named(check: &CheckReport, report: &Report) -> String {
    let name = code(&check.name.0);
    let mut cases = report.cases.iter().filter(|_| check.is_recorded());
    let case = cases.find(|case| case.checks.iter().any(|own| own.name == check.name));
    match case.and_then(|case| case.bundle.as_deref()) {
        Some(bundle) => format!("{name}<br>bundle {}", code(bundle)),
        None => name,
    }
}

/// What was seen, and what is wrong with the entry that speaks of it.
fn observed(check: &CheckReport) -> String {
    let parts = [Some(check.observed.clone()), check.complaint()];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<String>>().join("; ")
}

/// Checks that were expected not to pass, with the reasons.
fn excuses(checks: &[&CheckReport]) -> String {
    let mut lines = vec![
        "| verdict | check | observed | why |".to_owned(),
        "| --- | --- | --- | --- |".to_owned(),
    ];
    lines.extend(checks.iter().map(|check| {
        row(&[
            check.verdict.to_string(),
            code(&check.name.0),
            escaped(&check.observed),
            escaped(&check.excuse()),
        ])
    }));
    lines.join("\n")
}

fn requirement(check: &CheckReport) -> String {
    let mut text = format!("{}<br>{}", code(&check.requirement), escaped(&check.says));
    if !check.refs.is_empty() {
        text.push_str(&format!(" ({})", escaped(&check.refs.join(", "))));
    }
    text
}

/// How many checks of each requirement passed.
fn passes(report: &Report) -> String {
    let mut shares: BTreeMap<(Level, &str), (Share, &CheckReport)> = BTreeMap::new();
    for check in report.checks() {
        if check.verdict == Verdict::NotApplicable || check.unscored {
            continue;
        }
        let key = (check.level, check.requirement.as_str());
        let (share, _) = shares.entry(key).or_insert((Share::default(), check));
        share.of += 1;
        share.passed += usize::from(check.is_passed());
    }
    let mut lines = vec![
        "| requirement | level | authority | passed |".to_owned(),
        "| --- | --- | --- | ---: |".to_owned(),
    ];
    for (share, check) in shares.values().filter(|(share, _)| share.passed > 0) {
        lines.push(row(&[
            code(&check.requirement),
            check.level.keyword().to_owned(),
            citation::authority(check.authority).to_owned(),
            format!("{} of {}", share.passed, share.of),
        ]));
    }
    lines.join("\n")
}

fn folded(title: &str, body: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{body}\n\n</details>")
}

fn row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// A text in which nothing is markup: punctuation that could be is escaped (CommonMark 0.31 section 2.4).
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // References, which no later reader of the HTML takes for a tag.
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' | '$' => {
                shown.push('\\');
                shown.push(c);
            }
            c if c.is_control() => shown.push(' '),
            c => shown.push(c),
        }
    }
    shown
}

/// A name in a code span, or escaped where it holds what would end the span or the cell.
fn code(name: &str) -> String {
    if name.contains(['`', '|', '\\']) || name.chars().any(char::is_control) {
        escaped(name)
    } else {
        format!("`{name}`")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gate::Gate;
    use crate::report::sample;

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(render(&sample::report(Gate::Must)));
    }

    #[test]
    fn markup_from_outside_is_escaped() {
        insta::assert_snapshot!(
            escaped("a|b `c` <script> **d** [e](f) \\ &amp; $x$"),
            @r"a\|b \`c\` &lt;script&gt; \*\*d\*\* \[e\](f) \\ &amp;amp; \$x\$"
        );
        insta::assert_snapshot!(code("a`b|c"), @r"a\`b\|c");
    }

    #[test]
    fn nothing_was_played() {
        insta::assert_snapshot!(render(&Report::new(&[], Gate::Must)), @"
        ## Tokenproof: the gate is closed (exit 5)

        - nothing was selected

        | pass | fail | warn | inconclusive | not applicable | error | MUST | SHOULD | gate |
        | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | 0 | 0 | 0 | 0 | 0 | 0 | 0/0 | 0/0 | must |
        ");
    }

    /// Bars that end a cell.
    fn bars(line: &str) -> usize {
        let mut escaped = false;
        line.chars()
            .filter(|c| {
                let bar = *c == '|' && !escaped;
                escaped = *c == '\\' && !escaped;
                bar
            })
            .count()
    }

    proptest! {
        /// Whatever a client sends, it makes no row, no cell and no tag of its own.
        #[test]
        fn hostile_texts_stay_in_their_cell(text in "(\\PC|[|`<>\\\\\\n\\r#*\\[\\]])*") {
            let tame = sample::report(Gate::Must);
            let mut hostile = tame.clone();
            for check in hostile.cases.iter_mut().flat_map(|case| &mut case.checks) {
                check.expected.clone_from(&text);
                check.observed.clone_from(&text);
                check.says.clone_from(&text);
            }
            let (tame, hostile) = (render(&tame), render(&hostile));
            prop_assert_eq!(tame.lines().count(), hostile.lines().count());
            for (tame, hostile) in tame.lines().zip(hostile.lines()) {
                prop_assert_eq!(bars(tame), bars(hostile), "{}", hostile);
                prop_assert_eq!(tame.matches('<').count(), hostile.matches('<').count());
            }
        }
    }
}
