//! The texts about frozen sets.

use std::collections::BTreeMap;

use super::page::{Page, table};
use crate::case::{Case, CheckName};
use crate::frozen::FrozenSet;
use crate::report::several::several;

/// One set a line, the oldest first, with how much it requires.
#[must_use]
pub fn sets(sets: &[FrozenSet]) -> String {
    let lines = sets
        .iter()
        .map(|set| format!("{}  {}\n", set.name, size(set)));
    lines.collect()
}

/// The page of a set: what it requires, and what came later.
pub(super) fn page(page: &mut Page, set: &FrozenSet, cases: &[Case]) {
    page.line(&set.name);
    page.line(&format!("  a frozen set: {}", size(set)));
    let frozen = set.entries().iter().map(|entry| {
        let frozen = &entry.frozen;
        [
            frozen.check.clone(),
            frozen.level.keyword().to_owned(),
            several(frozen.cases.len(), "case"),
            frozen.req.clone(),
        ]
    });
    page.section("what it requires", table(&frozen.collect::<Vec<_>>()));
    let mut later: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        for planned in &case.checks {
            if !set.scores(&CheckName::new(&case.name, &planned.check.id)) {
                let name = format!("{}:{}", case.head.scenario, planned.check.id);
                *later.entry(name).or_default() += 1;
            }
        }
    }
    let later = later
        .into_iter()
        .map(|(name, n)| [name, several(n, "case")]);
    page.section("what it does not score", table(&later.collect::<Vec<_>>()));
    page.section("file", [set.path().to_owned()]);
}

/// What sets say of a check, or of all checks of a requirement.
pub(super) fn frozen_in(sets: &[FrozenSet], means: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for set in sets {
        let levels = set.entries().iter().map(|entry| &entry.frozen);
        let level = levels
            .filter(|frozen| means(&frozen.check, &frozen.req))
            .map(|frozen| frozen.level)
            .min();
        if let Some(level) = level {
            lines.push(format!("{} as {}", set.name, level.keyword()));
        }
    }
    lines
}

fn size(set: &FrozenSet) -> String {
    let (scenarios, cases, checks) = set.size();
    format!(
        "{}, {}, {}",
        several(scenarios, "scenario"),
        several(cases, "case"),
        several(checks, "check")
    )
}
