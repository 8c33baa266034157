//! Runs in real time.

use serde::{Deserialize, Serialize};

/// That a run was played in real time, for a client whose clock cannot be moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// So many seconds of the scenario passed in one of real time.
    pub factor: u32,
    /// The checks that speak of a time that is too close to another to be told from it at this pace.
    #[serde(default)]
    pub blurred: Vec<String>,
    /// Why what was seen says nothing, in words: things took so long that the scenario was another one. None if they did not.
    pub late: Option<String>,
}
