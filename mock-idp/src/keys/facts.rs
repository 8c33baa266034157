//! What is told of a key, and why one is refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One key of a world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyFacts {
    /// Its id, `kid` (RFC 7517 section 4.5).
    pub kid: String,
    /// Whether it signs the tokens that are issued now. One key of a world does.
    pub active: bool,
    /// Whether it stands in the key set. What one that does not has signed is refused.
    pub published: bool,
}

/// Why nothing was done with a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRefused {
    /// No key has this id.
    #[error("no key of this world has the id `{kid}`; it has {known}")]
    Unknown {
        /// The id.
        kid: String,
        /// Those there are.
        known: String,
    },
    /// No authorization server has this id.
    #[error("there is no authorization server `{server}` with keys of its own; there is {known}")]
    UnknownServer {
        /// The id.
        server: String,
        /// Those there are.
        known: String,
    },
    /// The built-in keys are all in use.
    #[error(
        "the {0} built-in keys are all in use; bring one of your own, made with `mock-idp keygen`"
    )]
    NoneInReserve(usize),
    /// The id cannot be one, or the key of that id is there already.
    #[error(
        "`{0}` cannot be the id of another key; take 1 to 128 visible ASCII characters that no key of this world has for its id"
    )]
    BadId(String),
    /// There are as many as a world takes.
    #[error("a world takes no more than {0} keys")]
    TooMany(usize),
}
