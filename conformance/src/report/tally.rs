//! Counting verdicts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::judgement::Judgement;
use crate::verdict::{Level, Verdict};

/// Checks by verdict.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Tally {
    /// `pass`.
    pub pass: usize,
    /// `fail`.
    pub fail: usize,
    /// `warn`.
    pub warn: usize,
    /// `inconclusive`.
    pub inconclusive: usize,
    /// `not_applicable`.
    pub not_applicable: usize,
    /// `error`.
    pub error: usize,
}

impl Tally {
    pub(super) fn of(judgements: &[Judgement]) -> Self {
        let mut tally = Self::default();
        for judgement in judgements {
            *match judgement.finding.verdict {
                Verdict::Pass => &mut tally.pass,
                Verdict::Fail => &mut tally.fail,
                Verdict::Warn => &mut tally.warn,
                Verdict::Inconclusive => &mut tally.inconclusive,
                Verdict::NotApplicable => &mut tally.not_applicable,
                Verdict::Error => &mut tally.error,
            } += 1;
        }
        tally
    }

    /// How many checks there are.
    #[must_use]
    pub fn sum(&self) -> usize {
        let counts = Verdict::ALL.into_iter().map(|verdict| self.get(verdict));
        counts.sum()
    }

    /// How many checks have this verdict.
    #[must_use]
    pub fn get(&self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Pass => self.pass,
            Verdict::Fail => self.fail,
            Verdict::Warn => self.warn,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::NotApplicable => self.not_applicable,
            Verdict::Error => self.error,
        }
    }
}

/// The verdicts that were given, each with its number: `3 pass, 1 warn`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = Verdict::ALL.into_iter().map(|v| (self.get(v), v));
        let given = given.filter(|(n, _)| *n > 0);
        let words: Vec<String> = given.map(|(n, verdict)| format!("{n} {verdict}")).collect();
        f.write_str(&words.join(", "))
    }
}

/// How many of how many; checks that do not apply are in neither number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Share {
    /// Those that passed.
    pub passed: usize,
    /// All that apply.
    pub of: usize,
}

impl Share {
    pub(super) fn of(judgements: &[Judgement], level: Level) -> Self {
        let verdicts: Vec<Verdict> = judgements
            .iter()
            .filter(|judgement| judgement.level == level)
            .map(|judgement| judgement.finding.verdict)
            .filter(|verdict| *verdict != Verdict::NotApplicable)
            .collect();
        Self {
            passed: verdicts.iter().filter(|v| **v == Verdict::Pass).count(),
            of: verdicts.len(),
        }
    }
}
