//! What was chosen but not played.

use serde::{Deserialize, Serialize};

use super::Report;
use crate::case::{Case, CaseName, CheckName};

/// A case that was not started, because `--fail-fast` had stopped the run. It is counted and shown, and never a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NotRun {
    /// Its name.
    pub name: CaseName,
    /// Its scenario.
    pub scenario: String,
    /// The checks that nobody judged.
    pub checks: Vec<CheckName>,
}

impl NotRun {
    /// What is known of a case that was not started.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let names = case.checks.iter().map(|planned| &planned.check.id);
        Self {
            name: case.name.clone(),
            scenario: case.head.scenario.clone(),
            checks: names.map(|id| CheckName::new(&case.name, id)).collect(),
        }
    }
}

impl Report {
    /// Adds cases that were chosen but not played. They change neither a count nor the gate.
    pub fn leave_out(&mut self, cases: Vec<NotRun>) {
        self.not_run.extend(cases);
        self.conclude();
    }
}
