//! Schemas of the values that a directory file writes as text: instants, lengths of time, secrets.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

use crate::secret::{SHORTEST, Secret};

/// Reads an instant that may be absent.
pub(super) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|_| {
        D::Error::custom(format_args!(
            "`{text}` is not an instant; write it with its offset from UTC, such as `2030-01-01T00:00:00Z`"
        ))
    })
}

/// An instant as a file writes it; the type that is read is [`jiff::Timestamp`].
pub(super) struct Instant;

/// A length of time as a file writes it; the type that is read is [`std::time::Duration`].
pub(super) struct Length;

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An instant with its offset from UTC: `2030-01-01T00:00:00Z` (RFC 3339).",
            "type": "string",
            "format": "date-time",
        })
    }
}

impl JsonSchema for Length {
    fn schema_name() -> Cow<'static, str> {
        "Length".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time with a unit: `30s`, `1h 30m`, `90d`.",
            "type": "string",
            "pattern": r"^[0-9]{1,9}(\.[0-9]{1,9})? ?[a-zµ]+([ ,]*[0-9]{1,9}(\.[0-9]{1,9})? ?[a-zµ]+)*$",
        })
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A secret of at least 8 characters: a shorter one could not be told from ordinary text.",
            "type": "string",
            "minLength": SHORTEST,
        })
    }
}
