//! [`Rate`]: how fast a clock runs.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// How many seconds a running clock shows to have passed in one second of the machine's: more than 0, at most a million.
///
/// ```
/// use mock_idp::clock::Rate;
///
/// assert_eq!(Rate::new(60.0)?.get(), 60.0);
/// assert_eq!("0.5".parse::<Rate>()?.to_string(), "0.5");
/// assert!(Rate::new(0.0).is_err());
/// # Ok::<(), mock_idp::clock::BadRate>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rate(f64);

/// A number that is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no rate of a clock; a rate is a number above 0 and at most 1000000, with 1 as fast as the machine's; to stop a clock, freeze it"
)]
pub struct BadRate(String);

impl Rate {
    /// As fast as the machine's clock.
    pub const REAL: Self = Self(1.0);

    const FASTEST: f64 = 1e6;

    /// A rate.
    ///
    /// # Errors
    ///
    /// [`BadRate`] for a number that is not above 0 or above a million.
    pub fn new(rate: f64) -> Result<Self, BadRate> {
        if rate > 0.0 && rate <= Self::FASTEST {
            Ok(Self(rate))
        } else {
            Err(BadRate(rate.to_string()))
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = BadRate;

    fn try_from(rate: f64) -> Result<Self, BadRate> {
        Self::new(rate)
    }
}

impl From<Rate> for f64 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl FromStr for Rate {
    type Err = BadRate;

    fn from_str(text: &str) -> Result<Self, BadRate> {
        let rate = text.parse().map_err(|_| BadRate(text.to_owned()))?;
        Self::new(rate)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": Self::FASTEST,
            "description": "Seconds that the clock shows to have passed in one second of the machine's.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rates_that_time_can_pass_at_are_rates() {
        for rate in [0.0, -1.0, -0.0, f64::NAN, f64::INFINITY, 1_000_000.5] {
            assert!(Rate::new(rate).is_err(), "{rate}");
            assert!(rate.to_string().parse::<Rate>().is_err(), "{rate}");
        }
        for rate in [f64::MIN_POSITIVE, 0.5, 1.0, 1e6] {
            assert_eq!(Rate::new(rate).map(Rate::get), Ok(rate));
            assert_eq!(rate.to_string().parse(), Rate::new(rate));
        }
        assert!(serde_json::from_str::<Rate>("0").is_err());
        assert_eq!(serde_json::from_str::<Rate>("2").ok(), Rate::new(2.0).ok());
        assert_eq!(
            serde_json::to_string(&Rate::REAL).ok(),
            Some("1.0".to_owned())
        );
        insta::assert_snapshot!("fast".parse::<Rate>().unwrap_err(), @"`fast` is no rate of a clock; a rate is a number above 0 and at most 1000000, with 1 as fast as the machine's; to stop a clock, freeze it");
    }
}
