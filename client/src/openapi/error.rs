//! What can be wrong with a document, and with what is wanted of one.

use std::fmt;

use serde_saphyr::Location;

use crate::error::Misuse;

/// Where something stands in a document; both numbers begin at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

impl Place {
    pub(super) fn of(location: Location) -> Self {
        Self {
            line: location.line(),
            column: location.column(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A text that is no OpenAPI document: the fault of whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is longer than any honest document.
    #[error("document is longer than {} MiB", limit >> 20)]
    TooLong {
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// The text is neither YAML nor JSON.
    #[error("{}document cannot be read: {reason}", before(*place))]
    Syntax {
        /// Where, if the parser knows.
        place: Option<Place>,
        /// The parser's words.
        reason: String,
    },
    /// The text has no `openapi` member.
    #[error("document has no `openapi` member, such as `openapi: 3.1.0`")]
    NotOpenApi,
    /// Another version of the format.
    #[error(
        "{place}: version \"{version}\" is not known: 3.0, 3.1 and 3.2 are (Swagger 2.0 has to be converted first)"
    )]
    Version {
        /// Where the version stands.
        place: Place,
        /// The version.
        version: String,
    },
    /// The address that the document was loaded from is none.
    #[error("{0}")]
    Misuse(#[from] Misuse),
}

/// No token can be had by this document with this configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The wanted security scheme is not in the document.
    #[error("document has no security scheme \"{name}\"; it has {}", listed(known))]
    UnknownScheme {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The wanted operation is not in the document.
    #[error("document has no operation {method} {path}")]
    UnknownOperation {
        /// The method.
        method: String,
        /// The path, as a template.
        path: String,
    },
    /// The operation can be called by anybody.
    #[error("nothing is required to call this: no token is needed")]
    NotNeeded,
    /// No security scheme can be used: each with the reason.
    #[error(
        "no security scheme of the document can be used: {}",
        reasons(unusable)
    )]
    NoScheme {
        /// The schemes, and why not.
        unusable: Vec<(String, String)>,
    },
    /// The configuration lacks something.
    #[error("`{member}` is needed for the {needed_by}: add it to the authentication block")]
    Missing {
        /// The member of the authentication block.
        member: &'static str,
        /// What needs it.
        needed_by: &'static str,
    },
    /// An address of the document cannot be used.
    #[error("{place}: `{path}`: {reason}")]
    Address {
        /// Where it stands.
        place: Place,
        /// What it is called.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The token endpoint stands in another document, which has to be fetched first.
    #[error("the token endpoint has to be looked up at {url}: use `Plan::discover`")]
    NeedsDiscovery {
        /// Where it is looked up.
        url: String,
    },
    /// The configuration cannot work.
    #[error("{0}")]
    Misuse(#[from] Misuse),
}

fn before(place: Option<Place>) -> String {
    place.map_or_else(String::new, |place| format!("{place}: "))
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

fn reasons(unusable: &[(String, String)]) -> String {
    if unusable.is_empty() {
        return "it has none".to_owned();
    }
    let each: Vec<_> = unusable
        .iter()
        .map(|(name, why)| format!("\"{name}\" {why}"))
        .collect();
    each.join("; ")
}
