//! The registry of requirements, `scenarios/requirements.yaml`.

mod read;
mod requirement;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Source};

pub use requirement::{Authority, Reference, Requirement};

/// Every requirement, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    rows: Vec<Arc<Requirement>>,
    by_id: BTreeMap<String, usize>,
}

impl Registry {
    /// Reads a registry file.
    ///
    /// # Errors
    /// Every mistake in the file.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let rows = read::requirements(source)?;
        let by_id = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (row.id.clone(), at))
            .collect();
        Ok(Self {
            rows: rows.into_iter().map(Arc::new).collect(),
            by_id,
        })
    }

    /// The registry that comes with the program.
    ///
    /// # Errors
    /// None in a build that passed its tests: the file is part of the build.
    pub fn embedded() -> Result<Self, Diagnostics> {
        Self::parse(&Source::new(
            "scenarios/requirements.yaml",
            scenarios::REQUIREMENTS,
        ))
    }

    /// The requirement with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<Requirement>> {
        self.by_id.get(id).and_then(|at| self.rows.get(*at))
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Requirement>> {
        self.rows.iter()
    }

    /// Their ids, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.id.as_str())
    }
}
