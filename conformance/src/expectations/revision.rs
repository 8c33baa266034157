//! What becomes of each entry, and what is new, when a list is brought up to what was seen.

use std::collections::BTreeMap;

use super::text::says;
use super::{Bound, Ending, Expected, Standing};
use crate::case::CheckName;
use crate::gate::Gate;
use crate::report::{CaseReport, CheckReport, Report};
use crate::verdict::Verdict;

/// Stands for a reason that somebody has to write.
pub(super) const TODO: &str = "TODO";

/// The shortest text that checks which say different things begin with together, and that makes one entry of them.
const COMMON: usize = 16;

/// The most checks that one new entry names.
const MOST: usize = 20;

/// What becomes of one entry: the entries that stand in its place; none when it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) stays: Vec<Expected>,
}

/// A check as it ended.
#[derive(Clone, Copy, Debug)]
struct Seen<'r> {
    check: &'r CheckReport,
    case: &'r CaseReport,
}

impl Seen<'_> {
    /// How it is to be called in an entry; none where nothing can excuse it.
    fn ending(&self) -> Option<Ending> {
        Ending::of(self.check.verdict, self.check.fault)
    }

    /// What is observed of it, and whether its time was real.
    fn said(&self) -> (&str, bool) {
        (&self.check.observed, self.case.virtual_ms.is_none())
    }
}

/// What was seen, by name.
#[derive(Debug)]
pub(super) struct Sight<'r> {
    seen: BTreeMap<&'r CheckName, Seen<'r>>,
    gate: Gate,
}

impl<'r> Sight<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let cases = report.cases.iter();
        let checks = cases.flat_map(|case| case.checks.iter().map(move |check| (case, check)));
        let seen = checks.map(|(case, check)| (&check.name, Seen { check, case }));
        Self {
            seen: seen.collect(),
            gate: report.gate,
        }
    }

    /// What becomes of an entry that names these checks.
    pub(super) fn fate(&self, entry: &Expected, named: &[&CheckName]) -> Fate {
        let mut keeps: Vec<&CheckName> = Vec::new();
        let mut stays = Vec::new();
        for name in named {
            // What was not played is left as it is.
            let Some(seen) = self.seen.get(name) else {
                keeps.push(name);
                continue;
            };
            match (standing(entry, seen.check), seen.ending()) {
                (Standing::Met | Standing::Overdue | Standing::Unjudged, _) => keeps.push(name),
                (Standing::Passed, _) | (_, None) => {}
                (Standing::OtherVerdict | Standing::OtherWords, Some(is)) => {
                    stays.push(otherwise(entry, name, is, seen));
                }
            }
        }
        if keeps.len() == named.len() && !named.is_empty() {
            let mut kept = entry.clone();
            kept.says = kept.says.or_else(|| self.says_of(entry.is, named));
            return Fate { stays: vec![kept] };
        }
        let narrowed = keeps.into_iter().map(|name| Expected {
            check: name.0.clone(),
            says: entry
                .says
                .clone()
                .or_else(|| self.says_of(entry.is, &[name])),
            ..entry.clone()
        });
        let mut all: Vec<Expected> = narrowed.collect();
        all.append(&mut stays);
        Fate { stays: all }
    }

    /// What these checks say together, if all of them were played and did not pass.
    fn says_of(&self, is: Ending, named: &[&CheckName]) -> Option<String> {
        let said = named.iter().map(|name| {
            let seen = self.seen.get(name)?;
            (seen.check.verdict != Verdict::Pass).then(|| seen.said())
        });
        says(is, &said.collect::<Option<Vec<_>>>()?)
    }

    /// Entries for what closes the gate and is named by none.
    pub(super) fn news(&self, list: &Bound) -> Vec<Expected> {
        let mut groups: BTreeMap<(&str, &str), Vec<Seen<'_>>> = BTreeMap::new();
        for seen in self.seen.values() {
            let key = (seen.case.scenario.as_str(), seen.check.id.as_str());
            groups.entry(key).or_default().push(*seen);
        }
        let mut news = Vec::new();
        for ((scenario, id), group) in groups {
            let is_new = |seen: &&Seen<'_>| {
                !seen.check.unscored
                    && list.entry(&seen.check.name).is_none()
                    && self.closes(seen.check)
            };
            let new: Vec<(Ending, Seen<'_>)> = group
                .iter()
                .filter(is_new)
                .filter_map(|seen| Some((seen.ending()?, *seen)))
                .collect();
            let Some((is, _)) = new.first().copied() else {
                continue;
            };
            let said: Vec<(&str, bool)> = new.iter().map(|(_, seen)| seen.said()).collect();
            let are_equal = said.windows(2).all(|two| two[0].0 == two[1].0);
            let common = says(is, &said).filter(|text| are_equal || text.len() >= COMMON);
            // All cases of a scenario that fail alike have one reason.
            let is_one = (2..=MOST).contains(&new.len())
                && new.len() == group.len()
                && new.iter().all(|(other, _)| *other == is)
                && common.is_some();
            if is_one {
                news.push(fresh(format!("{scenario}:{id}"), is, common));
                continue;
            }
            for (is, seen) in new {
                news.push(fresh(
                    seen.check.name.0.clone(),
                    is,
                    says(is, &[seen.said()]),
                ));
            }
        }
        news
    }

    fn closes(&self, check: &CheckReport) -> bool {
        match check.verdict {
            Verdict::Pass | Verdict::NotApplicable => false,
            Verdict::Error => true,
            Verdict::Fail | Verdict::Warn | Verdict::Inconclusive => self.gate.guards(check.level),
        }
    }
}

/// An entry for a check that ends otherwise than it says.
fn otherwise(entry: &Expected, name: &CheckName, is: Ending, seen: &Seen<'_>) -> Expected {
    let observed = says(is, &[seen.said()]).unwrap_or_else(|| seen.check.observed.clone());
    let is_flaky = entry.is == Ending::Flaky && entry.is.fits(seen.check.verdict);
    // The reason was given for another failure. It is kept to be read, and refused until it is.
    let why = match entry.has_reason() {
        true => format!("{TODO}, ends otherwise now; was: {}", entry.why),
        false => entry.why.clone(),
    };
    Expected {
        check: name.0.clone(),
        is: if is_flaky { entry.is } else { is },
        says: Some(observed).filter(|text| !text.trim().is_empty()),
        why,
        ..entry.clone()
    }
}

fn fresh(check: String, is: Ending, says: Option<String>) -> Expected {
    Expected {
        check,
        is,
        says,
        why: TODO.to_owned(),
        issue: None,
        source: None,
        until: None,
    }
}

/// How a check stands to an entry, whatever day it is.
fn standing(entry: &Expected, check: &CheckReport) -> Standing {
    let timeless = Expected {
        until: None,
        ..entry.clone()
    };
    let any_day = super::Day::of(jiff::Timestamp::UNIX_EPOCH);
    timeless.standing(check.verdict, check.fault, &check.observed, any_day)
}
