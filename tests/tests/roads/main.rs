//! The verdict must not depend on the road: the clients of this workspace in this process and behind a driver. And drivers that
//! do whatever a driver can do wrong.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod bad;
mod driving;
mod same;
mod timed;
