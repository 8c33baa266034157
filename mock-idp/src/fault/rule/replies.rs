//! `reply:` the statuses to answer with.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::schema::several;

/// One status or a sequence of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Replies(pub Vec<u16>);

impl<'de> Deserialize<'de> for Replies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Replies;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an HTTP status from 200 to 599, or a list of them")
            }

            fn visit_u64<E: de::Error>(self, status: u64) -> Result<Replies, E> {
                status_code(status).map(|status| Replies(vec![status]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Replies, A::Error> {
                let mut statuses = Vec::new();
                while let Some(status) = seq.next_element::<u64>()? {
                    statuses.push(status_code(status)?);
                }
                if statuses.is_empty() {
                    return Err(de::Error::custom(
                        "a list of replies needs at least one status",
                    ));
                }
                Ok(Replies(statuses))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn status_code<E: de::Error>(status: u64) -> Result<u16, E> {
    match u16::try_from(status) {
        Ok(status @ 200..=599) => Ok(status),
        _ => Err(E::custom(format_args!(
            "{status} is not an HTTP status; use 200 to 599"
        ))),
    }
}

impl JsonSchema for Replies {
    fn schema_name() -> Cow<'static, str> {
        "Replies".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        several(
            "An HTTP status to answer with, or a sequence whose last element repeats. 200 is the ordinary answer.",
            1,
            &json_schema!({ "type": "integer", "minimum": 200, "maximum": 599 }),
        )
    }
}
