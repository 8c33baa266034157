//! `tokenproof env`.

mod companion;

use std::process;

use clap::Args;
use mock_idp::environment::UNSET;
use mock_idp::serve::{Flags, Session};

use self::companion::{Companion, End};
use super::{Refusal, output};
use crate::exit::ExitCode;

/// Arguments of `env`.
#[derive(Debug, Args)]
pub(super) struct Env {
    #[command(flatten)]
    flags: Flags,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl Env {
    /// Runs the command and ends as it does.
    pub(super) fn execute(&self) -> Result<process::ExitCode, Refusal> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| Refusal::harness(format!("no runtime could be started: {error}")))?;
        match runtime.block_on(self.run())? {
            // Codes are bytes; 128 and the signal's number is what shells make of a signal.
            End::Exited(code) => Ok(u8::try_from(code).unwrap_or(u8::MAX).into()),
            End::Killed(signal) => Ok(u8::try_from(128 + signal).unwrap_or(u8::MAX).into()),
        }
    }

    async fn run(&self) -> Result<End, Refusal> {
        // Before anything is served: a signal from here on reaches the command, or ends us in good order.
        let mut companion = Companion::listen()
            .map_err(|error| Refusal::harness(format!("signals cannot be heard: {error}")))?;
        let session = Session::start(&self.flags).await?;
        for note in session.notes() {
            output::complain(&format!("note: {note}"));
        }
        let ended = companion
            .run(&self.command, session.environment(), &UNSET)
            .await;
        session.end().await;
        ended.map_err(|message| Refusal {
            exit: ExitCode::Driver,
            message,
        })
    }
}
