//! `tokenproof exec`.

mod once;

use std::time::Duration;

use clap::{Args, ValueEnum};
use mock_idp::Provider;

use self::once::OneRun;
use super::publish::Judging;
use super::select::{Select, nothing};
use super::{Refusal, output};
use crate::case::Case;
use crate::exit::ExitCode;
use crate::judge::judge;
use crate::judgement::{Judgement, Run};
use crate::passive::{self, ChildEnd, Order, PassiveError, Stage};
use crate::recording::{Attachment, Take};
use crate::report::{Client, NotRun, Played, Report};
use crate::scenario::Length;
use crate::watchdog::Stopwatch;

/// Arguments of `exec`.
#[derive(Debug, Args)]
pub(super) struct Exec {
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    one: OneRun,
    /// What the command's own exit code means: judge counts a failure against the gate, ignore does not
    #[arg(long, value_enum, default_value_t = Child::Judge)]
    child: Child,
    /// Whose libraries' own variables the command finds: AZURE_… of Entra's, OKTA_CLIENT_… of Okta's; can be repeated
    #[arg(long = "env", value_enum, value_name = "VENDOR", default_values = ["entra", "okta"])]
    vendors: Vec<Vendor>,
    /// How long the command may take in one case before it is killed
    #[arg(long, default_value = "10m", value_name = "LENGTH", value_parser = timeout)]
    timeout: Length,
    /// The seed of everything random in the mock
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The command and its arguments, which may hold {token_url}, {client_id} and the like
    ///
    /// Each of our own variables can stand in an argument, in lower case, without TOKENPROOF_ and between braces. Other braces stay
    /// as they are; {{token_url}} is {token_url} itself. What stands in an argument can be seen by every user of the machine:
    /// {client_secret}, {password} and {refresh_token} are better read from the environment.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Child {
    Judge,
    Ignore,
}

/// Whose libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Vendor {
    Entra,
    Okta,
    None,
}

fn timeout(text: &str) -> Result<Length, String> {
    let length: Length = text
        .parse()
        .map_err(|e: crate::scenario::NotALength| e.to_string())?;
    if length.0.is_zero() {
        return Err("a command needs more than no time at all".to_owned());
    }
    Ok(length)
}

/// A case as it was played.
struct Done {
    run: [Run; 1],
    judgements: Vec<Judgement>,
    child: ChildEnd,
    stderr: Option<String>,
    command: Vec<String>,
    took: Duration,
}

