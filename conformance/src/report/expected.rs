//! What was expected not to pass: beside each check the entry that names it, and what of the list does not hold.

use std::collections::{BTreeMap, BTreeSet};

use mock_idp::Provider;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plain::plain;
use super::several::several;
use super::{CaseReport, CheckReport, Report};
use crate::case::CheckName;
use crate::expectations::{Bound, Ending, Expected, Standing, Unmatched};
use crate::selection::Pattern;
use crate::verdict::Verdict;

/// The most reasons that are written out.
const MOST: usize = 10;

/// The list of expectations that a run was judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expectations {
    /// Its file.
    pub file: String,
    /// The adapter whose own list it is; left out of one that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    /// The vendors it speaks of; left out for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::schema::Vendor>")]
    pub providers: Vec<Provider>,
    /// Whether everything it speaks of was chosen to be played, all shards together.
    pub whole: bool,
    /// Patterns that mean no check there is; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmatched: Vec<Unmatched>,
    /// What the client is said not to be able to do; left out where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsupported: Option<UnsupportedSaid>,
}

impl Expectations {
    /// Adds what was found of the same list in another report.
    pub(super) fn join(&mut self, other: Self) {
        self.whole &= other.whole;
        self.unmatched.extend(other.unmatched);
        self.unmatched.sort();
        self.unmatched.dedup();
    }

    /// What is wrong with patterns that mean no check, and the lines they stand on.
    fn astray(&self) -> impl Iterator<Item = (u32, String)> {
        self.unmatched.iter().map(|pattern| {
            let guess = pattern.nearest.as_ref();
            let guess = guess
                .map(|name| format!("; did you mean `{name}`?"))
                .unwrap_or_default();
            let check = plain(&pattern.check);
            (
                pattern.line,
                format!("`{check}` matches no check there is{guess}"),
            )
        })
    }
}

/// Whether two reports were judged by the same list.
pub(super) fn belong_together(one: &Option<Expectations>, other: &Option<Expectations>) -> bool {
    let said = |list: &Option<Expectations>| {
        let list = list.clone()?;
        Some((list.file, list.adapter, list.providers, list.unsupported))
    };
    said(one) == said(other)
}

/// What a list says of checks that do not apply because the client cannot do what they need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnsupportedSaid {
    /// The line it is said on, from 1.
    pub line: u32,
    /// How many there are.
    pub count: usize,
    /// Patterns that name all of them.
    pub checks: Vec<String>,
}

/// The entry that names a check, and how the check stands to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expectation {
    /// The file of the list.
    pub file: String,
    /// The line of it the entry begins on, from 1.
    pub line: u32,
    /// How the check stands to it.
    pub standing: Standing,
    /// The entry.
    pub entry: Expected,
}

impl Report {
    /// Excuses what a list of expectations excuses, and closes the gate for what of it does not hold.
    ///
    /// `is_whole` says that nothing was left out of the selection: only then can the list be held against the number of
    /// checks that do not apply.
    pub fn expect(&mut self, list: &Bound, is_whole: bool) {
        self.expectations = Some(Expectations {
            file: plain(list.path()),
            adapter: None,
            providers: list.providers().to_vec(),
            whole: is_whole && !list.is_elsewhere(),
            unmatched: list.unmatched().to_vec(),
            unsupported: list.unsupported().map(|(said, line)| UnsupportedSaid {
                line,
                count: said.count,
                checks: said.checks.clone(),
            }),
        });
        for check in self.cases.iter_mut().flat_map(|case| &mut case.checks) {
            let standing = list.standing(&check.name, check.verdict, check.fault, &check.observed);
            check.expectation =
                standing
                    .zip(list.entry(&check.name))
                    .map(|(standing, (entry, line))| Expectation {
                        file: plain(list.path()),
                        line,
                        standing,
                        entry: printable(entry),
                    });
        }
        self.conclude();
    }

    /// Says that the list is the one that comes with an adapter.
    pub fn expect_as(&mut self, adapter: &str) {
        if let Some(list) = &mut self.expectations {
            list.adapter = Some(adapter.to_owned());
        }
    }

    /// The checks that do not close the gate because they were expected to end as they did.
    pub(super) fn excused(&self) -> BTreeSet<CheckName> {
        let expected = self.checks().filter(|check| check.is_expected());
        expected.map(|check| check.name.clone()).collect()
    }

