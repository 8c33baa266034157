//! Which cases to run.

mod pattern;
mod shard;

use std::path::{Path, PathBuf};

use mock_idp::Provider;

use crate::case::Case;
use crate::verdict::Level;

pub use pattern::{NotAPattern, Pattern};
pub use shard::{NotAShard, Shard};

/// A choice of cases and checks. What is empty or none excludes nothing; conditions that are given must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names, any of which a case matches.
    pub patterns: Vec<Pattern>,
    /// Requirements, any of which a check tests, by id.
    pub requirements: Vec<String>,
    /// How binding the requirement of a check is.
    pub level: Option<Level>,
    /// The vendors.
    pub providers: Vec<Provider>,
}

impl Selection {
    /// The cases that are chosen, each with the checks that are. A case without a chosen check is left out.
    #[must_use]
    pub fn select(&self, cases: Vec<Case>) -> Vec<Case> {
        cases
            .into_iter()
            .filter(|case| self.providers.is_empty() || self.providers.contains(&case.provider))
            .filter_map(|mut case| {
                let name = case.name.0.clone();
                case.checks.retain(|planned| {
                    (self.patterns.is_empty()
                        || self
                            .patterns
                            .iter()
                            .any(|pattern| pattern.matches(&name, &planned.check.id)))
                        && (self.requirements.is_empty()
                            || self.requirements.contains(&planned.requirement.id))
                        && self
                            .level
                            .is_none_or(|level| level == planned.requirement.level)
                });
                (!case.checks.is_empty()).then_some(case)
            })
            .collect()
    }

    /// The patterns that match nothing among `cases`: most likely slips of the pen.
    pub fn unmatched<'a>(&'a self, cases: &'a [Case]) -> impl Iterator<Item = &'a Pattern> {
        self.patterns.iter().filter(|pattern| {
            !cases.iter().any(|case| {
                case.checks
                    .iter()
                    .any(|planned| pattern.matches(&case.name.0, &planned.check.id))
            })
        })
    }
}

/// An argument of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A file or a folder of scenarios.
    Path(PathBuf),
    /// A choice among the scenarios there are.
    Pattern(Pattern),
}

impl Argument {
    /// What exists as a path or ends in `.yaml` is a path; anything else is a pattern.
    ///
    /// # Errors
    /// The text is neither.
    pub fn read(text: &str) -> Result<Self, NotAPattern> {
        if text.ends_with(".yaml") || (!text.is_empty() && Path::new(text).exists()) {
            return Ok(Self::Path(PathBuf::from(text)));
        }
        text.parse().map(Self::Pattern)
    }
}

#[cfg(test)]
mod tests;
