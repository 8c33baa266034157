//! The control API as a program uses it: HTTP from outside, worlds inside.

#![cfg(feature = "serve")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

mod access_events;
mod desk;

mod authorizations;
mod bodies;
mod clocks;
mod directories;
mod document;
mod faults;
mod following;
mod guard;
mod journals;
mod keys;
mod limits;
mod sign_ins;
mod snapshots;
mod tokens;
mod verify;
mod worlds;
