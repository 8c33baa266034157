//! A driver around the clients of this workspace: `token-client` and the broken ones. It shows how a driver is written in Rust, and
//! it is what proves that a verdict does not depend on the road.
//!
//! ```text
//! cargo run -p tests --bin reference-driver                             over standard input and output
//! cargo run -p tests --bin reference-driver -- --http                   as a service; says its address
//! cargo run -p tests --bin reference-driver -- --client RetriesForever  around a broken client
//! tokenproof exec … -- reference-driver --calls 9                       no driver at all, but a program that makes calls
//! cargo run -p tests --bin reference-driver -- --clock scaled           by the machine's clock
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that says its address, and what is wrong"
)]

mod clock;
mod command;
mod desk;
mod http;
mod stdio;
mod transport;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tokenproof::contender::{Contender, Reference};
use tokenproof::mutants::{MUTANTS, lazy};

use clock::Time;
use desk::Desk;

/// What is asked for on the command line.
#[derive(Debug, Parser)]
struct Arguments {
    /// The client: token-client or the name of a broken one
    #[arg(long, default_value = "token-client")]
    client: String,
    /// Whose clock the client goes by, and what is said of it
    #[arg(long, value_enum, default_value_t)]
    clock: Time,
    /// Be a service on a free port of 127.0.0.1
    #[arg(long)]
    http: bool,
    /// Be no driver: make so many calls, told by the environment of `tokenproof exec`
    #[arg(long, conflicts_with = "http")]
    calls: Option<u32>,
    /// How long to pause after each of them, in milliseconds
    #[arg(long, requires = "calls", default_value_t = 700)]
    pause: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(contender) = named(&arguments.client) else {
        eprintln!("there is no client `{}`", arguments.client);
        return ExitCode::FAILURE;
    };
    if let Some(calls) = arguments.calls {
        return made(contender, calls, Duration::from_millis(arguments.pause));
    }
    let desk = Arc::new(Desk::of(contender, arguments.clock));
    let resting = desk.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // Then every task waits for somebody outside: what has come of them can be said.
        .on_thread_park(move || resting.at_rest())
        .build();
    let served = runtime.and_then(|runtime| {
        runtime.block_on(async {
            if arguments.http {
                http::serve(&desk).await
            } else {
                stdio::serve(&desk).await
            }
        })
    });
    ended(served)
}

/// Makes calls as an ordinary program does.
fn made(contender: &dyn Contender, calls: u32, pause: Duration) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let made = runtime.map_err(|error| error.to_string());
    ended(made.and_then(|runtime| runtime.block_on(command::call(contender, calls, pause))))
}

fn ended(how: Result<(), impl std::fmt::Display>) -> ExitCode {
    match how {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn named(name: &str) -> Option<&'static dyn Contender> {
    if name == Reference.name() {
        return Some(&Reference);
    }
    let mut mutants = MUTANTS.iter().map(|mutant| mutant as &dyn Contender);
    mutants
        .find(|mutant| mutant.name() == name)
        .or_else(|| lazy().into_iter().find(|lazy| lazy.name() == name))
}
