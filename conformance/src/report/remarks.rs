//! What a report says beside counts and reasons.

use super::several::several;
use super::{Comparison, Report};

impl Report {
    /// What a reader should know beside counts and reasons, in sentences.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(shard) = self.shard {
            remarks.push(match self.is_empty() {
                true => format!("shard {shard} has no case: there are more shards than cases"),
                false => format!("this is shard {shard} of the selection"),
            });
        }
        if let (Some(set), Some(unscored)) = (&self.set, self.unscored) {
            remarks.push(match unscored.sum() {
                0 => format!("judged by the set {set}"),
                n => format!(
                    "judged by the set {set}; {} not in it, unscored: {unscored}",
                    several(n, "check")
                ),
            });
        }
        remarks.extend(self.mixture());
        remarks.extend(self.replayed.as_ref().map(Comparison::in_words));
        if let Some(list) = &self.expectations {
            let whose = match &list.adapter {
                Some(_) => format!(
                    "judged with the adapter's own expectations, {} (`--no-expect` goes without)",
                    list.file
                ),
                None => format!("judged with the expectations of {}", list.file),
            };
            remarks.push(match self.tally.expected {
                0 => whose,
                n => format!("{whose}: {} not passed, as expected", several(n, "check")),
            });
            if list.unsupported.is_some() && !list.whole {
                remarks.push(format!(
                    "not everything that {} speaks of was chosen: how many checks are unsupported was not compared",
                    list.file
                ));
            }
        }
        let checks: usize = self.not_run.iter().map(|case| case.checks.len()).sum();
        if !self.not_run.is_empty() {
            remarks.push(format!(
                "{} with {} not run: stopped by --fail-fast",
                several(self.not_run.len(), "case"),
                several(checks, "check")
            ));
        }
        remarks
    }
}
