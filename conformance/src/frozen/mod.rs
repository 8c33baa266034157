//! Frozen sets, `sets/2026-11.yaml`: what was required at a date.
//!
//! A library grows. Who gates on a set is judged by the checks that stood in it when it was frozen, each with the level it
//! had then; whatever came later is played and shown as *unscored*, and never closes the gate.

mod freeze;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::case::{Case, CaseName, CheckName};
use crate::diagnostic::{Diagnostics, Source};
use crate::verdict::Level;
use crate::yaml::Node;

pub use freeze::freeze;
pub(crate) use read::is_set_name;

/// A frozen set.
#[derive(Clone, Debug)]
pub struct FrozenSet {
    /// Its date, `2026-11`.
    pub name: String,
    entries: Vec<Entry>,
    levels: BTreeMap<CheckName, Level>,
    source: Source,
}

/// A check of a scenario as it was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrozenCheck {
    /// `scenario:check`.
    pub(crate) check: String,
    /// The requirement it tests.
    pub(crate) req: String,
    /// How binding that was.
    pub(crate) level: Level,
    /// The cases it is judged in, by what stands between the brackets of their names.
    pub(crate) cases: Vec<String>,
}

/// An entry with its place.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) frozen: FrozenCheck,
    pub(crate) node: Node,
}

impl FrozenSet {
    /// Reads a set. Its name must be that of its file.
    ///
    /// # Errors
    /// Every mistake in the file.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        read::set(source)
    }

    /// Whether this check of this case is part of the set.
    #[must_use]
    pub fn scores(&self, check: &CheckName) -> bool {
        self.levels.contains_key(check)
    }

    /// The cases with each check as binding as it was when the set was frozen, or less where it has become less since.
    #[must_use]
    pub fn bind(&self, mut cases: Vec<Case>) -> Vec<Case> {
        for case in &mut cases {
            for planned in &mut case.checks {
                let name = CheckName::new(&case.name, &planned.check.id);
                if self.levels.get(&name) == Some(&Level::Should)
                    && planned.requirement.level == Level::Must
                {
                    Arc::make_mut(&mut planned.requirement).level = Level::Should;
                }
            }
        }
        cases
    }

    /// The cases with the checks that are part of the set; a case without one is left out.
    #[must_use]
    pub fn only(&self, cases: Vec<Case>) -> Vec<Case> {
        let mut cases = self.bind(cases);
        for case in &mut cases {
            let name = case.name.clone();
            case.checks
                .retain(|planned| self.scores(&CheckName::new(&name, &planned.check.id)));
        }
        cases.retain(|case| !case.checks.is_empty());
        cases
    }

    /// How many scenarios, cases and checks of cases it has.
    #[must_use]
    pub fn size(&self) -> (usize, usize, usize) {
        let scenarios: BTreeSet<&str> = self.entries.iter().map(|e| e.frozen.scenario()).collect();
        let cases: BTreeSet<CaseName> = self
            .entries
            .iter()
            .flat_map(|entry| entry.frozen.case_names())
            .collect();
        (scenarios.len(), cases.len(), self.levels.len())
    }

    /// Where it stands, for messages.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.source.path
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn new(name: String, entries: Vec<Entry>, source: Source) -> Self {
        let levels = entries
            .iter()
            .flat_map(|entry| {
                let frozen = &entry.frozen;
                let names = frozen.case_names();
                names.map(|case| (CheckName::new(&case, frozen.id()), frozen.level))
            })
            .collect();
        Self {
            name,
            entries,
            levels,
            source,
        }
    }
}

impl FrozenCheck {
    pub(crate) fn scenario(&self) -> &str {
        self.check
            .split_once(':')
            .map_or("", |(scenario, _)| scenario)
    }

    pub(crate) fn id(&self) -> &str {
        self.check.split_once(':').map_or("", |(_, id)| id)
    }

    pub(crate) fn case_names(&self) -> impl Iterator<Item = CaseName> {
        let names = self.cases.iter();
        names.map(|cell| CaseName(format!("{}[{cell}]", self.scenario())))
    }
}

#[cfg(test)]
mod tests;
