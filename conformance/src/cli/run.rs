//! `tokenproof run`.

use std::path::PathBuf;

use clap::Args;

use super::{Refusal, output, select::Select};
use crate::contender::Reference;
use crate::exit::ExitCode;
use crate::gate::Gate;
use crate::report::{Played, Report, json, junit, terminal};
use crate::runner;

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    reports: Reports,
    /// The seed of everything random: the same seed gives the same bytes
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many cases are played at once; one per processor without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// What is made of the verdicts.
#[derive(Debug, Args)]
pub(super) struct Reports {
    /// Which requirements must hold: must or should
    #[arg(long, default_value = "must", value_parser = gate)]
    pub(super) gate: Gate,
    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn gate(text: &str) -> Result<Gate, String> {
    [Gate::Must, Gate::Should]
        .into_iter()
        .find(|gate| gate.name() == text)
        .ok_or_else(|| "the gates are `must` and `should`".to_owned())
}

impl Reports {
    /// Prints the report and writes the files that were asked for.
    pub(super) fn publish(&self, report: &Report) -> Result<ExitCode, Refusal> {
        let unwritable = |error: std::io::Error| {
            Refusal::harness(format!("a report could not be made: {error}"))
        };
        if let Some(path) = &self.junit {
            output::write_file(path, &junit::render(report, None).map_err(unwritable)?)?;
        }
        if let Some(path) = &self.json {
            output::write_file(path, &json::render(report).map_err(unwritable)?)?;
        }
        output::print(&terminal::render(report, output::style(), output::width()))?;
        Ok(report.exit)
    }
}

impl Run {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let cases = self.select.cases()?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.jobs.map_or(processors, usize::from);
        let bar = output::progress(cases.len());
        let results = runner::run(&cases, &Reference, self.seed, threads, |result| {
            bar.set_message(cases[result.index].name.0.clone());
            bar.inc(1);
        })
        .map_err(|error| Refusal::harness(format!("no thread could be started: {error}")))?;
        bar.finish_and_clear();
        let played: Vec<Played<'_>> = results
            .iter()
            .map(|result| Played {
                case: &cases[result.index],
                runs: &result.runs,
                judgements: &result.judgements,
                took: Some(result.took),
            })
            .collect();
        self.reports
            .publish(&Report::new(&played, self.reports.gate))
    }
}
