//! What can be said of a rule that is in force.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::rule::Rule;
use crate::as_text;

/// A rule's name in its world, as the journal has it: `fault#1`. Never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultId(pub(super) u64);

/// A text that is not of the form `fault#1`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no fault; their names look like `fault#1`")]
pub struct NotAFaultId(String);

/// How a rule in force stands.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FaultStatus {
    /// Its name.
    #[schemars(with = "String")]
    pub id: FaultId,
    /// The rule as it was given; none for one that was built in code.
    pub rule: Option<Rule>,
    /// Whether it is one of the directory's. Those are replaced when `serve` reads its file again; others stay.
    pub from_directory: bool,
    /// How many requests it was meant for so far.
    pub met: u32,
    /// How many of them it was applied to.
    pub applied: u32,
    /// When it was added, on the server's clock.
    #[schemars(with = "String")]
    pub added_at: Timestamp,
    /// When it goes, on the server's clock; none for one that stays.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
}

/// There are so many rules in a script that no other can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the script has {} rules, the most there may be; remove some first",
    super::script::MOST
)]
pub struct ScriptFull;

/// Why a rule was not added to a script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleRefused {
    /// It cannot be used.
    #[error(transparent)]
    Bad(#[from] super::rule::BadRule),
    /// There are too many.
    #[error(transparent)]
    Full(#[from] ScriptFull),
}

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fault#{}", self.0)
    }
}

impl FromStr for FaultId {
    type Err = NotAFaultId;

    fn from_str(text: &str) -> Result<Self, NotAFaultId> {
        text.strip_prefix("fault#")
            .and_then(|number| number.parse().ok())
            .map(Self)
            .ok_or_else(|| NotAFaultId(text.to_owned()))
    }
}

as_text!(FaultId, "the name of a fault, such as `fault#1`");
