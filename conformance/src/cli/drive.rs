//! Whom to test: the options of commands that can talk to a driver.

use std::path::PathBuf;

use clap::Args;

use super::run::threads;
use super::{Refusal, output};
use crate::adapter::{ADAPTERS, Adapter};
use crate::case::{Case, CaseName};
use crate::contender::{Contender, Limits};
use crate::diagnostic::listed;
use crate::driver::protocol::ClockMode;
use crate::driver::{Driver, DriverFault, Groups, ProfileFile, Target};
use crate::exit::ExitCode;
use crate::passive::Stop;
use crate::report::{Client, Played};
use crate::runner::CaseResult;
use crate::trace::CutShort;

/// A client in another program.
#[derive(Debug, Args)]
pub(super) struct Drive {
    /// Test the client that this command drives, or the service at this http://127.0.0.1 address, in place of the reference client
    ///
    /// A driver is a small program that speaks the driver protocol; `tokenproof init driver` writes one to begin with.
    #[arg(long, value_name = "COMMAND")]
    driver: Option<String>,
    /// Test a library through a driver that comes with this program: msal-node, msal-python or okta-python
    ///
    /// The library is looked for by the `node` or `python3` that is first in the search path, from the current folder.
    #[arg(long, value_name = "NAME", value_parser = adapter, conflicts_with = "driver")]
    adapter: Option<Adapter>,
    /// The habits of the driver's client, in place of what the driver says of them
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

impl Drive {
    /// Meets the driver, if one was named.
    pub(super) fn driver(&self) -> Result<Option<Driver>, Refusal> {
        let target = match (&self.driver, self.adapter) {
            (Some(command), _) => {
                Target::read(command).map_err(|fault| Refusal::usage(fault.to_string()))?
            }
            (None, Some(adapter)) => Target::Command(adapter.command()),
            (None, None) if self.profile.is_some() => {
                return Err(Refusal::usage(
                    "`--profile` is for the client of a driver; name that with `--driver` or `--adapter`",
                ));
            }
            (None, None) => return Ok(None),
        };
        let profile = self.profile.as_deref().map(ProfileFile::read).transpose()?;
        let groups = Groups::default();
        stop_with_us(groups.clone())?;
        let met = async {
            let mut driver = Driver::meet(target, groups, Limits::OUTSIDE).await?;
            if let Some(profile) = profile {
                let profile = profile.over(driver.profile());
                driver = driver.with_profile(profile);
            }
            driver.tried().await
        };
        let driver = runtime()?.block_on(met).map_err(|fault| refusal(&fault))?;
        for doubt in Client::driven(&driver, self.adapter).doubts() {
            output::complain(&doubt);
        }
        Ok(Some(driver))
    }

    /// The adapter that was named.
    pub(super) fn adapter(&self) -> Option<Adapter> {
        self.adapter
    }

    /// Who is under test, for reports and recordings.
    pub(super) fn under_test(&self, driver: Option<&Driver>, contender: &dyn Contender) -> Client {
        match driver {
            Some(driver) => Client::driven(driver, self.adapter),
            None => Client::embedded(contender),
        }
    }
}

/// Ends what a run has left of a driver, in good order.
pub(super) fn dismiss(driver: Option<&Driver>) -> Result<(), Refusal> {
    if let Some(driver) = driver {
        runtime()?.block_on(driver.dismiss());
    }
    Ok(())
}

fn adapter(name: &str) -> Result<Adapter, String> {
    Adapter::named(name).ok_or_else(|| {
        let names = ADAPTERS.map(|adapter| adapter.name);
        format!("the adapters are {}", listed(names))
    })
}

/// How many cases are played at once. Those that wait for real time to pass leave a processor to others.
pub(super) fn at_once(jobs: Option<u16>, driver: Option<&Driver>) -> usize {
    /// More of them, and the machine is too slow for all.
    const WAITING: usize = 4;
    let waits = driver.is_some_and(|driver| driver.clock() == ClockMode::Scaled);
    match waits && jobs.is_none() {
        true => threads(None) * WAITING,
        false => threads(jobs),
    }
}

/// What was played, for a report.
pub(super) fn played<'r>(cases: &'r [Case], results: &'r [CaseResult]) -> Vec<Played<'r>> {
    let played = results.iter().map(|result| result.played(cases));
    played.collect()
}

/// The cases in which the driver was at fault, and how.
pub(super) fn troubles<'p>(
    played: &'p [Played<'_>],
) -> impl Iterator<Item = (&'p CaseName, &'p str)> {
    played.iter().filter_map(|played| {
        let mut runs = played.runs.iter();
        runs.find_map(|run| match &run.trace.cut_short {
            Some(CutShort::Driver(why)) => Some((&played.case.name, why.as_str())),
            _ => None,
        })
    })
}

pub(super) fn refusal(fault: &DriverFault) -> Refusal {
    Refusal {
        exit: ExitCode::Driver,
        message: fault.to_string(),
    }
}

/// Has every process of a driver end when this one is asked to: they are in groups of their own, which no terminal's Ctrl-C reaches.
pub(super) fn stop_with_us(groups: Groups) -> Result<(), Refusal> {
    let failed = |error: std::io::Error| {
        Refusal::harness(format!(
            "the signals that stop a run could not be listened for: {error}"
        ))
    };
    let runtime = runtime()?;
    let mut stop = runtime.block_on(async { Stop::listen() }).map_err(failed)?;
    std::thread::Builder::new()
        .spawn(move || {
            let signal = runtime.block_on(stop.asked());
            groups.kill_all();
            output::complain(&format!(
                "stopped by {signal}; the driver was killed with everything it had started, and nothing is judged"
            ));
            std::process::exit(ExitCode::Driver.code().into());
        })
        .map(drop)
        .map_err(failed)
}

/// A runtime for what a command does by itself.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Refusal> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Refusal::harness(format!("no runtime could be started: {error}")))
}
