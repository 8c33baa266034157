//! A file and its text.

use std::sync::Arc;

use crate::yaml::Span;

/// A file as it was read. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// Its path as the reader of a message should see it.
    pub path: Arc<str>,
    /// What it says.
    pub text: Arc<str>,
}

impl Source {
    /// A file with this path and text.
    #[must_use]
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// The text at a place.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
}
