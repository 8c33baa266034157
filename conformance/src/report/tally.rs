//! Counting verdicts.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::case::CheckName;
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
    /// Those that did not pass and were expected not to, in just that way; not counted under their verdicts. Left out for none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub expected: usize,
}

fn is_none(n: &usize) -> bool {
    *n == 0
}

impl Tally {
    pub(super) fn of(judgements: &[Judgement]) -> Self {
        let mut tally = Self::default();
        for judgement in judgements {
            *tally.count(judgement.finding.verdict) += 1;
        }
        tally
    }

    /// Counts those that are excused apart.
    pub(super) fn set_apart(&mut self, judgements: &[Judgement], excused: &BTreeSet<CheckName>) {
        for judgement in judgements.iter().filter(|j| excused.contains(&j.check)) {
            *self.count(judgement.finding.verdict) -= 1;
            self.expected += 1;
        }
    }

    fn count(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::Warn => &mut self.warn,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::Error => &mut self.error,
        }
    }

    /// How many checks there are.
    #[must_use]
    pub fn sum(&self) -> usize {
        let counts = Verdict::ALL.into_iter().map(|verdict| self.get(verdict));
        counts.sum::<usize>() + self.expected
    }

    /// How many checks have this verdict, expected ones aside.
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
        let mut words: Vec<String> = given.map(|(n, verdict)| format!("{n} {verdict}")).collect();
        if self.expected > 0 {
            words.push(format!("{} expected", self.expected));
        }
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
