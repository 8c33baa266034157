//! What is made of the verdicts: the arguments that `run`, `exec`, `replay` and `merge` share.

use std::path::PathBuf;

use clap::Args;

use super::record::Recordings;
use super::select::Chosen;
use super::terms::Terms;
use super::{Refusal, output};
use crate::adapter::Adapter;
use crate::case::Case;
use crate::exit::ExitCode;
use crate::gate::Gate;
use crate::judgement::Judgement;
use crate::recording::{Session, Take};
use crate::report::{Played, Report, Verbosity, html, json, junit, markdown, terminal};
use crate::selection::Shard;

/// How what was played is judged and shown.
#[derive(Debug, Args)]
pub(super) struct Judging {
    /// Which requirements must hold: must or should
    #[arg(long, default_value = "must", value_parser = gate)]
    pub(super) gate: Gate,
    /// Start no more cases after the first one that closes the gate
    #[arg(long)]
    fail_fast: bool,
    /// Play one share of the selection: the first of three is 1/3. `tokenproof merge` puts the reports together
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Judge by what was required at a date: a frozen set, such as 2026-11. What came later is played, shown and not scored
    #[arg(long, value_name = "NAME")]
    pub(super) set: Option<String>,
    /// Excuse what this file expects not to pass, NAME.expect.yaml, and close the gate for what of it does not hold
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Write a page with a timeline of every run to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    pub(super) recordings: Recordings,
    #[command(flatten)]
    pub(super) outputs: Outputs,
}

/// Where a report goes.
#[derive(Debug, Args)]
pub(super) struct Outputs {
    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a summary in Markdown to this file, for the page of a CI step
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Print the summary only
    #[arg(long, short, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print each passed check with its requirement too
    #[arg(long, short)]
    verbose: bool,
}

pub(super) fn gate(text: &str) -> Result<Gate, String> {
    [Gate::Must, Gate::Should]
        .into_iter()
        .find(|gate| gate.name() == text)
        .ok_or_else(|| "the gates are `must` and `should`".to_owned())
}

impl Judging {
    /// The cases to play, sorted by name: all, or the shard that was asked for.
    pub(super) fn share(&self, mut cases: Vec<Case>) -> Vec<Case> {
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        match self.shard {
            Some(shard) => shard.take(cases),
            None => cases,
        }
    }

    /// On which terms verdicts count; without a list of their own, those of an adapter have its list.
    pub(super) fn terms(
        &self,
        chosen: &Chosen,
        adapter: Option<Adapter>,
    ) -> Result<Terms, Refusal> {
        Terms::new(chosen, self.expect.as_deref(), adapter)
    }

    /// Whether no more cases are to be started after one that was judged so. What the set does not score stops nothing, nor
    /// does what was expected.
    pub(super) fn is_enough(&self, judgements: &[Judgement], terms: &Terms) -> bool {
        self.fail_fast && judgements.iter().any(|j| terms.closes(j, self.gate))
    }

    /// Whether no more cases are to be started after one that went wrong in itself.
    pub(super) fn stops_at_incidents(&self) -> bool {
        self.fail_fast
    }

    /// Keeps recordings, prints the report and writes the files that were asked for.
    pub(super) fn publish(
        &self,
        mut report: Report,
        takes: &[Take<'_>],
        terms: &Terms,
        seed: u64,
    ) -> Result<ExitCode, Refusal> {
        terms.apply(&mut report);
        if let Some(shard) = self.shard {
            report.be_shard(shard);
        }
        let gate = self.gate;
        let set = terms.set();
        let session = Session { seed, gate, set };
        let page = self.html.as_deref();
        let trouble = self.recordings.keep(&mut report, takes, session, page);
        if let Some(path) = &self.html {
            let played: Vec<Played<'_>> = takes.iter().map(|take| take.played).collect();
            output::write_file(path, &html::render(&report, &played).map_err(unwritable)?)?;
        }
        let exit = self.outputs.publish(&report)?;
        match trouble {
            None => Ok(exit),
            // What was judged has been told.
            Some(refusal) => {
                output::complain(&refusal.message);
                Ok(ExitCode::of([exit, refusal.exit]))
            }
        }
    }
}

impl Outputs {
    /// Prints the report and writes the files that were asked for.
    pub(super) fn publish(&self, report: &Report) -> Result<ExitCode, Refusal> {
        if let Some(path) = &self.junit {
            output::write_file(path, &junit::render(report, None).map_err(unwritable)?)?;
        }
        if let Some(path) = &self.json {
            output::write_file(path, &json::render(report).map_err(unwritable)?)?;
        }
        if let Some(path) = &self.markdown {
            output::write_file(path, &markdown::render(report))?;
        }
        output::print(&terminal::render(
            report,
            output::style(),
            self.verbosity(),
            output::width(),
        ))?;
        Ok(report.exit)
    }

    fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

fn unwritable(error: std::io::Error) -> Refusal {
    Refusal::harness(format!("a report could not be made: {error}"))
}
