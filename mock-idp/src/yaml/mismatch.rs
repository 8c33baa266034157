//! A part of the tree that does not fit the type it is read as.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::node::{Node, quote};
use super::span::Span;

/// What does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What is wrong.
    pub kind: MismatchKind,
    /// Where it is written.
    pub span: Option<Span>,
    /// Where it is used, if that is another place.
    pub used: Option<Span>,
}

/// The ways in which a part of the tree does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MismatchKind {
    /// A key that the map does not have.
    UnknownKey {
        /// The key found.
        found: String,
        /// The keys there are.
        allowed: &'static [&'static str],
    },
    /// A name that is none of a closed list.
    UnknownName {
        /// The name found.
        found: String,
        /// The names there are.
        allowed: &'static [&'static str],
    },
    /// A key that must be there.
    Missing(&'static str),
    /// Something else than what belongs here.
    Unexpected {
        /// What was found, in words.
        found: String,
        /// What belongs here, in words.
        expected: String,
        /// Whether quotes would make it fit.
        quotes_help: bool,
    },
    /// A reason in words.
    Other(String),
}

impl Mismatch {
    /// A mismatch of which the place is not known yet.
    pub(super) fn new(kind: MismatchKind) -> Self {
        Self {
            kind,
            span: None,
            used: None,
        }
    }

    /// The same, at this place unless a closer one is known.
    pub(super) fn or_at(self, span: Span, used: Option<Span>) -> Self {
        match self.span {
            Some(_) => self,
            None => Self {
                span: Some(span),
                used,
                ..self
            },
        }
    }

    /// The same, at this part of the tree unless a closer one is known.
    pub(super) fn or_within(self, node: &Node) -> Self {
        self.or_at(node.span, node.used)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            MismatchKind::UnknownKey { found, .. } => write!(f, "unknown key {}", quote(found)),
            MismatchKind::UnknownName { found, .. } => write!(f, "unknown name {}", quote(found)),
            MismatchKind::Missing(key) => write!(f, "the key `{key}` is missing"),
            MismatchKind::Unexpected {
                found, expected, ..
            } => write!(f, "found {found} where {expected} belongs"),
            MismatchKind::Other(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(MismatchKind::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let text_wanted = expected.to_string() == "a string";
        Self::new(MismatchKind::Unexpected {
            quotes_help: text_wanted
                && matches!(
                    found,
                    Unexpected::Bool(_)
                        | Unexpected::Unsigned(_)
                        | Unexpected::Signed(_)
                        | Unexpected::Float(_)
                ),
            found: in_words(found),
            expected: plain(&expected.to_string()),
        })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(MismatchKind::Unexpected {
            found: format!("{length} entries"),
            expected: plain(&expected.to_string()),
            quotes_help: false,
        })
    }

    fn unknown_variant(found: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(MismatchKind::UnknownName {
            found: found.to_owned(),
            allowed,
        })
    }

    fn unknown_field(found: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(MismatchKind::UnknownKey {
            found: found.to_owned(),
            allowed,
        })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(MismatchKind::Missing(key))
    }
}

fn in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("the boolean `{value}`"),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Str(text) => format!("the text {}", quote(text)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a map".to_owned(),
        other => other.to_string(),
    }
}

/// serde's names for Rust types, in the words of a file.
fn plain(expected: &str) -> String {
    match expected {
        "a string" => "text".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a sequence" => "a list".to_owned(),
        "f64" => "a number".to_owned(),
        "u16" => format!("a whole number from 0 to {}", u16::MAX),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u64" | "usize" => "a whole number from 0".to_owned(),
        other if other.starts_with("struct ") => "a map".to_owned(),
        other => other.to_owned(),
    }
}
