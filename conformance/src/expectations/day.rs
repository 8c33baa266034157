//! A day of the calendar.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day, such as `2026-12-01`. It begins and ends in UTC, so that a build ends alike wherever it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day of an instant.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(at.to_zoned(TimeZone::UTC).date())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day; write year, month and day, such as `2026-12-01`")]
pub struct NotADay(String);

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        // The library would take a time behind it too, and days without dashes.
        let day = text.parse::<Date>().ok().map(Self);
        day.filter(|day| day.to_string() == text)
            .ok_or_else(|| NotADay(text.chars().take(40).collect()))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A day: `2026-12-01`.",
            "type": "string",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read() {
        let read = |text: &str| match text.parse::<Day>() {
            Ok(day) => day.to_string(),
            Err(error) => error.to_string(),
        };
        let texts = [
            "2026-12-01",
            "2028-02-29",
            "2026-02-29",
            "20261201",
            "2026-12-01T10:00:00",
            "2026-12",
            "tomorrow",
            "",
        ];
        let lines: Vec<String> = texts.into_iter().map(read).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        2026-12-01
        2028-02-29
        `2026-02-29` is no day; write year, month and day, such as `2026-12-01`
        `20261201` is no day; write year, month and day, such as `2026-12-01`
        `2026-12-01T10:00:00` is no day; write year, month and day, such as `2026-12-01`
        `2026-12` is no day; write year, month and day, such as `2026-12-01`
        `tomorrow` is no day; write year, month and day, such as `2026-12-01`
        `` is no day; write year, month and day, such as `2026-12-01`
        ");
    }

    #[test]
    fn a_day_is_one_of_utc() {
        let at = |text: &str| Day::of(text.parse().expect("a time")).to_string();
        assert_eq!(at("2026-12-01T23:59:59Z"), "2026-12-01");
        assert_eq!(at("2026-12-02T00:30:00+01:00"), "2026-12-01");
    }
}
