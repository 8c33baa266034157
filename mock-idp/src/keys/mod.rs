//! Signing keys: what tokens are signed with and what key sets publish.
//!
//! The built-in keys are read from the crate, never generated at start. See `embedded/README.md`.

mod built_in;
mod configured;
mod facts;
mod owner;
mod ring;
mod rings;
mod signing_key;
mod unsigned;

pub(crate) use built_in::stranger;
pub use configured::BadKeys;
pub(crate) use configured::{is_name, read};
pub use facts::{KeyFacts, KeyRefused};
pub(crate) use ring::{KeyRing, Stage};
pub(crate) use rings::{KeyRings, SavedKeys};
pub use signing_key::{BadKey, SigningKey};
pub(crate) use unsigned::Unsigned;
