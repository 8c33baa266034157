//! Lengths of time as scenario files write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::text::as_text;
use jiff::SignedDuration;

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
