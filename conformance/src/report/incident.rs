//! What speaks against a run although no verdict shows it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CaseReport, CheckReport, Report};
use crate::case::CaseName;
use crate::exit::ExitCode;
use crate::verdict::Verdict;

/// Something that closes the gate by itself, such as a command that failed on a green wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Incident {
    /// The case it happened in.
    pub case: CaseName,
    /// What happened, in words.
    pub what: String,
    /// The exit code that says so.
    pub exit: ExitCode,
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {}, {}", self.case, self.what)
    }
}

impl Report {
    /// Closes the gate for a reason that no verdict shows, such as a command that failed by itself.
    pub fn close(&mut self, case: &CaseName, exit: ExitCode, what: String) {
        let case = case.clone();
        self.incidents.push(Incident { case, what, exit });
        self.conclude();
    }

    /// What closes the gate although no verdict shows it. What happens in a case that does not count does not count either,
    /// nor what breaks a case of which nothing else was expected.
    pub(crate) fn counting_incidents(&self) -> impl Iterator<Item = &Incident> {
        let idle = self
            .cases
            .iter()
            .filter(|case| case.is_unscored() || case.is_expected_to_break());
        let idle: BTreeSet<&CaseName> = idle.map(|case| &case.name).collect();
        self.incidents
            .iter()
            .filter(move |incident| !idle.contains(&incident.case))
    }
}

impl CaseReport {
    /// Whether each of its checks is an error, and was expected to be.
    fn is_expected_to_break(&self) -> bool {
        let is_error = |check: &CheckReport| check.verdict == Verdict::Error && check.is_expected();
        !self.checks.is_empty() && self.checks.iter().all(is_error)
    }
}
