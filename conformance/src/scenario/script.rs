//! What a limit applies to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a limit applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScriptTarget {
    /// The token endpoint.
    Token,
    /// The protected resource.
    Resource,
    /// Metadata documents.
    Discovery,
    /// The key set.
    Jwks,
}
