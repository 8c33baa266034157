//! Bringing a list up to what was seen: stale entries go, new failures come, comments and order stay.

use std::fmt;

use super::edit::{Edits, Lines};
use super::revision::{Sight, TODO};
use super::text::{self, scalar};
use super::{Bound, Entry, Expectations, Expected, Unsupported, UnsupportedAt};
use crate::case::CheckName;
use crate::diagnostic::Source;
use crate::exit::ExitCode;
use crate::report::Report;
use crate::verdict::Verdict;
use crate::yaml::{self, Node};

/// A list that was brought up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The file as it is to be.
    pub text: String,
    /// How many entries came.
    pub added: usize,
    /// How many went.
    pub removed: usize,
    /// How many were changed: they name fewer checks, end otherwise or say more exactly how.
    pub changed: usize,
    /// How many entries of the file have no reason yet.
    pub unreasoned: usize,
}

/// Why a file cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unwritable {
    /// The run does not show everything the list speaks of.
    #[error(
        "not everything that the list speaks of was played, so nothing can be said of the rest; play all of it"
    )]
    NotWhole,
    /// Where nothing passes, it is not the checks that fail.
    #[error("nothing passed, which is no state to get used to; see what `tokenproof run` says")]
    NothingPassed,
    /// A driver or a command broke down: what its cases say is not about the client.
    #[error(
        "{} broken off, which says nothing of the client: {}; mend what broke, and update the list then",
        if *.count == 1 { "1 case was".to_owned() } else { format!("{} cases were", .count) },
        .first.join("; ")
    )]
    Broken {
        /// How many cases.
        count: usize,
        /// The first of them, with what happened.
        first: Vec<String>,
    },
    /// Its form is one that is not edited.
    #[error(
        "line {line} cannot be edited: {why}; write each entry in lines of its own that begin with `- `"
    )]
    Form {
        /// The line, from 1.
        line: u32,
        /// What stands in the way.
        why: &'static str,
    },
    /// What came out is not what was meant.
    #[error("the edited file would not be what it was meant to be; please report this")]
    Mistaken,
}

impl fmt::Display for Updated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.added, "added"),
            (self.changed, "changed"),
            (self.removed, "taken out"),
        ];
        let told = parts.into_iter().filter(|(n, _)| *n > 0);
        let told: Vec<String> = told.map(|(n, what)| format!("{n} {what}")).collect();
        match told.is_empty() {
            true => f.write_str("nothing to change")?,
            false => f.write_str(&told.join(", "))?,
        }
        match self.unreasoned {
            0 => Ok(()),
            1 => write!(f, "; 1 entry says {TODO} where a reason belongs"),
            n => write!(f, "; {n} entries say {TODO} where a reason belongs"),
        }
    }
}

/// The file of a list as it has to be for a run that ends as this one did to be as expected.
///
/// Entries that no longer hold are narrowed, changed or taken out, and what closes the gate and is not named is added with
/// `TODO` in place of a reason. Comments, order and every entry that holds stay as they are.
///
/// # Errors
/// The report does not show all the list speaks of, a driver broke down, or the file has a form that is not edited.
pub fn update(list: &Bound, report: &Report) -> Result<Updated, Unwritable> {
    let told = report.expectations.as_ref();
    let is_whole = told.is_some_and(|told| told.whole) && !list.is_elsewhere();
    if report.shard.is_some() || !report.not_run.is_empty() || !is_whole {
        return Err(Unwritable::NotWhole);
    }
    if let Some(broken) = broken(report) {
        return Err(broken);
    }
    if !report.checks().any(|check| check.verdict == Verdict::Pass) {
        return Err(Unwritable::NothingPassed);
    }
    let mut text = list.source().text.to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    // What can be read can be read again.
    let root = yaml::parse(&text).map_err(|_| Unwritable::Mistaken)?;
    if let Some(line) = borrowed(&root) {
        let why = "it has an alias";
        return Err(Unwritable::Form { line, why });
    }
    let mut revision = Revision {
        edits: Edits::of(&text),
        meant: Vec::new(),
        added: 0,
        removed: 0,
        changed: 0,
    };
    let sight = Sight::of(report);
    let mut end = None;
    for (index, entry) in list.entries().iter().enumerate() {
        let named: Vec<&CheckName> = list.checks_of(index).collect();
        end = Some(revision.entry(entry, sight.fate(&entry.expected, &named).stays)?);
    }
    revision.news(&root, end, sight.news(list))?;
    let support = support(list, report);
    revision.support(&root, list, &support)?;
    revision.finish(list, support)
}

