//! The registry of requirements, `scenarios/requirements.yaml`.

mod read;
mod requirement;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Source};
use crate::yaml::Node;

pub use requirement::{Authority, Reference, Requirement};

/// Every requirement, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    rows: Vec<Row>,
    by_id: BTreeMap<String, usize>,
}

/// A requirement and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What it says. Of a row that could not be read only the id is known.
    pub(crate) requirement: Arc<Requirement>,
    /// Whether all of it could be read.
    pub(crate) is_read: bool,
    /// The file.
    pub(crate) source: Source,
    /// Its place in the file.
    pub(crate) node: Node,
}

impl Registry {
    /// Reads a registry file.
    ///
    /// # Errors
    /// Every mistake in the file.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let (registry, found) = Self::survey(source);
        found.or(registry)
    }

    /// Reads as much of a registry file as can be read, with every mistake in it.
    ///
    /// A row that is wrong still has its id, so that files that name it are not refused for the same mistake again.
    #[must_use]
    pub fn survey(source: &Source) -> (Self, Diagnostics) {
        let mut found = Diagnostics::new();
        let rows = read::rows(source, &mut found);
        (Self::of(rows), found)
    }

    /// The registry that comes with the program.
    ///
    /// # Errors
    /// None in a build that passed its tests: the file is part of the build.
    pub fn embedded() -> Result<Self, Diagnostics> {
        Self::parse(&Self::embedded_source())
    }

    /// The file of the registry that comes with the program.
    pub(crate) fn embedded_source() -> Source {
        Source::new("scenarios/requirements.yaml", scenarios::REQUIREMENTS)
    }

    /// These requirements, then those of `base` with other ids.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        let mut rows = self.rows;
        let more = base.rows.into_iter();
        rows.extend(more.filter(|row| !self.by_id.contains_key(&row.requirement.id)));
        Self::of(rows)
    }

    /// The requirement with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<Requirement>> {
        let at = self.by_id.get(id)?;
        self.rows.get(*at).map(|row| &row.requirement)
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Requirement>> {
        self.rows.iter().map(|row| &row.requirement)
    }

    /// Their ids, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|requirement| requirement.id.as_str())
    }

    /// All of them with their places, in the order of the file.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row with this id.
    pub(crate) fn row(&self, id: &str) -> Option<&Row> {
        self.by_id.get(id).and_then(|at| self.rows.get(*at))
    }

    fn of(rows: Vec<Row>) -> Self {
        let mut by_id = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            by_id.entry(row.requirement.id.clone()).or_insert(at);
        }
        Self { rows, by_id }
    }
}
