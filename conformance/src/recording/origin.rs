//! Where the cases of a scenario come from: what has to be kept to plan them again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::Case;
use crate::diagnostic::Source;
use crate::plan::ScenarioFile;
use crate::registry::Requirement;

/// A scenario's file and the requirements that its checks test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub source: Source,
    /// The requirements, sorted by id.
    pub requirements: Vec<Arc<Requirement>>,
}

/// The origins of many cases, by scenario.
#[derive(Clone, Debug, Default)]
pub struct Origins(BTreeMap<String, Origin>);

impl Origins {
    /// The origins of cases. `cases` must be all that the files have, before any were chosen: a file can only be planned with
    /// all requirements it names.
    #[must_use]
    pub fn of(files: &[ScenarioFile], cases: &[Case]) -> Self {
        let mut named: BTreeMap<&str, BTreeMap<&str, &Arc<Requirement>>> = BTreeMap::new();
        for case in cases {
            let of_scenario = named.entry(&case.head.scenario).or_default();
            for planned in &case.checks {
                of_scenario.insert(&planned.requirement.id, &planned.requirement);
            }
        }
        let origins = files.iter().map(|file| {
            let scenario = &file.head.scenario;
            let requirements = named.get(scenario.as_str()).into_iter().flatten();
            let origin = Origin {
                source: file.source.clone(),
                requirements: requirements.map(|(_, r)| Arc::clone(r)).collect(),
            };
            (scenario.clone(), origin)
        });
        Self(origins.collect())
    }

    /// Where a case comes from.
    #[must_use]
    pub fn get(&self, case: &Case) -> Option<&Origin> {
        self.0.get(&case.head.scenario)
    }
}
