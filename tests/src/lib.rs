//! Set-up that the workspace's tests share: the command as users get it, and the foreign clients it is shown.

#![expect(
    clippy::panic,
    reason = "what cannot be set up fails the test that asked for it"
)]

pub mod faketime;
pub mod node;
pub mod program;
pub mod python;
pub mod redis;
pub mod script;
mod setup;
pub mod table;
