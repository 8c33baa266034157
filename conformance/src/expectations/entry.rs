//! One entry: which checks, how they end, and why.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use crate::verdict::{Fault, Verdict};

/// An entry as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The checks: `area/name[case]:check`. `*` stands for anything but `/`, `**` for anything; at most 20 checks.
    #[schemars(regex(pattern = "^[^:]+:.+$"))]
    pub check: String,
    /// How they end.
    pub is: Ending,
    /// How what is observed begins. With other words it is another failure, which nobody has excused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"\S"))]
    pub says: Option<String>,
    /// Why it is so, for whoever reads the report. `TODO` is not a reason.
    #[schemars(regex(pattern = r"\S"))]
    pub why: String,
    /// Where it is to be mended: the URL of an issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^https?://\S+$"))]
    pub issue: Option<String>,
    /// Where one can see that it is so: a URL, or a place in the client's source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"\S"))]
    pub source: Option<String>,
    /// The last day on which it is excused, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// How a check is expected to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It does not hold, whether it must or should: `fail` or `warn`.
    Fail,
    /// It does not hold and only should: `warn`. When it comes to be a must, this no longer excuses it.
    Warn,
    /// What it is about never happens.
    Inconclusive,
    /// It cannot be judged, and that is the doing of the client or its driver. What Tokenproof breaks is never excused.
    Error,
    /// It passes at times and at times it does not hold or is inconclusive.
    Flaky,
}

impl Ending {
    /// The word used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Error => "error",
            Self::Flaky => "flaky",
        }
    }

    /// What a check that ends so is to be called; none for a verdict that is never excused.
    #[must_use]
    pub fn of(verdict: Verdict, fault: Option<Fault>) -> Option<Self> {
        match verdict {
            Verdict::Pass | Verdict::NotApplicable => None,
            Verdict::Fail => Some(Self::Fail),
            Verdict::Warn => Some(Self::Warn),
            Verdict::Inconclusive => Some(Self::Inconclusive),
            Verdict::Error => (fault == Some(Fault::Driver)).then_some(Self::Error),
        }
    }

    /// Whether a check that ends with this verdict, which is no pass, ends as this says.
    #[must_use]
    pub fn fits(self, verdict: Verdict) -> bool {
        match self {
            Self::Fail => matches!(verdict, Verdict::Fail | Verdict::Warn),
            Self::Warn => verdict == Verdict::Warn,
            Self::Inconclusive => verdict == Verdict::Inconclusive,
            Self::Error => verdict == Verdict::Error,
            Self::Flaky => matches!(
                verdict,
                Verdict::Fail | Verdict::Warn | Verdict::Inconclusive
            ),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a check stands to the entry that names it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It ended as expected.
    Met,
    /// It passes: the entry is stale.
    Passed,
    /// It ended with another verdict.
    OtherVerdict,
    /// It ended with that verdict, but what was observed begins with other words.
    OtherWords,
    /// It ended as expected, but the day until which that is excused is past.
    Overdue,
    /// Tokenproof failed, so that nothing can be said.
    Unjudged,
}

impl Standing {
    /// Whether the entry is wrong about the check.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        !matches!(self, Self::Met | Self::Unjudged)
    }
}

impl Expected {
    /// How a check stands that ended so on this day. `observed` is the text that reports show.
    #[must_use]
    pub fn standing(
        &self,
        verdict: Verdict,
        fault: Option<Fault>,
        observed: &str,
        today: Day,
    ) -> Standing {
        let is_over = self.until.is_some_and(|until| until < today);
        match verdict {
            // An error that names nobody is ours.
            Verdict::Error if fault != Some(Fault::Driver) => Standing::Unjudged,
            Verdict::Pass if self.is != Ending::Flaky => Standing::Passed,
            Verdict::Pass if is_over => Standing::Overdue,
            Verdict::Pass => Standing::Met,
            verdict if !self.is.fits(verdict) => Standing::OtherVerdict,
            _ if !self.is_said_by(observed) => Standing::OtherWords,
            _ if is_over => Standing::Overdue,
            _ => Standing::Met,
        }
    }

    /// Whether `says` is how this text begins.
    #[must_use]
    pub fn is_said_by(&self, observed: &str) -> bool {
        let says = self.says.as_deref().unwrap_or_default();
        observed.starts_with(says)
    }

