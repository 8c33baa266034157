//! `mock-idp`: the mock alone, for tests in any language.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
