//! What requests are sent to.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error, StrDeserializer};

use crate::as_text;
use crate::journal::Endpoint;

/// An endpoint, or `anything`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// This endpoint. [`Endpoint::Discovery`] includes Entra's instance discovery, as in scenario files.
    One(Endpoint),
    /// Any endpoint.
    Anything,
}

impl Target {
    /// Whether a request to this endpoint is meant.
    #[must_use]
    pub fn covers(self, endpoint: Endpoint) -> bool {
        match self {
            Self::Anything => true,
            Self::One(Endpoint::Discovery) => {
                matches!(endpoint, Endpoint::Discovery | Endpoint::InstanceDiscovery)
            }
            Self::One(one) => one == endpoint,
        }
    }

    /// The name used in files and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::One(endpoint) => endpoint.name(),
            Self::Anything => "anything",
        }
    }
}

impl From<Endpoint> for Target {
    fn from(endpoint: Endpoint) -> Self {
        Self::One(endpoint)
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "anything" {
            return Ok(Self::Anything);
        }
        let text: StrDeserializer<'_, Error> = text.into_deserializer();
        Endpoint::deserialize(text)
            .map(Self::One)
            .map_err(|error| format!("{error}, `anything`"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The nth request to an endpoint: `token#2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// The endpoint.
    pub to: Target,
    /// Which one, from 1.
    pub ordinal: u32,
}

impl FromStr for Numbered {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbered = text.split_once('#').and_then(|(to, ordinal)| {
            Some(Self {
                to: to.parse().ok()?,
                ordinal: ordinal.parse().ok().filter(|ordinal| *ordinal > 0)?,
            })
        });
        numbered.ok_or_else(|| {
            format!("`{text}` does not name a request; write an endpoint and a number, such as `token#1`")
        })
    }
}

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.to.name(), self.ordinal)
    }
}

/// Gives a type that stands as text its schema: what it is, and its pattern.
macro_rules! text_schema {
    ($name:ident, $what:literal, $pattern:literal) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": $what,
                    "type": "string",
                    "pattern": $pattern,
                })
            }
        }
    };
}

pub(super) use text_schema;

as_text!(Target, "an endpoint, such as `token`, or `anything`");
impl JsonSchema for Target {
    fn schema_name() -> Cow<'static, str> {
        "Target".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Target").into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An endpoint, or `anything`.",
            "anyOf": [generator.subschema_for::<Endpoint>(), { "const": "anything" }],
        })
    }
}

as_text!(Numbered, "an endpoint and a number, such as `token#1`");
text_schema!(
    Numbered,
    "The nth request to an endpoint: `token#1`.",
    "^[a-z_]+#[1-9][0-9]{0,8}$"
);
