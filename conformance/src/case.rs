//! A case: one scenario, one provider, one cell of its matrix, ready to be staged and judged.

use std::fmt;
use std::sync::Arc;

use mock_idp::Provider;
use serde::{Deserialize, Serialize};

use crate::registry::Requirement;
use crate::scenario::{Body, Cell, Check, Head};

/// The name of a case as printed and selected: `rate-limit/wait-as-told[okta,okta-epoch,ahead]`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct CaseName(pub String);

impl CaseName {
    /// The name of a scenario's case for a provider and the value names chosen on its matrix axes, in file order.
    #[must_use]
    pub fn new(scenario: &str, provider: Provider, values: &[&str]) -> Self {
        let mut name = format!("{scenario}[{provider}");
        for value in values {
            name.push(',');
            name.push_str(value);
        }
        name.push(']');
        Self(name)
    }
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: CaseName,
    /// The head of its scenario.
    pub head: Arc<Head>,
    /// Where the scenario stands, for messages: a path, relative as given.
    pub file: Arc<str>,
    /// The vendor it is played against.
    pub provider: Provider,
    /// The values chosen on the axes of `matrix`.
    pub cell: Cell,
    /// The runs it needs: one for each variation of `vary`, times `repeat`; at least one.
    pub variations: Vec<Variation>,
    /// The checks that apply to this cell.
    pub checks: Vec<PlannedCheck>,
}

/// One run of a case.
#[derive(Clone, Debug)]
pub struct Variation {
    /// The values chosen on the axes of `vary`, and which run it is of a case that is repeated; empty without either.
    pub cell: Cell,
    /// How far its seed is from that of the case: another for each run of a case that is repeated.
    pub seed_offset: u64,
    /// What is played.
    pub body: Body,
}

/// A check with what reports say about it.
#[derive(Clone, Debug)]
pub struct PlannedCheck {
    /// The check.
    pub check: Check,
    /// The requirement it tests.
    pub requirement: Arc<Requirement>,
    /// The line of the file it begins on, from 1.
    pub line: u32,
}

/// The name of a check in a case: `rotation/reuse-detected[okta]:newest-only`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct CheckName(pub String);

impl CheckName {
    /// The name of a check of a case.
    #[must_use]
    pub fn new(case: &CaseName, check: &str) -> Self {
        Self(format!("{case}:{check}"))
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
