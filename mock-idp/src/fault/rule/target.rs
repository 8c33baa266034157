//! `to:` what a rule is for.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::journal::Endpoint;

/// What a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleTarget {
    /// One endpoint, by its [name](Endpoint::name).
    Endpoint(Endpoint),
    /// Every request, whatever it asks for: `anything`.
    Anything,
}

const ANYTHING: &str = "anything";

/// The names that a file may use.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let endpoints = Endpoint::ALL.into_iter().map(Endpoint::name);
    endpoints.chain([ANYTHING]).collect()
});

impl RuleTarget {
    /// The name used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint(endpoint) => endpoint.name(),
            Self::Anything => ANYTHING,
        }
    }
}

impl fmt::Display for RuleTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for RuleTarget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for RuleTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = RuleTarget;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<RuleTarget, E> {
                if name == ANYTHING {
                    return Ok(RuleTarget::Anything);
                }
                Endpoint::ALL
                    .into_iter()
                    .find(|endpoint| endpoint.name() == name)
                    .map(RuleTarget::Endpoint)
                    .ok_or_else(|| E::unknown_variant(name, &NAMES))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for RuleTarget {
    fn schema_name() -> Cow<'static, str> {
        "RuleTarget".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The endpoint that a rule is for; `unknown` is what this provider does not serve, `anything` every request, `connection` a connection before anything is read.",
            "enum": *NAMES,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_as_it_is_written() {
        for name in NAMES.iter() {
            let json = format!("{name:?}");
            let target: RuleTarget = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&target).unwrap(), json);
        }
        let error = serde_json::from_str::<RuleTarget>("\"tokens\"").unwrap_err();
        assert!(
            error.to_string().starts_with("unknown variant `tokens`"),
            "{error}"
        );
    }
}
