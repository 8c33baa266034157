//! How true to its vendor the mock is, error by error: the ledgers that `docs/fidelity` shows.

mod entra;
mod okta;

use std::fmt;

pub use entra::{Line, entra, entra_document};
pub use okta::{OktaBody, OktaLine, okta, okta_document};

/// How sure something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// The vendor's documentation has it.
    Documented,
    /// An answer of the service was seen, or a client that was written for one.
    Observed,
    /// Neither; the likeliest was taken.
    Assumed,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Assumed => "assumed",
        })
    }
}

/// How sure a line is, with what is less sure.
fn surely(provenance: Provenance, assumed: &str) -> String {
    match assumed {
        "" => provenance.to_string(),
        assumed => format!("{provenance}; assumed: {assumed}"),
    }
}

/// How a line is had.
fn how(test: Option<&str>) -> String {
    test.map_or("by script".to_owned(), |it| format!("`{it}`"))
}

/// A text as it may stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
