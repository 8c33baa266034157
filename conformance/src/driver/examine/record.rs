//! What has come of an examination.

use std::collections::BTreeMap;

use super::assertion::Assertion;

/// What is said of one assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It holds.
    Pass,
    /// It does not, and why.
    Fail(String),
    /// Nothing can be said, and why.
    Skip(String),
}

/// Findings, each for one assertion. A failure is never taken back.
#[derive(Clone, Debug, Default)]
pub(super) struct Record(BTreeMap<Assertion, Finding>);

impl Record {
    pub(super) fn pass(&mut self, assertion: Assertion) {
        self.note(assertion, Finding::Pass);
    }

    pub(super) fn fail(&mut self, assertion: Assertion, why: impl Into<String>) {
        self.note(assertion, Finding::Fail(why.into()));
    }

    pub(super) fn skip(&mut self, assertion: Assertion, why: impl Into<String>) {
        self.0
            .entry(assertion)
            .or_insert_with(|| Finding::Skip(why.into()));
    }

    /// Notes how it went: an error is a failure.
    pub(super) fn went(&mut self, assertion: Assertion, how: Result<(), String>) {
        match how {
            Ok(()) => self.pass(assertion),
            Err(why) => self.fail(assertion, why),
        }
    }

    /// All findings in the order of reports; what was not come to is skipped for this reason.
    pub(super) fn complete(mut self, otherwise: &str) -> Vec<(Assertion, Finding)> {
        for assertion in Assertion::ALL {
            self.skip(assertion, otherwise);
        }
        self.0.into_iter().collect()
    }

    fn note(&mut self, assertion: Assertion, finding: Finding) {
        if !matches!(self.0.get(&assertion), Some(Finding::Fail(_))) {
            self.0.insert(assertion, finding);
        }
    }
}