/// The cases in which what drives the client broke down, unless that is what was expected of all their checks.
fn broken(report: &Report) -> Option<Unwritable> {
    /// So many are named.
    const MOST: usize = 5;
    let counting = report.counting_incidents();
    let troubles = counting.filter(|it| matches!(it.exit, ExitCode::Driver | ExitCode::Harness));
    let mut first: Vec<String> = troubles.map(ToString::to_string).collect();
    let count = first.len();
    if count > MOST {
        first.truncate(MOST);
        first.push(format!("and in {} more", count - MOST));
    }
    (count > 0).then_some(Unwritable::Broken { count, first })
}

/// The first line with an alias, which cannot be changed in one place alone.
fn borrowed(node: &Node) -> Option<u32> {
    let below = node.items().iter();
    let mut below = below.chain(node.entries().iter().map(|(_, value)| value));
    let used = node.used.map(|used| used.line);
    used.or_else(|| below.find_map(borrowed))
}

/// What the report shows the client not to be able to do, in the words of the list as far as they hold.
fn support(list: &Bound, report: &Report) -> Unsupported {
    let lacking: Vec<(&str, &str, &str)> = report
        .lacking(list.providers())
        .map(|(case, check)| {
            (
                case.name.0.as_str(),
                case.scenario.as_str(),
                check.id.as_str(),
            )
        })
        .collect();
    let means = |text: &str, case: &str, id: &str| {
        let pattern = text.parse::<crate::selection::Pattern>();
        pattern.is_ok_and(|pattern| pattern.matches(case, id))
    };
    let known = list.unsupported().map(|(said, _)| said.checks.clone());
    let mut checks = known.unwrap_or_default();
    checks.retain(|text| lacking.iter().any(|(case, _, id)| means(text, case, id)));
    for (case, scenario, id) in &lacking {
        if checks.iter().any(|text| means(text, case, id)) {
            continue;
        }
        let of_scenario = report
            .cases
            .iter()
            .filter(|case| case.scenario == *scenario);
        let mut of_scenario = of_scenario.flat_map(|case| &case.checks);
        checks.push(match of_scenario.all(|check| check.unsupported) {
            true => (*scenario).to_owned(),
            false => format!("{case}:{id}"),
        });
    }
    Unsupported {
        count: lacking.len(),
        checks,
    }
}

/// A file that is being changed.
struct Revision<'t> {
    edits: Edits<'t>,
    /// The entries the file is to have, in order.
    meant: Vec<Expected>,
    added: usize,
    removed: usize,
    changed: usize,
}

