//! What must be so in a recording for the judge to look at it, beyond the shapes of its values.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::MAX_RUNS;
use super::bundle::{Bundle, RecordedRun};
use crate::trace::Exchange;

/// Instants of a recording lie between these years. Beyond them sums of instants and lengths have no place left.
const FIRST: Timestamp = Timestamp::constant(-62_135_596_800, 0);
const LAST: Timestamp = Timestamp::constant(220_000_000_000, 0);

/// What is wrong with a bundle, in words.
pub(super) fn bundle(bundle: &Bundle) -> Result<(), String> {
    if bundle.runs.is_empty() {
        return Err("it has no run".to_owned());
    }
    if bundle.runs.len() > MAX_RUNS {
        return Err(format!(
            "it has {} runs, more than the {MAX_RUNS} of a case",
            bundle.runs.len()
        ));
    }
    let variations: BTreeSet<_> = bundle.runs.iter().map(|run| &run.variation).collect();
    if variations.len() < bundle.runs.len() {
        return Err("two of its runs are of the same variation".to_owned());
    }
    let checks: BTreeSet<&str> = bundle.verdicts.iter().map(|v| v.id.as_str()).collect();
    if checks.len() < bundle.verdicts.len() {
        return Err("it has two verdicts on the same check".to_owned());
    }
    if checks.is_empty() {
        return Err("it has no verdict".to_owned());
    }
    bundle.runs.iter().try_for_each(run)
}

fn run(run: &RecordedRun) -> Result<(), String> {
    let outcomes = run.outcomes.iter();
    let outcomes = outcomes.flat_map(|outcome| [Some(outcome.started_at), outcome.ended_at]);
    let tokens = run.tokens.iter();
    let tokens = tokens.flat_map(|token| [Some(token.issued_at), token.expires_at]);
    let marks = run.marks.iter().map(|mark| Some(mark.at));
    let ends = [Some(run.started_at), Some(run.ended_at)];
    within(ends.into_iter().chain(marks).chain(outcomes).chain(tokens))
}

/// What is wrong with the exchanges of a run, in words.
pub(super) fn exchanges(exchanges: &[Exchange]) -> Result<(), String> {
    let mut last = 0;
    for exchange in exchanges {
        let entry = &exchange.entry;
        if entry.number <= last {
            return Err(format!(
                "exchange {} follows exchange {last}: they are numbered from 1 upwards",
                entry.number
            ));
        }
        last = entry.number;
        let held = entry.held.iter();
        let held = held.flat_map(|held| [Some(held.from), held.until]);
        let own = [Some(entry.at), Some(entry.server_time), entry.answered_at];
        within(own.into_iter().chain(held)).map_err(|what| format!("exchange {last}: {what}"))?;
    }
    Ok(())
}

fn within(instants: impl IntoIterator<Item = Option<Timestamp>>) -> Result<(), String> {
    let mut instants = instants.into_iter().flatten();
    match instants.find(|at| !(FIRST..=LAST).contains(at)) {
        Some(at) => Err(format!("{at} is no time that a run can have")),
        None => Ok(()),
    }
}
