//! How the verdicts on recordings compare with those that were recorded.

use serde::{Deserialize, Serialize};

use super::several::several;
use crate::case::CheckName;
use crate::verdict::Verdict;

/// What `replay` found, beside what was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Comparison {
    /// How many checks have the verdict they had.
    pub same: usize,
    /// The others, sorted by name.
    pub changed: Vec<Change>,
}

/// A check that came out otherwise than it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Change {
    /// The check.
    pub check: CheckName,
    /// What was recorded; none for a check that was not judged then.
    pub recorded: Option<Verdict>,
    /// What is said now; none for a check that is no longer there.
    pub now: Option<Verdict>,
}

/// The most changes that a sentence names.
const NAMED: usize = 10;

impl Comparison {
    /// Compares what was recorded of one case with what is said of it now.
    pub fn add(
        &mut self,
        recorded: impl IntoIterator<Item = (CheckName, Verdict)>,
        now: impl IntoIterator<Item = (CheckName, Verdict)>,
    ) {
        let recorded: Vec<_> = recorded.into_iter().collect();
        let now: Vec<_> = now.into_iter().collect();
        let verdict = |list: &[(CheckName, Verdict)], name: &CheckName| {
            let found = list.iter().find(|(check, _)| check == name);
            found.map(|(_, verdict)| *verdict)
        };
        let new = now.iter().map(|(check, _)| check);
        let gone = recorded.iter().map(|(check, _)| check);
        let gone = gone.filter(|check| verdict(&now, check).is_none());
        for check in new.chain(gone) {
            let (recorded, now) = (verdict(&recorded, check), verdict(&now, check));
            if recorded == now {
                self.same += 1;
                continue;
            }
            self.changed.push(Change {
                check: check.clone(),
                recorded,
                now,
            });
        }
        self.changed.sort_by(|a, b| a.check.cmp(&b.check));
    }

    /// What a reader should know of it, in one sentence.
    pub(super) fn in_words(&self) -> String {
        if self.changed.is_empty() {
            let all = several(self.same, "verdict");
            return format!("judged from recordings; {all} as recorded");
        }
        let mut named: Vec<String> = self.changed.iter().take(NAMED).map(in_words).collect();
        if let Some(more) = self.changed.len().checked_sub(NAMED).filter(|n| *n > 0) {
            named.push(format!("and {more} more"));
        }
        format!(
            "judged from recordings; {} as recorded, {} not: {}",
            several(self.same, "verdict"),
            self.changed.len(),
            named.join(", ")
        )
    }
}

fn in_words(change: &Change) -> String {
    let what = match (change.recorded, change.now) {
        (Some(recorded), Some(now)) => format!("was {recorded}, is {now}"),
        (None, Some(now)) => format!("new, {now}"),
        (Some(recorded), None) => format!("was {recorded}, no longer there"),
        (None, None) => String::new(),
    };
    format!("{} ({what})", change.check)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(list: &[(&str, Verdict)]) -> Vec<(CheckName, Verdict)> {
        let name = |check: &str| CheckName(format!("area/name[okta]:{check}"));
        list.iter()
            .map(|(check, verdict)| (name(check), *verdict))
            .collect()
    }

    #[test]
    fn what_changed_is_named() {
        let mut comparison = Comparison::default();
        comparison.add(
            checks(&[("a", Verdict::Pass)]),
            checks(&[("a", Verdict::Pass)]),
        );
        insta::assert_snapshot!(comparison.in_words(), @"judged from recordings; 1 verdict as recorded");
        comparison.add(
            checks(&[("b", Verdict::Fail), ("c", Verdict::Warn)]),
            checks(&[("b", Verdict::Pass), ("d", Verdict::Inconclusive)]),
        );
        insta::assert_snapshot!(comparison.in_words(), @"judged from recordings; 1 verdict as recorded, 3 not: area/name[okta]:b (was fail, is pass), area/name[okta]:c (was warn, no longer there), area/name[okta]:d (new, inconclusive)");
    }

    #[test]
    fn only_so_many_are_named() {
        let mut comparison = Comparison::default();
        let names: Vec<String> = (0..12).map(|n| format!("c{n:02}")).collect();
        let list: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), Verdict::Fail))
            .collect();
        comparison.add(checks(&list), []);
        let words = comparison.in_words();
        assert!(
            words.ends_with("c09 (was fail, no longer there), and 2 more"),
            "{words}"
        );
    }
}
