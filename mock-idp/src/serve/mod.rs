//! What the programs are made of that serve worlds to other programs: `mock-idp serve`, `tokenproof serve` and `tokenproof env`.
//!
//! [`Flags`] says what to serve and where, a [`Session`] serves it. [`Serve`] and [`Ca`] are whole commands; [`Failure`] says why
//! one ended early, and with which exit code.

mod announcement;
mod ca_command;
mod ca_folder;
mod clock_choice;
mod command;
mod config;
mod control_token;
mod failure;
mod flags;
#[cfg(unix)]
mod open_files;
mod ports;
mod promised_file;
mod reach;
mod ready;
mod runs_on;
mod session;
mod signals;
mod trust;
mod who;
mod world_facts;

use std::io::Write as _;

pub use ca_command::Ca;
pub use command::Serve;
pub use failure::Failure;
pub use flags::Flags;
pub use ready::Ready;
pub use session::Session;

/// Writes to stdout. That nobody reads it is no failure.
fn say(text: &str) {
    say_bytes(text.as_bytes());
}

fn say_bytes(bytes: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(bytes);
    let _ = stdout.flush();
}

/// Writes a line to stderr. Nobody is left to tell if that is closed.
fn warn(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
