//! [`BadDirectory`]: everything that is wrong with a directory file.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Diagnostics;

/// A directory file that cannot be used. As text, every mistake with the line it stands on; secrets are masked.
#[derive(Clone, Debug)]
pub struct BadDirectory {
    problems: Vec<DirectoryProblem>,
    shown: Diagnostics,
}

/// One mistake in a directory file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DirectoryProblem {
    /// The line it stands on, from 1; 0 where no line is to blame.
    pub line: u32,
    /// The column it begins at in characters, from 1; 0 where no line is to blame.
    pub column: u32,
    /// What is wrong, as a lower-case fragment, and what to do about it.
    pub message: String,
}

impl BadDirectory {
    /// The mistakes, in the order of the file.
    #[must_use]
    pub fn problems(&self) -> &[DirectoryProblem] {
        &self.problems
    }

    /// The mistakes with the lines they stand on, for a terminal of this width.
    #[must_use]
    pub fn render(&self, color: bool, width: usize) -> String {
        self.shown.render(color, width)
    }
}

impl From<Diagnostics> for BadDirectory {
    fn from(shown: Diagnostics) -> Self {
        let problems = shown.iter().map(|mistake| {
            let (line, column) = mistake.position().unwrap_or_default();
            DirectoryProblem {
                line,
                column,
                message: mistake.in_one_line(),
            }
        });
        Self {
            problems: problems.collect(),
            shown,
        }
    }
}

impl fmt::Display for BadDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.fmt(f)
    }
}

impl std::error::Error for BadDirectory {}
