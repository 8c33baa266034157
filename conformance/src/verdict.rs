//! What the judge says of one check in one case.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The six verdicts.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The client did what the requirement asks, and was seen doing it.
    Pass,
    /// The client broke a must-level requirement.
    Fail,
    /// The client broke a should-level requirement.
    Warn,
    /// What the check needs to have happened first did not happen.
    Inconclusive,
    /// The client or the road cannot do what the check needs.
    NotApplicable,
    /// Our fault or the driver's, never the client's.
    Error,
}

impl Verdict {
    /// All six, in the order summaries use.
    pub const ALL: [Self; 6] = [
        Self::Pass,
        Self::Fail,
        Self::Warn,
        Self::Inconclusive,
        Self::NotApplicable,
        Self::Error,
    ];

    /// The words used in summaries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not applicable",
            Self::Error => "error",
        }
    }

    /// How much speaks against a clean result; the highest rank of several that must all hold wins.
    ///
    /// `not_applicable` stands above `inconclusive`: where one half of a check cannot be judged at all, asking for
    /// more of the other half is of no use.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Inconclusive => 1,
            Self::NotApplicable => 2,
            Self::Warn => 3,
            Self::Fail => 4,
            Self::Error => 5,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How binding a requirement is; decides whether a broken one is `fail` or `warn`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Breaking it fails the gate.
    Must,
    /// Breaking it warns, and fails the gate under `--gate should`.
    Should,
}

impl Level {
    /// The keyword as reports print it.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
        }
    }
}

/// Whose doing an `error` is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Tokenproof's own, or the scenario's.
    Harness,
    /// The driver's, or that of the program it runs in.
    Driver,
}

impl Fault {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Harness => "harness",
            Self::Driver => "driver",
        }
    }
}

/// A verdict with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// What would have passed, in words; empty for a pass.
    pub expected: String,
    /// What was seen instead, or for `inconclusive` what was missing; empty for a pass.
    pub observed: String,
    /// A likely reason, where one is known.
    pub hint: Option<String>,
    /// Whose doing it is; only for `error`.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// Numbers of the exchanges that show it, as in the trace.
    pub exchanges: Vec<u64>,
}

impl Finding {
    /// A pass.
    #[must_use]
    pub fn pass() -> Self {
        Self::new(Verdict::Pass, String::new(), String::new())
    }

    /// A broken requirement: what was expected, what was seen, and the numbers of the exchanges that show it.
    #[must_use]
    pub fn fail(expected: String, observed: String, exchanges: Vec<u64>) -> Self {
        Self {
            exchanges,
            ..Self::new(Verdict::Fail, expected, observed)
        }
    }

    /// Nothing can be said, since something was `missing`.
    #[must_use]
    pub fn inconclusive(expected: String, missing: String) -> Self {
        Self::new(Verdict::Inconclusive, expected, missing)
    }

    /// Nothing can ever be said on this road or with this client.
    #[must_use]
    pub fn not_applicable(expected: String, why: String) -> Self {
        Self::new(Verdict::NotApplicable, expected, why)
    }

    /// Something broke that is not the client's to answer for.
    #[must_use]
    pub fn error(fault: Fault, what: String) -> Self {
        Self {
            fault: Some(fault),
            ..Self::new(Verdict::Error, String::new(), what)
        }
    }

    fn new(verdict: Verdict, expected: String, observed: String) -> Self {
        Self {
            verdict,
            expected,
            observed,
            hint: None,
            fault: None,
            exchanges: Vec::new(),
        }
    }
}
