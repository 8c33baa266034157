//! The names that entries can mean.

use mock_idp::Provider;

use crate::case::{Case, CaseName, CheckName};
use crate::catalog::nearest_of;
use crate::selection::Pattern;

/// The names of every check of every case of a library.
#[derive(Clone, Debug, Default)]
pub struct Names(Vec<CaseNames>);

#[derive(Clone, Debug)]
struct CaseNames {
    case: CaseName,
    scenario: String,
    provider: Provider,
    checks: Vec<String>,
}

impl Names {
    /// Those of these cases.
    #[must_use]
    pub fn of(cases: &[Case]) -> Self {
        let names = cases.iter().map(|case| CaseNames {
            case: case.name.clone(),
            scenario: case.head.scenario.clone(),
            provider: case.provider,
            checks: case.checks.iter().map(|c| c.check.id.clone()).collect(),
        });
        Self(names.collect())
    }

    /// Those of these vendors' cases; all if none is given.
    #[must_use]
    pub(super) fn only(&self, providers: &[Provider]) -> Self {
        let names = self
            .0
            .iter()
            .filter(|names| providers.is_empty() || providers.contains(&names.provider));
        Self(names.cloned().collect())
    }

    /// The checks that a pattern means.
    pub(super) fn matching(&self, pattern: &Pattern) -> Vec<CheckName> {
        let of = |names: &CaseNames| -> Vec<CheckName> {
            let ids = names.checks.iter();
            let meant = ids.filter(|id| pattern.matches(&names.case.0, id));
            meant.map(|id| CheckName::new(&names.case, id)).collect()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The name that is most like a pattern that means none.
    pub(super) fn nearest(&self, pattern: &str) -> Option<String> {
        let mut names = Vec::new();
        for known in &self.0 {
            names.push(known.scenario.clone());
            for id in &known.checks {
                names.push(CheckName::new(&known.case, id).0);
                names.push(format!("{}:{id}", known.scenario));
            }
        }
        names.sort();
        names.dedup();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        nearest_of(pattern, &names).map(str::to_owned)
    }
}