    /// Whether somebody has written a reason down.
    #[must_use]
    pub fn has_reason(&self) -> bool {
        let first = self.why.split(|c: char| !c.is_alphanumeric());
        let first = first.into_iter().find(|word| !word.is_empty());
        first.is_some_and(|word| {
            !["TODO", "FIXME", "TBD"]
                .iter()
                .any(|mark| word.eq_ignore_ascii_case(mark))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(is: Ending) -> Expected {
        Expected {
            check: "area/name[okta]:check".to_owned(),
            is,
            says: Some("no request".to_owned()),
            why: "it reads the local clock".to_owned(),
            issue: None,
            source: None,
            until: None,
        }
    }

    #[test]
    fn what_each_ending_excuses() {
        let endings = [
            Ending::Fail,
            Ending::Warn,
            Ending::Inconclusive,
            Ending::Error,
            Ending::Flaky,
        ];
        let today = "2026-11-21".parse().expect("a day");
        let mut lines = Vec::new();
        for is in endings {
            for (verdict, fault) in Verdict::ALL
                .into_iter()
                .map(|v| (v, Some(Fault::Driver)))
                .chain([
                    (Verdict::Error, Some(Fault::Harness)),
                    (Verdict::Error, None),
                ])
            {
                let said = expected(is).standing(verdict, fault, "no request to token", today);
                lines.push(format!("{is}: {verdict} is {said:?}"));
            }
        }
        insta::assert_snapshot!(lines.join("\n"), @"
        fail: pass is Passed
        fail: fail is Met
        fail: warn is Met
        fail: inconclusive is OtherVerdict
        fail: not applicable is OtherVerdict
        fail: error is OtherVerdict
        fail: error is Unjudged
        fail: error is Unjudged
        warn: pass is Passed
        warn: fail is OtherVerdict
        warn: warn is Met
        warn: inconclusive is OtherVerdict
        warn: not applicable is OtherVerdict
        warn: error is OtherVerdict
        warn: error is Unjudged
        warn: error is Unjudged
        inconclusive: pass is Passed
        inconclusive: fail is OtherVerdict
        inconclusive: warn is OtherVerdict
        inconclusive: inconclusive is Met
        inconclusive: not applicable is OtherVerdict
        inconclusive: error is OtherVerdict
        inconclusive: error is Unjudged
        inconclusive: error is Unjudged
        error: pass is Passed
        error: fail is OtherVerdict
        error: warn is OtherVerdict
        error: inconclusive is OtherVerdict
        error: not applicable is OtherVerdict
        error: error is Met
        error: error is Unjudged
        error: error is Unjudged
        flaky: pass is Met
        flaky: fail is Met
        flaky: warn is Met
        flaky: inconclusive is Met
        flaky: not applicable is OtherVerdict
        flaky: error is OtherVerdict
        flaky: error is Unjudged
        flaky: error is Unjudged
        ");
    }

    #[test]
    fn other_words_and_past_days_are_not_excused() {
        let today: Day = "2026-11-21".parse().expect("a day");
        let with = |until: &str, verdict, observed: &str| {
            let mut expected = expected(Ending::Flaky);
            expected.until = Some(until.parse().expect("a day"));
            expected.standing(verdict, None, observed, today)
        };
        assert_eq!(
            with("2026-11-21", Verdict::Fail, "no request"),
            Standing::Met
        );
        assert_eq!(
            with("2026-11-20", Verdict::Fail, "no request"),
            Standing::Overdue
        );
        assert_eq!(with("2026-11-20", Verdict::Pass, ""), Standing::Overdue);
        assert_eq!(with("2026-11-22", Verdict::Pass, ""), Standing::Met);
        assert_eq!(
            with("2026-11-22", Verdict::Fail, "one request"),
            Standing::OtherWords
        );
    }

    #[test]
    fn what_is_no_reason() {
        let reason = |why: &str| {
            let why = why.to_owned();
            Expected {
                why,
                ..expected(Ending::Fail)
            }
            .has_reason()
        };
        for why in ["TODO", "todo: ask Ada", "FIXME", "(TBD)", "", " ?? "] {
            assert!(!reason(why), "{why:?}");
        }
        for why in [
            "todos are kept in a list",
            "reads the local clock; TODO there too",
            "429s",
        ] {
            assert!(reason(why), "{why:?}");
        }
    }
}
