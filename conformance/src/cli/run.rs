//! `tokenproof run`.

use clap::Args;

use super::drive::{self, Drive};
use super::publish::Judging;
use super::whom::Whom;
use super::{Refusal, output, select::Select};
use crate::adapter::Adapter;
use crate::exit::ExitCode;
use crate::recording::Take;
use crate::report::{NotRun, Report};
use crate::runner;

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    whom: Whom,
    /// The seed of everything random: the same seed gives the same bytes
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many cases are played at once; one per processor without it, or four where clients live in real time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    #[command(flatten)]
    drive: Drive,
    /// Judge an adapter without the list of what its library is known not to do, which counts without this and without --expect
    #[arg(long, requires = "adapter", conflicts_with = "expect")]
    no_expect: bool,
}

impl Run {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let chosen = self.select.chosen(self.judging.set.as_deref())?;
        let terms = self.judging.terms(&chosen, self.listed_adapter())?;
        let cases = self.judging.share(chosen.cases);
        self.judging.recordings.examine(&cases)?;
        let driver = self.drive.driver()?;
        let contender = self.whom.or_driven(driver.as_ref())?;
        let bar = output::progress(cases.len());
        let results = runner::run_until(
            &cases,
            contender,
            self.seed,
            drive::at_once(self.jobs, driver.as_ref()),
            |result| self.judging.is_enough(&result.judgements, &terms),
            |result| {
                bar.set_message(cases[result.index].name.0.clone());
                bar.inc(1);
            },
        )
        .map_err(|error| Refusal::harness(format!("no thread could be started: {error}")))?;
        bar.finish_and_clear();
        drive::dismiss(driver.as_ref())?;
        let played = drive::played(&cases, &results);
        let mut report = Report::new(&played, self.judging.gate);
        report.be_seeded(self.seed);
        let under_test = self.drive.under_test(driver.as_ref(), contender);
        report.be_of(under_test.clone());
        let mut indices = results.iter().map(|result| result.index).peekable();
        let left = cases.iter().enumerate();
        let left = left.filter(|(index, _)| indices.next_if_eq(index).is_none());
        report.leave_out(left.map(|(_, case)| NotRun::of(case)).collect());
        for (case, why) in drive::troubles(&played) {
            report.close(case, ExitCode::Driver, why.to_owned());
        }
        let takes: Vec<Take<'_>> = played
            .iter()
            .zip(&results)
            .map(|(played, result)| Take {
                played: *played,
                origin: chosen.origins.get(played.case),
                under_test: under_test.clone(),
                command: Vec::new(),
                attachments: result.attachments.clone(),
            })
            .collect();
        self.judging.publish(report, &takes, &terms, self.seed)
    }

    /// The adapter whose list counts where no other is given.
    fn listed_adapter(&self) -> Option<Adapter> {
        self.drive.adapter().filter(|_| !self.no_expect)
    }
}

/// How many cases are played at once: as many as asked for, else one for each processor.
pub(super) fn threads(jobs: Option<u16>) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    jobs.map_or(processors, usize::from)
}
