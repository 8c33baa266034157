//! The `tokenproof` command as its users meet it: bad input, help, pipes and exit codes.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

mod arguments;
mod exits;
mod folder;
mod pages;
mod pipes;
mod reports;
mod scenarios;
