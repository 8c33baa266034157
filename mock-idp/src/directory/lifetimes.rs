//! How long tokens live, where a directory says so.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instant::Length;

/// Departures from the vendor's lifetimes. What is not named stays as the vendor has it; what a test asks of the
/// [builder](crate::Builder) counts before all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lifetimes {
    /// How long access tokens live (`expires_in`).
    #[serde(with = "length", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub access_token: Option<Duration>,
    /// How long after its sign-in a refresh token works, used or not.
    #[serde(with = "length", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub refresh_token: Option<Duration>,
    /// How long a refresh token works without being used.
    #[serde(with = "length", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub refresh_idle: Option<Duration>,
}

impl Lifetimes {
    /// What `self` says, and where it is silent what `other` says.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            access_token: self.access_token.or(other.access_token),
            refresh_token: self.refresh_token.or(other.refresh_token),
            refresh_idle: self.refresh_idle.or(other.refresh_idle),
        }
    }
}

/// Lengths of time as text. Days are 24 hours; there is nothing longer.
mod length {
    use std::time::Duration;

    use jiff::{SignedDuration, Span, SpanRelativeTo};
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        length: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let length = length.and_then(|length| SignedDuration::try_from(length).ok());
        match length {
            Some(length) => serializer.collect_str(&format_args!("{length:#}")),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).map(Some).ok_or_else(|| {
            D::Error::custom(format_args!(
                "`{text}` is not a length of time; write a number and a unit, such as `30s`, `90m` or `14d`"
            ))
        })
    }

    fn read(text: &str) -> Option<Duration> {
        let span: Span = text.parse().ok()?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Duration::try_from(length).ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn lengths_have_units_up_to_days_and_are_not_negative() {
            let seconds = |text| read(text).map(|length| length.as_secs());
            assert_eq!(seconds("14d"), Some(14 * 24 * 3600));
            assert_eq!(seconds("1h 30m"), Some(5400));
            assert_eq!(seconds("90 seconds"), Some(90));
            for wrong in ["", "90", "-30s", "soon", "1 month", "1y"] {
                assert_eq!(read(wrong), None, "{wrong}");
            }
        }
    }
}
