//! What speaks against a run although no verdict shows it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::case::CaseName;
use crate::exit::ExitCode;

/// Something that closes the gate by itself, such as a command that failed on a green wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Incident {
    /// The case it happened in.
    pub case: CaseName,
    /// What happened, in words.
    pub what: String,
    /// The exit code that says so.
    pub exit: ExitCode,
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {}, {}", self.case, self.what)
    }
}