    /// What of the list does not hold, in sentences.
    pub(super) fn broken_expectations(&self) -> Vec<String> {
        let Some(list) = &self.expectations else {
            return Vec::new();
        };
        let mut reasons: Vec<(u32, String)> = self.wrong_entries();
        reasons.extend(list.astray());
        reasons.sort();
        let mut told: Vec<String> = reasons
            .into_iter()
            .map(|(line, what)| format!("{}:{line}: {what}", list.file))
            .collect();
        if told.len() > MOST {
            let rest = told.len() - (MOST - 1);
            told.truncate(MOST - 1);
            told.push(format!(
                "{rest} more expectations of {} do not hold",
                list.file
            ));
        }
        told.extend(self.broken_support(list));
        told
    }

    /// What of the list does not hold and belongs to no check, in sentences.
    pub(super) fn broken_beside_checks(&self) -> Vec<String> {
        let Some(list) = &self.expectations else {
            return Vec::new();
        };
        let astray = list.astray();
        let astray = astray.map(|(line, what)| format!("{}:{line}: {what}", list.file));
        astray.chain(self.broken_support(list)).collect()
    }

    /// What is wrong with each entry, and the line it begins on.
    fn wrong_entries(&self) -> Vec<(u32, String)> {
        let mut wrong: BTreeMap<(u32, Standing), Vec<&CheckReport>> = BTreeMap::new();
        for check in self.checks().filter(|check| !check.unscored) {
            if let Some(told) = check.expectation.as_ref().filter(|e| e.standing.is_wrong()) {
                let key = (told.line, told.standing);
                wrong.entry(key).or_default().push(check);
            }
        }
        let wrong = wrong.into_iter();
        wrong
            .filter_map(|((line, _), checks)| Some((line, sentence(&checks)?)))
            .collect()
    }

    /// The checks of these vendors' cases, of all if none is given, that do not apply because the client cannot do what they
    /// need.
    pub(crate) fn lacking(
        &self,
        providers: &[Provider],
    ) -> impl Iterator<Item = (&CaseReport, &CheckReport)> {
        let speaks_of =
            move |case: &&CaseReport| providers.is_empty() || providers.contains(&case.provider);
        self.cases.iter().filter(speaks_of).flat_map(|case| {
            let checks = case.checks.iter();
            let lacking = checks.filter(|check| check.unsupported && !check.unscored);
            lacking.map(move |check| (case, check))
        })
    }

    /// What the list says of what the client cannot do, where that does not hold.
    fn broken_support(&self, list: &Expectations) -> Vec<String> {
        if !list.whole || self.shard.is_some() || !self.not_run.is_empty() {
            return Vec::new();
        }
        let checks: Vec<(&CaseReport, &CheckReport)> = self.lacking(&list.providers).collect();
        let said = list.unsupported.as_ref();
        let patterns: Vec<Pattern> = said
            .iter()
            .flat_map(|said| &said.checks)
            .filter_map(|text| text.parse().ok())
            .collect();
        let is_named = |case: &CaseReport, check: &CheckReport| {
            patterns.iter().any(|p| p.matches(&case.name.0, &check.id))
        };
        let unnamed = checks.iter().filter(|(case, check)| !is_named(case, check));
        let unnamed: Vec<&(&CaseReport, &CheckReport)> = unnamed.collect();
        let mut reasons = Vec::new();
        let place = match said {
            Some(said) => format!("{}:{}", list.file, said.line),
            None => list.file.clone(),
        };
        let (count, n) = (said.map_or(0, |said| said.count), checks.len());
        if count != n {
            reasons.push(format!(
                "{place}: {} to be unsupported, and {}",
                match count {
                    0 => "no check is said".to_owned(),
                    1 => "1 check is said".to_owned(),
                    count => format!("{count} checks are said"),
                },
                match n {
                    0 => "none is".to_owned(),
                    1 => "1 is".to_owned(),
                    n => format!("{n} are"),
                },
            ));
        }
        if let Some((_, first)) = unnamed.first() {
            let more = match unnamed.len() - 1 {
                0 => String::new(),
                n => format!(" (and {n} more)"),
            };
            reasons.push(format!(
                "{place}: {}{more} is unsupported and not named under `unsupported`",
                first.name
            ));
        }
        reasons
    }
}

