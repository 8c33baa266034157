//! What comes out of the judge and goes into every report.

use serde::{Deserialize, Serialize};

use crate::case::CheckName;
use crate::trace::Trace;
use crate::verdict::{Finding, Level};

/// One run of a case, as it was played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which variation of the case it was, from 0.
    pub variation: usize,
    /// What happened.
    pub trace: Trace,
}

/// The verdict on one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The check.
    pub check: CheckName,
    /// The requirement it tests.
    pub requirement: String,
    /// How binding that is.
    pub level: Level,
    /// The verdict and its evidence.
    pub finding: Finding,
    /// The variation whose exchanges the finding names.
    pub variation: usize,
}
