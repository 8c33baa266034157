//! How a check and a case look: a word, and the name of a colour.

use crate::report::{CaseReport, CheckReport};
use crate::verdict::Verdict;

/// What a check came to, as a reader of the page sorts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shade {
    /// A verdict that nothing was said of before.
    Plain(Verdict),
    /// It did not pass, as expected.
    Expected(Verdict),
    /// It passes and was expected not to.
    Stale,
}

impl Shade {
    pub(super) fn of(check: &CheckReport) -> Self {
        if check.is_expected() {
            Self::Expected(check.verdict)
        } else if check.is_stale() {
            Self::Stale
        } else {
            Self::Plain(check.verdict)
        }
    }

    /// The worst of what counts in a case, or of all where nothing does.
    pub(super) fn worst(case: &CaseReport) -> Self {
        let counts = |check: &&CheckReport| case.is_unscored() || !check.unscored;
        let shades = case.checks.iter().filter(counts).map(Self::of);
        shades
            .max_by_key(|shade| shade.gravity())
            .unwrap_or(Self::Plain(Verdict::NotApplicable))
    }

    /// What a reader wants to see first. A pass beside something that does not apply is a pass.
    pub(super) fn gravity(self) -> u8 {
        match self {
            Self::Plain(Verdict::Error) => 6,
            Self::Plain(Verdict::Fail) | Self::Stale => 5,
            Self::Plain(Verdict::Warn) => 4,
            Self::Plain(Verdict::Inconclusive) => 3,
            Self::Expected(_) => 2,
            Self::Plain(Verdict::Pass) => 1,
            Self::Plain(Verdict::NotApplicable) => 0,
        }
    }

    pub(super) fn word(self) -> String {
        match self {
            Self::Plain(verdict) => verdict.name().to_owned(),
            Self::Expected(verdict) => format!("{verdict}, expected"),
            Self::Stale => "stale".to_owned(),
        }
    }

    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Plain(Verdict::Pass) => "pass",
            Self::Plain(Verdict::Fail) | Self::Stale => "fail",
            Self::Plain(Verdict::Warn) => "warn",
            Self::Plain(Verdict::Inconclusive) => "open",
            Self::Plain(Verdict::NotApplicable) => "none",
            Self::Plain(Verdict::Error) => "error",
            Self::Expected(_) => "known",
        }
    }
}
