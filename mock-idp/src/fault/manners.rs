//! What a fault does to a connection as such: how it reads, and how long it lives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::length::Length;

/// How long a connection is kept for further requests (RFC 9112 section 9.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KeepAlive {
    /// Closed without a word once it has been idle for so long on the server's clock, after its first answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<Length>,
    /// Closed after so many answers, the last of which says `Connection: close`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u32>,
}

/// How slowly requests are read. A request that is not there after the listener's patience, which is real time, is refused as
/// any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowRead {
    /// At most so many bytes at once.
    pub bytes: u32,
    /// So far apart on the server's clock.
    pub every: Length,
}
