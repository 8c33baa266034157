//! What a client is known not to do, `NAME.expect.yaml`: checks that are expected not to pass, each with the reason.
//!
//! The file lives with the client. What it excuses does not close the gate; what no longer holds does, so that the list stays
//! true: an entry whose check passes, fails in another way, is past its date or is gone. `docs/expectations.md` has the rules.

mod bound;
mod day;
mod edit;
mod entry;
mod names;
mod read;
mod revision;
mod text;
mod update;

use std::path::Path;

use mock_idp::Provider;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::library;
use crate::selection::Pattern;
use crate::yaml::Node;

pub use bound::{Bound, Unmatched};
pub use day::{Day, NotADay};
pub use entry::{Ending, Expected, Standing};
pub use names::Names;
pub use update::{Unwritable, Updated, update};

/// The version of the file's form.
pub const SCHEMA: u32 = 1;

/// A list of expectations, read but not yet held against the names there are.
#[derive(Clone, Debug)]
pub struct Expectations {
    source: Source,
    /// The vendors it speaks of; empty for all.
    providers: Vec<Provider>,
    entries: Vec<Entry>,
    unsupported: Option<UnsupportedAt>,
}

/// An entry with its place.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) expected: Expected,
    pattern: Pattern,
    node: Node,
}

/// What the client cannot do at all: how many checks do not apply for that, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsupported {
    /// How many checks do not apply because the client cannot do what they need. Any other number closes the gate.
    pub count: usize,
    /// Patterns over names, as on the command line, that name all of them.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// The same with its place.
#[derive(Clone, Debug)]
struct UnsupportedAt {
    said: Unsupported,
    patterns: Vec<Pattern>,
    node: Node,
}

impl Expectations {
    /// Reads a file.
    ///
    /// # Errors
    /// That it cannot be read, or every mistake in it.
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        Self::parse(&library::read(path)?)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        read::expectations(source)
    }

    /// Refuses entries whose reason is still to be written.
    ///
    /// # Errors
    /// Each of them.
    pub fn reasoned(self) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        for entry in self.entries.iter().filter(|e| !e.expected.has_reason()) {
            let why = entry.node.get("why").unwrap_or(&entry.node);
            found.push(
                Diagnostic::in_node(&self.source, why, "this is not a reason yet").help(
                    "say why the check does not pass, so that a reader knows whether it has to stay so",
                ),
            );
        }
        found.or(self)
    }

    /// Where it stands, for messages.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.source.path
    }

    /// The vendors it speaks of; empty for all.
    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests;
