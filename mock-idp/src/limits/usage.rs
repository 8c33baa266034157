//! [`LimitUsage`]: how far a limit is used.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::By;

/// A window of a rule, or the requests in progress that one counts, as they are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct LimitUsage {
    /// The rule, by its place in [`MockIdp::limits`](crate::MockIdp::limits), counted from 0.
    pub rule: usize,
    /// Whose requests are counted, redacted as the journal is; empty where nothing is known of them or everybody's count.
    pub who: Vec<(By, String)>,
    /// How many requests count in the window.
    pub used: u32,
    /// How many more it admits.
    pub remaining: u32,
    /// When it ends or there is room again; none without a window.
    #[schemars(with = "Option<String>")]
    pub reset: Option<Timestamp>,
    /// How many requests are in progress.
    pub in_progress: u32,
}
