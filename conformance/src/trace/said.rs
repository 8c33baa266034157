//! What a command under test printed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the command under test printed, as far as it is kept. Plain data: no secret, no token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// How many bytes it wrote to standard output and standard error.
    pub bytes: u64,
    /// How many of them were not searched for secrets, because there were too many.
    #[serde(default)]
    pub unsearched: u64,
    /// The secrets and tokens that stood in what was searched, by name or label, each once.
    #[serde(default)]
    pub told: Vec<String>,
    /// The last lines of standard error, redacted and shortened.
    #[serde(default)]
    pub stderr_tail: Vec<String>,
}
