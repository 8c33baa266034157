//! The play on the local road, as clients made for the purpose see it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod clients;
mod clocks;
mod ends;
mod hand_made;
mod lives;
mod provider;
mod road;
mod steps;
#[path = "../stories/mod.rs"]
mod stories;
mod turns;
