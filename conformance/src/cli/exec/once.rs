//! `exec --once`: one run of the command, judged by every scenario that says it can.

use std::path::PathBuf;

use clap::Args;

use super::{Done, Exec, refusal};
use crate::case::Case;
use crate::cli::select::nothing;
use crate::cli::{Refusal, output};
use crate::faults;
use crate::judge::judge;
use crate::judgement::Run;
use crate::passive::{self, Once, Otherwise};
use crate::scenario::Length;
use crate::watchdog::Stopwatch;

/// How one run is played.
#[derive(Debug, Args)]
pub(super) struct OneRun {
    /// Run the command once, amid occasional faults, and judge what should never happen whatever it does
    ///
    /// There is a world of each vendor, with variables such as TOKENPROOF_ENTRA_TOKEN_URL and TOKENPROOF_OKTA_TOKEN_URL; with
    /// --provider there is one, with TOKENPROOF_TOKEN_URL. The run is judged by all selected scenarios that say `once: true`,
    /// together: those under `ambient`, without a selection.
    #[arg(long)]
    pub(super) once: bool,
    /// The faults of the one run, in place of the scenarios' own: a file with `schema: 1` and a list of rules under `faults`
    #[arg(long, value_name = "FILE", requires = "once")]
    faults: Option<PathBuf>,
    /// How long access tokens live in the one run; 10s without it
    #[arg(long, value_name = "LENGTH", requires = "once", value_parser = lifetime)]
    lifetime: Option<Length>,
}

fn lifetime(text: &str) -> Result<Length, String> {
    let length: Length = text
        .parse()
        .map_err(|e: crate::scenario::NotALength| e.to_string())?;
    if length.0.as_secs() == 0 {
        return Err("a token lives for a second or more".to_owned());
    }
    Ok(length)
}

impl Exec {
    /// Those of the cases that judge one run together.
    pub(super) fn of_one_run(cases: Vec<Case>) -> Result<Vec<Case>, Refusal> {
        let is_one = |case: &Case| case.head.passive.is_some_and(|passive| passive.once);
        let cases: Vec<Case> = cases.into_iter().filter(is_one).collect();
        if cases.is_empty() {
            return Err(nothing(
                "none of the selected scenarios judges a run under `--once`; `tokenproof list ambient` shows those that do"
                    .to_owned(),
            ));
        }
        Ok(cases)
    }

    /// Runs the command once and judges it by every case.
    pub(super) async fn once(&self, cases: &[Case]) -> Result<Vec<Done>, Refusal> {
        let otherwise = Otherwise {
            faults: match &self.one.faults {
                Some(path) => Some(faults::read(path)?),
                None => None,
            },
            lifetime: self.one.lifetime,
        };
        let once = Once::plan(cases, &otherwise).map_err(|e| Refusal::usage(e.to_string()))?;
        if !self.judging.outputs.quiet {
            let vendors: Vec<String> = once.stages.iter().map(|s| s.provider.to_string()).collect();
            let (vendors, command) = (vendors.join(" and "), self.command.join(" "));
            output::complain(&format!("── once, against {vendors}: {command}"));
        }
        let watch = Stopwatch::start();
        let vendors = self.vendors();
        let run = passive::run(&once.stages, &self.order(&vendors))
            .await
            .map_err(|error| refusal(&error))?;
        let took = watch.elapsed();
        let judged = cases.iter().zip(&once.stage_of).map(|(case, place)| {
            let runs = [Run {
                variation: 0,
                trace: run.traces[*place].clone(),
            }];
            Done {
                judgements: judge(case, &runs),
                run: runs,
                child: run.child.clone(),
                stderr: run.stderr.clone(),
                command: run.command.clone(),
                took,
            }
        });
        Ok(judged.collect())
    }
}
