//! The `tokenproof` command as its users meet it: bad input, help, pipes and exit codes.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

mod arguments;
mod beginning;
mod check;
mod exits;
mod expect;
mod expect_update;
mod folder;
mod looks;
mod pages;
mod pipes;
mod recorded_words;
mod recordings;
mod replay_expect;
mod reports;
mod scenarios;
mod shards;
mod stopping;
