//! A value that must not be shown.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A secret: masked in `Debug`, never serialised.
///
/// One that is read from a file has at least 8 characters: a shorter one cannot be told from ordinary text, and so could leak
/// without being seen.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

/// The least number of characters, and so of bytes, of a secret that is hunted for.
pub(crate) const SHORTEST: usize = 8;

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = String::deserialize(deserializer)?;
        if value.chars().count() < SHORTEST {
            // Not with the value: it is a secret all the same.
            return Err(serde::de::Error::custom(format_args!(
                "a secret is too short to be told from ordinary text; take one of at least {SHORTEST} characters"
            )));
        }
        Ok(Self(value))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}
