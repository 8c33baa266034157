//! `hold:` an answer that is kept back.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::schema::object;
use crate::fault::action::HoldPoint;

/// A named hold: `hold: herd` or `hold: { name: herd, at: after_commit }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldSpec {
    /// The name by which it is released.
    pub name: String,
    /// Before or after the provider has changed its state.
    pub at: HoldPoint,
}

impl<'de> Deserialize<'de> for HoldSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            name: String,
            #[serde(default)]
            at: HoldPoint,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = HoldSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a hold, or `{ name, at: before_commit|after_commit }`")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<HoldSpec, E> {
                Ok(HoldSpec {
                    name: name.to_owned(),
                    at: HoldPoint::BeforeCommit,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HoldSpec, A::Error> {
                let Long { name, at } =
                    Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(HoldSpec { name, at })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for HoldSpec {
    fn schema_name() -> Cow<'static, str> {
        "HoldSpec".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The name by which it is released, or `{ name: herd, at: after_commit }`.",
            "anyOf": [
                { "type": "string" },
                object(&["name"], json!({
                    "name": { "type": "string", "description": "The name by which it is released." },
                    "at": generator.subschema_for::<HoldPoint>(),
                })),
            ],
        })
    }
}
