//! Many cases: each worker thread plays one after another on a runtime of its own.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;

use crate::case::Case;
use crate::contender::Contender;
use crate::judge::judge;
use crate::judgement::{Judgement, Run};
use crate::local::{self, PlayError};
use crate::pace::Pace;
use crate::recording::{Attachment, conversations};
use crate::report::Played;
use crate::trace::{CutShort, Road, Trace};
use crate::watchdog::{Stopwatch, within};

/// A case that was played and judged.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// Its place among the cases that were asked for.
    pub index: usize,
    /// Its runs, one for each variation.
    pub runs: Vec<Run>,
    /// The verdicts.
    pub judgements: Vec<Judgement>,
    /// What clients outside of this process have said, for a recording.
    pub attachments: Vec<Attachment>,
    /// Real time, for people.
    pub took: Duration,
}

impl CaseResult {
    /// What was played, for a report. `cases` are those that were asked for.
    #[must_use]
    pub fn played<'r>(&'r self, cases: &'r [Case]) -> Played<'r> {
        Played {
            case: &cases[self.index],
            runs: &self.runs,
            judgements: &self.judgements,
            took: Some(self.took),
        }
    }
}

/// Plays and judges cases with a contender, on so many threads. `progress` is told of each one as it ends. Results are in the order of the cases.
///
/// # Errors
///
/// The system's words if a thread or a runtime could not be started.
pub fn run(
    cases: &[Case],
    contender: &dyn Contender,
    seed: u64,
    threads: usize,
    progress: impl FnMut(&CaseResult),
) -> std::io::Result<Vec<CaseResult>> {
    run_until(cases, contender, seed, threads, |_| false, progress)
}

/// The same, but starts no more cases after one that is `enough`. Cases that other threads have begun by then are played
/// to their end; what was not begun has no result.
///
/// # Errors
///
/// As for [`run`].
pub fn run_until(
    cases: &[Case],
    contender: &dyn Contender,
    seed: u64,
    threads: usize,
    enough: impl Fn(&CaseResult) -> bool + Sync,
    mut progress: impl FnMut(&CaseResult),
) -> std::io::Result<Vec<CaseResult>> {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..cases.len()).collect());
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, cases.len().max(1)) {
            let (queue, enough, sender) = (&queue, &enough, sender.clone());
            scope.spawn(move || {
                let runtime = match tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                {
                    Ok(runtime) => runtime,
                    Err(error) => {
                        // The receiver is gone only when the run is over.
                        let _ = sender.send(Err(error));
                        return;
                    }
                };
                while let Some(index) = next(queue) {
                    let result = runtime.block_on(case(index, &cases[index], contender, seed));
                    if enough(&result) {
                        locked(queue).clear();
                    }
                    if sender.send(Ok(result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut results = Vec::with_capacity(cases.len());
        for result in receiver {
            let result = result?;
            progress(&result);
            results.push(result);
        }
        results.sort_by_key(|result| result.index);
        Ok(results)
    })
}

fn next(queue: &Mutex<VecDeque<usize>>) -> Option<usize> {
    locked(queue).pop_front()
}

fn locked(queue: &Mutex<VecDeque<usize>>) -> MutexGuard<'_, VecDeque<usize>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn case(index: usize, case: &Case, contender: &dyn Contender, seed: u64) -> CaseResult {
    let watch = Stopwatch::start();
    let mut runs = Vec::with_capacity(case.variations.len());
    let mut said = Vec::new();
    let lack = contender.lacks(case);
    let real_time = contender.pace(case).map(Pace::takes_in_all);
    let patience = contender.limits().run + real_time.unwrap_or_default();
    for variation in 0..case.variations.len() {
        if let Some(why) = &lack {
            let trace = nothing(contender, CutShort::Unsupported(why.clone()));
            runs.push(Run { variation, trace });
            continue;
        }
        // A panic of the harness itself costs this case, not the others.
        let play = local::play_and_hear(case, variation, contender, seed);
        let play = AssertUnwindSafe(play).catch_unwind();
        let harness = |why: String| nothing(contender, CutShort::Harness(why));
        let trace = match within(patience, play).await {
            Some(Ok(Ok((trace, more)))) => {
                said.push((variation, more));
                trace
            }
            Some(Ok(Err(PlayError::Client(why)))) if contender.is_outside() => {
                nothing(contender, CutShort::Driver(why))
            }
            Some(Ok(Err(error))) => harness(error.to_string()),
            Some(Err(_)) => harness("it panicked; please report this".to_owned()),
            None => {
                let why = format!(
                    "the case did not come to rest within {} s of real time",
                    patience.as_secs()
                );
                // In this process rest is proven, so it is our own fault; outside it depends on what the driver says.
                if contender.is_outside() {
                    nothing(contender, CutShort::Driver(why))
                } else {
                    harness(why)
                }
            }
        };
        runs.push(Run { variation, trace });
    }
    let judgements = judge(case, &runs);
    CaseResult {
        index,
        runs,
        judgements,
        attachments: conversations(case, &said),
        took: watch.elapsed(),
    }
}

/// The trace of a run that did not happen.
fn nothing(contender: &dyn Contender, why: CutShort) -> Trace {
    Trace {
        started_at: Timestamp::UNIX_EPOCH,
        ended_at: Timestamp::UNIX_EPOCH,
        exchanges: Vec::new(),
        outcomes: Vec::new(),
        marks: Vec::new(),
        tokens: Vec::new(),
        cast: Vec::new(),
        road: if contender.is_outside() {
            Road::Driver
        } else {
            Road::Local
        },
        said: None,
        timed: None,
        cut_short: Some(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender::Reference;
    use crate::library::Library;
    use crate::registry::Registry;

    #[test]
    fn no_case_is_started_after_one_that_is_enough() {
        let registry = Registry::embedded().expect("a registry");
        let mut cases = Library::embedded().plan(&registry).expect("cases");
        cases.truncate(4);
        let enough = |result: &CaseResult| result.index == 1;
        let mut told = Vec::new();
        let results = run_until(&cases, &Reference, 0, 1, enough, |r| told.push(r.index));
        let played: Vec<usize> = results.expect("threads").iter().map(|r| r.index).collect();
        assert_eq!(played, [0, 1]);
        assert_eq!(told, [0, 1]);
    }
}