impl Exec {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let chosen = self.select.chosen(self.judging.set.as_deref())?;
        let terms = self.judging.terms(&chosen, None)?;
        let cases: Vec<Case> = chosen
            .cases
            .into_iter()
            .filter(|case| case.head.passive.is_some())
            .collect();
        if cases.is_empty() {
            return Err(nothing("none of the selected scenarios can be judged passively; `tokenproof list --passive` shows those that can".to_owned()));
        }
        let cases = match self.one.once {
            true => Self::of_one_run(cases)?,
            false => cases,
        };
        let cases = self.judging.share(cases);
        self.judging.recordings.examine(&cases)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| Refusal::harness(format!("no runtime could be started: {error}")))?;
        let mut done = Vec::with_capacity(cases.len());
        let mut ended = None;
        if self.one.once {
            match runtime.block_on(self.once(&cases)) {
                Ok(judged) => done = judged,
                Err(refusal) => {
                    runtime.shutdown_background();
                    return Err(refusal);
                }
            }
        }
        for case in cases.iter().skip(done.len()) {
            if !self.judging.outputs.quiet {
                output::complain(&format!("── {}: {}", case.name, self.command.join(" ")));
            }
            let one = match runtime.block_on(self.one(case)) {
                Ok(one) => one,
                // What has been judged by now is not thrown away.
                Err(refusal) if !done.is_empty() => {
                    ended = Some((&case.name, refusal));
                    break;
                }
                Err(refusal) => {
                    runtime.shutdown_background();
                    return Err(refusal);
                }
            };
            // A command that cannot be started will not start for the next case either.
            let trouble = matches!(one.child, ChildEnd::NotStarted(_))
                || (self.judging.stops_at_incidents() && self.complaint(&one.child).is_some());
            let trouble = trouble && one.judgements.iter().any(|j| terms.counts(j));
            let enough = trouble || self.judging.is_enough(&one.judgements, &terms);
            done.push(one);
            if enough {
                break;
            }
        }
        // What a command has left to be passed on to nobody is not waited for.
        runtime.shutdown_background();
        let played: Vec<Played<'_>> = cases
            .iter()
            .zip(&done)
            .map(|(case, done)| Played {
                case,
                runs: &done.run,
                judgements: &done.judgements,
                took: Some(done.took),
            })
            .collect();
        let mut report = Report::new(&played, self.judging.gate);
        report.be_seeded(self.seed);
        let under_test = Client::command(&self.command);
        report.be_of(under_test.clone());
        let left = cases.iter().skip(done.len());
        report.leave_out(left.map(NotRun::of).collect());
        // One run has one end, whoever judges it.
        let ends = if self.one.once { 1 } else { done.len() };
        for (case, done) in cases.iter().zip(&done).take(ends) {
            if let Some((exit, reason)) = self.complaint(&done.child) {
                report.close(&case.name, exit, reason);
            }
        }
        if let Some((case, refusal)) = ended {
            report.close(case, refusal.exit, refusal.message);
        }
        let takes: Vec<Take<'_>> = played
            .iter()
            .zip(&done)
            .map(|(played, done)| Take {
                played: *played,
                origin: chosen.origins.get(played.case),
                under_test: under_test.clone(),
                command: done.command.clone(),
                attachments: done
                    .stderr
                    .iter()
                    .map(|s| Attachment::stderr(s.as_str()))
                    .collect(),
            })
            .collect();
        self.judging.publish(report, &takes, &terms, self.seed)
    }

    async fn one(&self, case: &Case) -> Result<Done, Refusal> {
        let watch = Stopwatch::start();
        let mut run = passive::run(&[Stage::of(case)], &self.order(&self.vendors()))
            .await
            .map_err(|error| refusal(&error))?;
        let runs = [Run {
            variation: 0,
            trace: run.traces.remove(0),
        }];
        let judgements = judge(case, &runs);
        Ok(Done {
            run: runs,
            judgements,
            child: run.child,
            stderr: run.stderr,
            command: run.command,
            took: watch.elapsed(),
        })
    }

    fn vendors(&self) -> Vec<Provider> {
        let vendors = self.vendors.iter().filter_map(|vendor| match vendor {
            Vendor::Entra => Some(Provider::Entra),
            Vendor::Okta => Some(Provider::Okta),
            Vendor::None => None,
        });
        vendors.collect()
    }

    fn order<'o>(&'o self, vendors: &'o [Provider]) -> Order<'o> {
        Order {
            timeout: self.timeout.0,
            seed: self.seed,
            vendors,
            pass_on: output::pass_on(),
            keeps_stderr: self.judging.recordings.are_kept(),
            ..Order::new(&self.command)
        }
    }

    /// What the command's own end says against the run.
    fn complaint(&self, child: &ChildEnd) -> Option<(ExitCode, String)> {
        match child {
            ChildEnd::Exited(0) => None,
            ChildEnd::Exited(_) if self.child == Child::Ignore => None,
            ChildEnd::Exited(code) => Some((
                ExitCode::Gate,
                format!(
                    "the command itself failed with exit code {code}; if it is meant to, use `--child ignore`"
                ),
            )),
            ChildEnd::Killed(signal) => Some((
                ExitCode::Driver,
                format!("the command was killed by signal {signal}"),
            )),
            ChildEnd::Hung { after } => {
                let limit = Length(*after);
                Some((
                    ExitCode::Driver,
                    format!(
                        "the command hung and was killed after {limit}; a longer time can be given with `--timeout`"
                    ),
                ))
            }
            ChildEnd::NotStarted(why) => Some((ExitCode::Driver, why.clone())),
        }
    }
}

/// Why the command was not run to its end, and whose doing it is.
fn refusal(error: &PassiveError) -> Refusal {
    let exit = match error {
        PassiveError::Interrupted(_) => ExitCode::Driver,
        PassiveError::Placeholder(_) => ExitCode::Usage,
        _ => ExitCode::Harness,
    };
    Refusal {
        exit,
        message: error.to_string(),
    }
}
