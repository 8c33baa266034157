//! `tokenproof check-driver`.

use std::time::Duration;

use clap::Args;

use super::drive::{runtime, stop_with_us};
use super::{Refusal, output};
use crate::contender::Limits;
use crate::driver::{Groups, NoStage, Target, examine};
use crate::exit::ExitCode;
use crate::report;

/// Arguments of `check-driver`.
#[derive(Debug, Args)]
pub(super) struct CheckDriver {
    /// The command that starts the driver, as a shell takes it, or the http://127.0.0.1 address of one that is a service
    #[arg(value_name = "COMMAND")]
    command: String,
    /// More arguments of the command
    #[arg(value_name = "ARGS", last = true)]
    arguments: Vec<String>,
    /// How many seconds an operation may take; the start may take three times as long
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    timeout: u16,
}

impl CheckDriver {
    pub(super) fn execute(self) -> Result<ExitCode, Refusal> {
        let target = match Target::read(&self.command) {
            Ok(Target::Command(mut command)) => {
                command.extend(self.arguments);
                Target::Command(command)
            }
            Ok(_) if !self.arguments.is_empty() => {
                return Err(Refusal::usage(
                    "a service is there already and takes no arguments",
                ));
            }
            Ok(target) => target,
            Err(fault) => return Err(Refusal::usage(fault.to_string())),
        };
        let silence = Duration::from_secs(self.timeout.into());
        let limits = Limits {
            silence,
            start: silence * 3,
            ..Limits::OUTSIDE
        };
        let groups = Groups::default();
        stop_with_us(groups.clone())?;
        let examined = runtime()?.block_on(examine(&target, &groups, limits));
        let examined = examined.map_err(|why| match why {
            NoStage::Faketime(_) => Refusal::usage(why.to_string()),
            _ => Refusal::harness(why.to_string()),
        })?;
        output::print(&report::examination(
            &examined,
            output::style(),
            output::width(),
        ))?;
        Ok(report::verdict_of(&examined))
    }
}
