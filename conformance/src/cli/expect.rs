//! `tokenproof expect`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use mock_idp::Provider;

use super::drive::{self, Drive};
use super::select::{Chosen, Select};
use super::terms::bind;
use super::whom::Whom;
use super::{Refusal, output};
use crate::diagnostic::Source;
use crate::exit::ExitCode;
use crate::expectations::{Bound, Expectations, Unwritable, update};
use crate::gate::Gate;
use crate::report::several::several;
use crate::report::{Report, json};
use crate::runner;

/// Arguments of `expect`.
#[derive(Debug, Args)]
pub(super) struct Expect {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play everything and bring a list up to what was seen; comments, order and what holds stay as they are
    ///
    /// What is stale is taken out, narrowed or changed, and what closes the gate is added with TODO in place of a reason,
    /// which a run refuses until somebody has written one. A file that does not exist is begun. A run of a part of the
    /// scenarios says nothing of the rest, so only folders and files of scenarios may be given, and --provider where the list
    /// names that provider. Where a driver breaks down the list stays as it is, since that says nothing of its client.
    Update(Box<Update>),
    /// Examine a list without playing anything: its form, and that every entry means checks there are
    Check(Check),
}

/// Arguments of `expect update`.
#[derive(Debug, Args)]
struct Update {
    /// The list, NAME.expect.yaml
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    drive: Drive,
    /// Take what was seen from a report that `--json` wrote, of a whole run with `--expect FILE`; play nothing
    #[arg(long, value_name = "REPORT", conflicts_with_all = ["contender", "driver", "adapter", "seed", "jobs", "gate"])]
    from: Option<PathBuf>,
    /// Add what closes this gate: must or should
    #[arg(long, default_value = "must", value_parser = super::publish::gate)]
    gate: Gate,
    /// Judge by what was required at a date: a frozen set, such as 2026-11
    #[arg(long, value_name = "NAME")]
    set: Option<String>,
    /// The seed of everything random: the same seed gives the same bytes
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many cases are played at once; one per processor without it, or four where clients live in real time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// Arguments of `expect check`.
#[derive(Debug, Args)]
struct Check {
    /// The list, NAME.expect.yaml
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The scenarios it speaks of, as files and folders; those that come with the program without any
    #[arg(value_name = "PATH")]
    library: Vec<PathBuf>,
}

impl Expect {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        match &self.command {
            Command::Update(update) => update.execute(),
            Command::Check(check) => check.execute(),
        }
    }
}

impl Update {
    fn execute(&self) -> Result<ExitCode, Refusal> {
        let list = self.list()?;
        let chosen = self.select.chosen(self.set.as_deref())?;
        if !chosen.is_whole(list.providers()) {
            return Err(Refusal::usage(
                "a part of the scenarios says nothing of the rest; leave out names, `--req`, `--level` and a `--provider` that the list does not name under `providers`",
            ));
        }
        let list = bind(list, &chosen)?;
        let mut report = match &self.from {
            Some(path) => self.seen_before(path, &list)?,
            None => self.seen(chosen, &list)?,
        };
        report.expect(&list, true);
        let updated = update(&list, &report).map_err(|error| self.refusal(&error))?;
        output::write_file(&self.file, &updated.text)?;
        output::print(&format!("{}: {updated}\n", self.file.display()))?;
        Ok(ExitCode::AsExpected)
    }

    /// The list as it is, or the beginning of one.
    fn list(&self) -> Result<Expectations, Refusal> {
        match self.file.metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let path = self.file.to_string_lossy();
                Ok(Expectations::parse(&Source::new(
                    path,
                    beginning(self.select.provider()),
                ))?)
            }
            _ => Ok(Expectations::read(&self.file)?),
        }
    }

    /// Plays everything that the list speaks of.
    fn seen(&self, chosen: Chosen, list: &Bound) -> Result<Report, Refusal> {
        let mut cases = chosen.cases;
        let providers = list.providers();
        cases.retain(|case| providers.is_empty() || providers.contains(&case.provider));
        let driver = self.drive.driver()?;
        let contender = self.whom.or_driven(driver.as_ref())?;
        let bar = output::progress(cases.len());
        let results = runner::run(
            &cases,
            contender,
            self.seed,
            drive::at_once(self.jobs, driver.as_ref()),
            |result| {
                bar.set_message(cases[result.index].name.0.clone());
                bar.inc(1);
            },
        )
        .map_err(|error| Refusal::harness(format!("no thread could be started: {error}")))?;
        bar.finish_and_clear();
        drive::dismiss(driver.as_ref())?;
        let played = drive::played(&cases, &results);
        let mut report = Report::new(&played, self.gate);
        for (case, why) in drive::troubles(&played) {
            report.close(case, ExitCode::Driver, why.to_owned());
        }
        if let Some(set) = &chosen.set {
            report.score_by(set);
        }
        Ok(report)
    }

    /// What a run found that is over.
    fn seen_before(&self, path: &Path, list: &Bound) -> Result<Report, Refusal> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Refusal::usage(format!("`{name}` cannot be read: {error}")))?;
        let report = json::read(&text)
            .map_err(|error| Refusal::usage(format!("`{name}` is of no use here: {error}")))?;
        let told = report.expectations.as_ref();
        match told.is_some_and(|told| told.whole && told.providers == list.providers()) {
            true => Ok(report),
            false => Err(Refusal::usage(format!(
                "`{name}` does not show everything that `{}` speaks of; write it with `--expect` and no selection",
                self.file.display()
            ))),
        }
    }

    fn refusal(&self, error: &Unwritable) -> Refusal {
        let message = format!("`{}` was not changed: {error}", self.file.display());
        match error {
            Unwritable::Mistaken => Refusal::harness(message),
            Unwritable::Broken { .. } => Refusal {
                exit: ExitCode::Driver,
                message,
            },
            Unwritable::NotWhole | Unwritable::NothingPassed | Unwritable::Form { .. } => {
                Refusal::usage(message)
            }
        }
    }
}

/// A list in which nothing is expected.
fn beginning(provider: Option<Provider>) -> String {
    let providers = provider
        .map(|provider| format!("providers: [{provider}]\n"))
        .unwrap_or_default();
    format!("schema: 1\n{providers}expect: []\n")
}

impl Check {
    fn execute(&self) -> Result<ExitCode, Refusal> {
        let list = Expectations::read(&self.file)?;
        let chosen = Select::of_files(&self.library)?;
        let list = bind(list.reasoned()?, &chosen)?;
        let mut lines: Vec<String> = list
            .unmatched()
            .iter()
            .map(|pattern| {
                let guess = pattern.nearest.as_ref();
                let guess = guess
                    .map(|name| format!("; did you mean `{name}`?"))
                    .unwrap_or_default();
                let (file, line) = (list.path(), pattern.line);
                format!(
                    "{file}:{line}: `{}` matches no check there is{guess}\n",
                    pattern.check
                )
            })
            .collect();
        let (checks, entries) = list.size();
        let entries = match entries {
            1 => "1 entry".to_owned(),
            n => format!("{n} entries"),
        };
        let checks = several(checks, "check");
        let exit = match lines.is_empty() {
            true => ExitCode::AsExpected,
            false => ExitCode::Gate,
        };
        lines.push(format!("{}: {entries} for {checks}\n", list.path()));
        output::print(&lines.concat())?;
        Ok(exit)
    }
}
