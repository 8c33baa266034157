//! The `tokenproof` command.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    tokenproof::cli::Arguments::parse().execute()
}