impl Revision<'_> {
    /// Puts others in the place of an entry, the first of them by changing it; where they end.
    fn entry(&mut self, entry: &Entry, stays: Vec<Expected>) -> Result<usize, Unwritable> {
        let node = &entry.node;
        let lines = self.edits.lines(node).ok_or(Unwritable::Form {
            line: node.span.line,
            why: "an entry shares its line with others",
        })?;
        let Some((first, others)) = stays.split_first() else {
            self.edits.remove(&lines);
            self.removed += 1;
            return Ok(lines.range.end);
        };
        self.changed += usize::from(*first != entry.expected || !others.is_empty());
        self.change(node, &entry.expected, first);
        for other in others {
            let text = text::entry(other, lines.indent);
            self.edits.insert(lines.range.end, text);
        }
        self.meant.extend(stays);
        Ok(lines.range.end)
    }

    /// Changes what is different of an entry.
    fn change(&mut self, node: &Node, old: &Expected, new: &Expected) {
        for (key, old, new) in [
            ("check", &old.check, scalar(&new.check)),
            ("is", &old.is.to_string(), new.is.to_string()),
            ("why", &old.why, scalar(&new.why)),
        ] {
            if let Some(entry) = node
                .entry(key)
                .filter(|_| scalar(old) != new && *old != new)
            {
                self.edits.replace(entry, new);
            }
        }
        match (&old.says, &new.says, node.entry("says")) {
            (Some(old), Some(new), Some(entry)) if old != new => {
                self.edits.replace(entry, scalar(new));
            }
            (None, Some(new), _) => {
                if let Some(behind) = node.entry("is") {
                    self.edits.add(node, behind, "says", new);
                }
            }
            _ => {}
        }
    }

    /// Adds entries at the end of the list, which ends at `end`.
    fn news(
        &mut self,
        root: &Node,
        end: Option<usize>,
        news: Vec<Expected>,
    ) -> Result<(), Unwritable> {
        self.added = news.len();
        let list = root.entry("expect");
        let first = list.and_then(|(_, list)| list.items().first());
        let indent = first.and_then(|first| self.edits.lines(first));
        let indent = indent.map_or(2, |lines: Lines| lines.indent);
        let text: String = news.iter().map(|new| text::entry(new, indent)).collect();
        self.meant.extend(news);
        match (list, end) {
            (Some(_), Some(end)) if !text.is_empty() => self.edits.insert(end, text),
            (Some((key, _)), Some(_)) if self.meant.is_empty() => {
                self.edits.empty(key);
            }
            (Some((_, list)), None) if !text.is_empty() => {
                self.edits
                    .replace_brackets(list, String::new())
                    .ok_or(Unwritable::Form {
                        line: list.span.line,
                        why: "the list is written in a form of its own",
                    })?;
                self.edits
                    .insert(self.edits.next_line(list.span.start), text);
            }
            (None, _) if !text.is_empty() => self.edits.append(format!("expect:\n{text}")),
            _ => {}
        }
        Ok(())
    }

    /// Brings the number of checks that do not apply up to date, and the patterns that name them.
    fn support(&mut self, root: &Node, list: &Bound, new: &Unsupported) -> Result<(), Unwritable> {
        let old = list.unsupported().map(|(said, _)| said);
        let checks = text::patterns(&new.checks);
        let Some((old, node)) = old.zip(root.get("unsupported")) else {
            if new.count > 0 {
                let count = new.count;
                let text = format!("unsupported:\n  count: {count}\n  checks: {checks}\n");
                self.edits.append(text);
            }
            return Ok(());
        };
        if let Some(count) = node.entry("count").filter(|_| old.count != new.count) {
            self.edits.replace(count, new.count.to_string());
        }
        if old.checks == new.checks {
            return Ok(());
        }
        match (node.get("checks"), node.entry("count")) {
            (Some(list), _) => self.patterns(list, old, new),
            (None, Some(count)) => {
                self.edits.add_raw(node, count, "checks", &checks);
                Ok(())
            }
            (None, None) => Err(Unwritable::Mistaken),
        }
    }

    /// Changes the list of patterns, in brackets or in lines.
    fn patterns(
        &mut self,
        list: &Node,
        old: &Unsupported,
        new: &Unsupported,
    ) -> Result<(), Unwritable> {
        let checks = text::patterns(&new.checks);
        if self.edits.replace_brackets(list, checks).is_some() {
            return Ok(());
        }
        let strange = Unwritable::Form {
            line: list.span.line,
            why: "the patterns are written in a form of their own",
        };
        let mut place = None;
        for (node, text) in list.items().iter().zip(&old.checks) {
            let lines = self.edits.lines(node).ok_or_else(|| strange.clone())?;
            if !new.checks.contains(text) {
                self.edits.remove(&lines);
            }
            place = Some(lines);
        }
        let place = place.ok_or(strange)?;
        for text in new.checks.iter().filter(|text| !old.checks.contains(text)) {
            let indent = place.indent;
            let line = format!("{:indent$}- {}\n", "", scalar(text));
            self.edits.insert(place.range.end, line);
        }
        Ok(())
    }

    /// The text, if it says what was meant.
    fn finish(self, list: &Bound, support: Unsupported) -> Result<Updated, Unwritable> {
        let text = self.edits.apply();
        let source = Source::new(list.path(), text.as_str());
        let read = Expectations::parse(&source).map_err(|_| Unwritable::Mistaken)?;
        let entries = read.entries.iter().map(|entry| &entry.expected);
        let said = |at: Option<UnsupportedAt>| at.map(|at| at.said).unwrap_or_default();
        let is_meant = entries.eq(&self.meant) && said(read.unsupported.clone()) == support;
        if !is_meant {
            return Err(Unwritable::Mistaken);
        }
        Ok(Updated {
            text,
            added: self.added,
            removed: self.removed,
            changed: self.changed,
            unreasoned: self.meant.iter().filter(|e| !e.has_reason()).count(),
        })
    }
}
