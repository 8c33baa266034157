//! HTTP statuses in expectations: `401`, `5xx`, `[429, 5xx]`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One or several statuses, any of which is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Statuses(pub Vec<StatusPattern>);

/// A status, or all of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusPattern {
    /// This one.
    Exactly(u16),
    /// All that begin with this digit: `5xx`.
    Class(u16),
}

impl Statuses {
    /// Whether a status is among them.
    #[must_use]
    pub fn include(&self, status: u16) -> bool {
        self.0.iter().any(|pattern| match *pattern {
            StatusPattern::Exactly(exactly) => status == exactly,
            StatusPattern::Class(digit) => status / 100 == digit,
        })
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(status) => status.fmt(f),
            Self::Class(digit) => write!(f, "{digit}xx"),
        }
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pattern) in self.0.iter().enumerate() {
            let joint = match index {
                0 => "",
                _ if index + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{joint}{pattern}")?;
        }
        Ok(())
    }
}

impl Serialize for StatusPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Exactly(status) => serializer.serialize_u16(*status),
            Self::Class(_) => serializer.collect_str(self),
        }
    }
}

const EXPECTED: &str = "an HTTP status from 100 to 599, a class such as `5xx`, or a list of them";

fn exactly<E: de::Error>(status: u64) -> Result<StatusPattern, E> {
    match u16::try_from(status) {
        Ok(status @ 100..=599) => Ok(StatusPattern::Exactly(status)),
        _ => Err(E::custom(format_args!(
            "{status} is not an HTTP status; use 100 to 599"
        ))),
    }
}

fn class<E: de::Error>(text: &str) -> Result<StatusPattern, E> {
    match text.as_bytes() {
        [digit @ b'1'..=b'5', b'x', b'x'] => Ok(StatusPattern::Class(u16::from(digit - b'0'))),
        _ => Err(E::custom(format_args!(
            "`{text}` is no class of statuses; write for instance `5xx`"
        ))),
    }
}

impl<'de> Deserialize<'de> for StatusPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = StatusPattern;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an HTTP status or a class such as `5xx`")
            }

            fn visit_u64<E: de::Error>(self, status: u64) -> Result<StatusPattern, E> {
                exactly(status)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<StatusPattern, E> {
                class(text)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for Statuses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Statuses;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_u64<E: de::Error>(self, status: u64) -> Result<Statuses, E> {
                Ok(Statuses(vec![exactly(status)?]))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Statuses, E> {
                Ok(Statuses(vec![class(text)?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Statuses, A::Error> {
                let mut patterns = Vec::new();
                while let Some(pattern) = seq.next_element()? {
                    patterns.push(pattern);
                }
                if patterns.is_empty() {
                    return Err(de::Error::custom("a list of statuses names at least one"));
                }
                Ok(Statuses(patterns))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for StatusPattern {
    fn schema_name() -> Cow<'static, str> {
        "StatusPattern".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::StatusPattern").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An HTTP status, or all of a class: `401`, `5xx`.",
            "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 599 },
                { "type": "string", "pattern": "^[1-5]xx$" },
            ],
        })
    }
}

impl JsonSchema for Statuses {
    fn schema_name() -> Cow<'static, str> {
        "Statuses".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Statuses").into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<StatusPattern>();
        json_schema!({
            "description": "An HTTP status, a class such as `5xx`, or a list of them, any of which is meant.",
            "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }],
        })
    }
}
