//! Why a recording cannot be read.

use std::io;

use super::{KIND, SCHEMA};
use crate::diagnostic::Diagnostics;

/// A recording that cannot be read, and why. All of it is wrong usage: the files are not what they should be.
#[derive(Debug, thiserror::Error)]
#[error("the recording `{place}` cannot be read: {flaw}")]
pub struct Unreadable {
    /// Its folder, as it was given.
    pub place: String,
    /// What is wrong with it.
    #[source]
    pub flaw: Flaw,
}

/// What is wrong with a recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// A file is missing or cannot be opened.
    #[error("`{file}` cannot be opened: {error}")]
    File {
        /// The file, by its path below the folder.
        file: String,
        /// The system's words.
        error: io::Error,
    },
    /// A file is too large.
    #[error("`{file}` has more than the {limit} bytes that are read of it")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// It is something else, such as another program's `bundle.json`.
    #[error("`bundle.json` is not that of a recording: it has no `\"kind\": \"{KIND}\"`")]
    Foreign,
    /// A later release wrote it.
    #[error(
        "its schema is {schema} and this tokenproof reads {SCHEMA}; tokenproof {release} wrote it, or a later one reads it"
    )]
    Newer {
        /// The version of its form.
        schema: u64,
        /// The release that wrote it.
        release: String,
    },
    /// A file is not what tokenproof writes.
    #[error("`{file}` is damaged: {what}")]
    Damaged {
        /// The file, with a line where there are several values in it.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// The scenario in it is refused by this release.
    #[error("its scenario is not one that this tokenproof reads:\n{0}")]
    Scenario(Diagnostics),
}

impl Flaw {
    pub(super) fn damaged(file: &str, what: impl Into<String>) -> Self {
        Self::Damaged {
            file: file.to_owned(),
            what: what.into(),
        }
    }

    pub(super) fn at(self, place: &str) -> Unreadable {
        Unreadable {
            place: place.to_owned(),
            flaw: self,
        }
    }
}
