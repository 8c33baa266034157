//! Times that a rule has filled in when it answers: `$http_date(+30s)`.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

use super::length::{NotALength, Offset};

/// A time relative to the answer, and how it is spelt.
///
/// The closed list of functions a file may use. They stand for the server's clock at the moment of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// How it is spelt.
    pub form: MomentForm,
    /// How far from the answer.
    pub offset: Offset,
}

/// How a time is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentForm {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`: IMF-fixdate, RFC 9110 section 5.6.7.
    HttpDate,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`: the RFC 850 form, which recipients still have to read.
    Rfc850Date,
    /// `Sun Nov  6 08:49:37 1994`: the form of C's `asctime`, which recipients still have to read.
    AsctimeDate,
    /// Seconds since 1970, as Okta's `X-Rate-Limit-Reset`.
    Epoch,
}

/// The furthest that a time may lie from the answer.
const FURTHEST: SignedDuration = SignedDuration::from_hours(100 * 365 * 24);

impl MomentForm {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::HttpDate,
        Self::Rfc850Date,
        Self::AsctimeDate,
        Self::Epoch,
    ];

    /// The name used in files, without `$`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HttpDate => "http_date",
            Self::Rfc850Date => "rfc850_date",
            Self::AsctimeDate => "asctime_date",
            Self::Epoch => "epoch",
        }
    }
}

/// A text of the form `$name(…)` that is no known time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAMoment {
    /// There is no such function.
    UnknownFunction(String),
    /// What stands between the parentheses is no offset, for this reason.
    Offset(String),
}

impl fmt::Display for NotAMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFunction(name) => write!(f, "unknown function `${name}`"),
            Self::Offset(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for NotAMoment {}

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let call = text
            .strip_prefix('$')
            .and_then(|rest| rest.strip_suffix(')'))
            .and_then(|rest| rest.split_once('('));
        let Some((name, offset)) = call else {
            return Err(NotAMoment::UnknownFunction(
                text.trim_start_matches('$').to_owned(),
            ));
        };
        let form = MomentForm::ALL
            .into_iter()
            .find(|form| form.name() == name)
            .ok_or_else(|| NotAMoment::UnknownFunction(name.to_owned()))?;
        let offset: Offset = offset
            .parse()
            .map_err(|e: NotALength| NotAMoment::Offset(e.to_string()))?;
        if offset.0.abs() > FURTHEST {
            return Err(NotAMoment::Offset(format!(
                "`{offset}` is further away than 100 years"
            )));
        }
        Ok(Self { form, offset })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}({})", self.form.name(), self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_survives_a_round_trip() {
        for form in MomentForm::ALL {
            for offset in ["+30s", "-1h 30m", "0s"] {
                let moment: Moment = format!("${}({offset})", form.name()).parse().unwrap();
                assert_eq!(moment.form, form);
                assert_eq!(moment.to_string().parse(), Ok(moment));
            }
        }
    }

    #[test]
    fn refusals() {
        let all: Vec<String> = [
            "$htp_date(+30s)",
            "$epoch(soon)",
            "$epoch()",
            "$epoch(+999999999h)",
            "$epoch",
            "epoch(3s)",
        ]
        .iter()
        .map(|text| text.parse::<Moment>().unwrap_err().to_string())
        .collect();
        insta::assert_snapshot!(all.join("\n"), @"
unknown function `$htp_date`
`soon` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`
`` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`
`999999999h` is further away than 100 years
unknown function `$epoch`
unknown function `$epoch(3s)`
");
    }
}
