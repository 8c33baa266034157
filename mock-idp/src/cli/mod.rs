//! The command line.

mod keygen;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mock_idp::serve::{Ca, Failure, Serve};

/// A mock identity provider that answers like Microsoft Entra ID and Okta.
///
/// Exit codes: 0 done, 2 something about the command line or its files is wrong, 3 a fault of this program or the system.
#[derive(Parser)]
#[command(name = "mock-idp", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<Serve>),
    Ca(Ca),
    Keygen(keygen::Keygen),
}

/// Runs the command that the arguments name. Bad arguments end the process with code 2, in clap.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Ca(ca) => ca.run(),
        Command::Keygen(keygen) => keygen.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell if stderr is closed.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(Failure::exit_code(&failure))
        }
    }
}

/// Writes to stdout. That nobody reads it is no failure.
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}
