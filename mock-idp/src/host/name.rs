//! [`WorldName`]: how a world is called on its host.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest name.
const LONGEST: usize = 64;

/// The name of a world: 1 to 64 letters, digits, `-`, `_` and `.`, of which the first is a letter or a digit. It stands in paths
/// as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorldName(String);

/// A text that names no world.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be the name of a world; take 1 to {LONGEST} letters, digits, `-`, `_` or `.`, a letter or digit first"
)]
pub struct NotAName(String);

impl WorldName {
    /// `world-1`, `world-2`, …
    pub(super) fn numbered(number: u64) -> Self {
        Self(format!("world-{number}"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WorldName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let is_one = text.len() <= LONGEST
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if is_one {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAName(text.chars().take(LONGEST).collect()))
        }
    }
}

impl fmt::Display for WorldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for WorldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for WorldName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for WorldName {
    fn schema_name() -> Cow<'static, str> {
        "WorldName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "The name of a world.",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_a_path() {
        for name in ["a", "world-1", "test_login.py", &"x".repeat(64)] {
            assert_eq!(name.parse::<WorldName>().unwrap().as_str(), name);
        }
        for name in [
            "",
            ".",
            "..",
            "-a",
            "a/b",
            "a b",
            "ä",
            "%41",
            &"x".repeat(65),
        ] {
            assert!(name.parse::<WorldName>().is_err(), "{name}");
        }
        insta::assert_snapshot!("a/b".parse::<WorldName>().unwrap_err(), @"`a/b` cannot be the name of a world; take 1 to 64 letters, digits, `-`, `_` or `.`, a letter or digit first");
    }
}
