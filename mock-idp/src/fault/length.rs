//! Lengths of time as files write them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::as_text;

/// A length of time with a unit: `30s`, `1h 30m`, `500ms`. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length(pub Duration);

/// A length of time that may be negative: `-120s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub SignedDuration);

/// A text that is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`{remark}"
)]
pub struct NotALength {
    text: String,
    remark: &'static str,
}

impl FromStr for Offset {
    type Err = NotALength;

    fn from_str(text: &str) -> Result<Self, NotALength> {
        text.parse::<SignedDuration>()
            .map(Self)
            .map_err(|_| NotALength {
                text: text.to_owned(),
                remark: "",
            })
    }
}

impl FromStr for Length {
    type Err = NotALength;

    fn from_str(text: &str) -> Result<Self, NotALength> {
        let Offset(signed) = text.parse()?;
        Duration::try_from(signed)
            .map(Self)
            .map_err(|_| NotALength {
                text: text.to_owned(),
                remark: "; it cannot be negative here",
            })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SignedDuration::try_from(self.0) {
            Ok(signed) => Offset(signed).fmt(f),
            Err(_) => write!(f, "{} s", self.0.as_secs()),
        }
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

as_text!(Length, "a length of time with a unit, such as `30s`");
as_text!(
    Offset,
    "a length of time with a unit, such as `30s` or `-120s`"
);

impl JsonSchema for Length {
    fn schema_name() -> Cow<'static, str> {
        "Length".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time with a unit, never negative: `30s`, `1h 30m`, `500ms`.",
            "type": "string",
            "pattern": format!("^{}$", Length::pattern(r"\+?")),
        })
    }
}

impl JsonSchema for Offset {
    fn schema_name() -> Cow<'static, str> {
        "Offset".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time with a unit: `30s`, or `-120s`.",
            "type": "string",
            "pattern": format!("^{}$", Length::pattern("[+-]?")),
        })
    }
}

impl Length {
    /// The regular expression of its spellings for a JSON Schema, behind that of a sign: numbers with units, longest unit first;
    /// the last number may be a fraction. Narrower than what is read, where a spelling is possible that nobody should choose.
    #[must_use]
    pub fn pattern(sign: &str) -> String {
        const UNITS: [&str; 4] = [
            "h|hrs?|hours?",
            "m|mins?|minutes?",
            "s|secs?|seconds?",
            "ms|msecs?|millis?|milliseconds?",
        ];
        let mut before = String::new();
        let mut forms = Vec::new();
        for units in UNITS {
            forms.push(format!(r"{before}[0-9]{{1,9}}(\.[0-9]{{1,9}})? ?({units})"));
            before.push_str(&format!("([0-9]{{1,9}} ?({units}) ?)?"));
        }
        format!("{sign}({})", forms.join("|"))
    }
}

/// A length that may be left out, for fields that hold a [`Duration`]. For `#[serde(with = …)]`.
pub(crate) mod optional {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::Length;

    #[expect(clippy::ref_option, reason = "serde's signature")]
    pub(crate) fn serialize<S: Serializer>(
        length: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        length.map(Length).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Length>::deserialize(deserializer)?.map(|length| length.0))
    }
}
