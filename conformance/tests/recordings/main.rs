//! Recordings: what is kept of a case, and that it is judged again as it was.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod changed;
mod damaged;
mod folder;
mod round_trip;
mod studio;