/// An entry with texts that are safe to print.
fn printable(entry: &Expected) -> Expected {
    let texts = |text: &Option<String>| text.as_deref().map(plain);
    Expected {
        check: plain(&entry.check),
        is: entry.is,
        says: texts(&entry.says),
        why: plain(&entry.why),
        issue: texts(&entry.issue),
        source: texts(&entry.source),
        until: entry.until,
    }
}

/// What is wrong with an entry about these checks of one standing.
fn sentence(checks: &[&CheckReport]) -> Option<String> {
    let first = checks.first()?;
    let told = first.expectation.as_ref()?;
    let more = match checks.len() - 1 {
        0 => String::new(),
        n => format!(" (and {})", several(n, "more check")),
    };
    let (name, entry) = (&first.name, &told.entry);
    Some(match told.standing {
        Standing::Met | Standing::Unjudged => return None,
        Standing::Passed => format!(
            "{name}{more} is expected to {} and passes; take it out of the list",
            expectation(entry)
        ),
        Standing::OtherVerdict => format!(
            "{name}{more} is expected to {} and ended with {}",
            expectation(entry),
            first.verdict
        ),
        Standing::OtherWords => format!(
            "{name}{more} is expected to say `{}` and says otherwise",
            entry.says.as_deref().unwrap_or_default()
        ),
        Standing::Overdue => match entry.until {
            Some(until) => format!("{name}{more} was excused until {until}"),
            None => return None,
        },
    })
}

/// What an entry expects, behind `is expected to`.
fn expectation(entry: &Expected) -> &'static str {
    match entry.is {
        Ending::Fail => "fail",
        Ending::Warn => "end with warn",
        Ending::Inconclusive => "be inconclusive",
        Ending::Error => "be an error",
        Ending::Flaky => "be flaky",
    }
}

impl CheckReport {
    /// Whether it did not pass and was expected not to, in just this way.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.verdict != Verdict::Pass && self.stands(Standing::Met)
    }

    /// Whether it passes although a list says that it does not.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.verdict == Verdict::Pass && self.is_wrongly_expected()
    }

    /// Whether what a list says of it does not hold.
    #[must_use]
    pub fn is_wrongly_expected(&self) -> bool {
        let told = self.expectation.as_ref();
        told.is_some_and(|told| told.standing.is_wrong())
    }

    /// Whether it passes, and nothing speaks against calling it passed.
    pub(super) fn is_passed(&self) -> bool {
        self.verdict == Verdict::Pass && !self.is_stale()
    }

    fn stands(&self, standing: Standing) -> bool {
        let told = self.expectation.as_ref();
        told.is_some_and(|told| told.standing == standing)
    }

    /// What was said of it before, in labelled lines: where, what was expected, and why.
    pub(super) fn said_before(&self) -> Vec<(&'static str, String)> {
        let Some(told) = &self.expectation else {
            return Vec::new();
        };
        let entry = &told.entry;
        let mut said = format!("{}:{}, to {}", told.file, told.line, expectation(entry));
        if let Some(says) = &entry.says {
            said.push_str(&format!(": {says}"));
        }
        let mut lines = vec![("listed", said), ("why", entry.why.clone())];
        lines.extend(entry.issue.clone().map(|issue| ("issue", issue)));
        lines.extend(entry.source.clone().map(|source| ("source", source)));
        lines.extend(entry.until.map(|until| ("until", until.to_string())));
        lines
    }

    /// What is wrong with the entry that names it, in a sentence.
    pub(super) fn complaint(&self) -> Option<String> {
        let told = self.expectation.as_ref()?;
        let what = sentence(&[self])?;
        Some(format!("{}:{}: {what}", told.file, told.line))
    }

    /// Why it does not pass and where it is to be mended, in one line.
    pub(super) fn excuse(&self) -> String {
        let Some(told) = &self.expectation else {
            return String::new();
        };
        let entry = &told.entry;
        let mut text = entry.why.clone();
        let places = [&entry.issue, &entry.source];
        let places: Vec<&str> = places.into_iter().flatten().map(String::as_str).collect();
        if !places.is_empty() {
            text.push_str(&format!(" ({})", places.join(", ")));
        }
        text
    }
}
