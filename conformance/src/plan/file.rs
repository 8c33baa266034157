//! A file whose head has been read.

use std::sync::Arc;

use super::axis::Axis;
use crate::diagnostic::Source;
use crate::scenario::Head;
use crate::yaml::Node;

/// A scenario file, read as far as it can be before a cell is chosen.
#[derive(Clone, Debug)]
pub struct ScenarioFile {
    /// The file.
    pub source: Source,
    /// Its head.
    pub head: Arc<Head>,
    /// The axes that multiply cases, in the order of the file.
    pub(super) matrix: Vec<Axis>,
    /// The axes that multiply the runs of a case, in the order of the file.
    pub(super) vary: Vec<Axis>,
    /// The whole file.
    pub(super) root: Node,
}

impl ScenarioFile {
    /// The value of a key of the file, for messages about it.
    pub(crate) fn root_entry(&self, key: &str) -> Option<&Node> {
        self.root.get(key)
    }
}
