//! `tokenproof talk`.

use clap::Args;

use super::drive::{self, runtime};
use super::select::Select;
use super::{Refusal, output};
use crate::contender::Limits;
use crate::driver::{Driver, Groups, Target};
use crate::exit::ExitCode;
use crate::gate::Gate;
use crate::report::{Client, Report, Style, Verbosity, terminal};
use crate::runner;

/// Arguments of `talk`.
#[derive(Debug, Args)]
pub(super) struct Talk {
    #[command(flatten)]
    select: Select,
    /// The seed of everything random
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Talk {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let cases = self.select.cases()?;
        let [case] = cases.as_slice() else {
            let names = cases.iter().map(|case| case.name.0.as_str());
            return Err(Refusal::usage(format!(
                "`talk` plays one case, and {} are selected; choose one of them, such as `{}`",
                cases.len(),
                names.clone().next().unwrap_or_default()
            )));
        };
        output::complain(&format!(
            "{}: requests go to standard output, answers are read from standard input, and nobody is hurried",
            case.name
        ));
        let met = Driver::meet(Target::Terminal, Groups::default(), Limits::PERSON);
        let driver = runtime()?.block_on(met);
        let driver = driver.map_err(|fault| drive::refusal(&fault))?;
        let results = runner::run(&cases, &driver, self.seed, 1, |_| {});
        let results = results
            .map_err(|error| Refusal::harness(format!("no thread could be started: {error}")))?;
        let played = drive::played(&cases, &results);
        let mut report = Report::new(&played, Gate::Must);
        report.be_of(Client::driven(&driver, None));
        for (case, why) in drive::troubles(&played) {
            report.close(case, ExitCode::Driver, why.to_owned());
        }
        let text = terminal::render(&report, Style::Plain, Verbosity::Verbose, output::width());
        // Standard output belongs to the driver.
        output::complain(text.trim_end());
        Ok(report.exit)
    }
}
