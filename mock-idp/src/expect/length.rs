//! Lengths of time as files write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use super::target::as_text;

/// A length of time with a unit: `30s`, `1h 30m`, `500ms`. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length(pub Duration);

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let signed = text.parse::<SignedDuration>().ok();
        signed
            .and_then(|signed| Duration::try_from(signed).ok())
            .map(Self)
            .ok_or_else(|| {
                format!("`{text}` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`")
            })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SignedDuration::try_from(self.0) {
            Ok(signed) => write!(f, "{signed:#}"),
            Err(_) => write!(f, "{}s", self.0.as_secs()),
        }
    }
}

as_text!(
    Length,
    "a length of time with a unit, such as `30s`",
    r"^\s*\+?[0-9].*$"
);
