//! From traces to verdicts: a pure function over the runs of one case.
//!
//! A check speaks of a group of runs, one for each variation of the case. Its predicates must hold in every run and the
//! worst run counts; invariants compare the runs with each other. Nothing here reads a clock or opens a socket, so a
//! recorded trace can be judged again.

mod absence;
mod any_of;
mod cast;
mod constant;
mod count;
mod distinct;
mod each;
mod field;
mod gap;
mod given;
mod group;
mod heeds;
mod invariant;
mod matching;
mod missing;
mod never;
mod newest;
mod order;
mod overlap;
pub(crate) mod span;
mod spread;
mod undone;
mod view;
mod witness;
mod words;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use crate::case::{Case, CheckName, PlannedCheck};
use crate::judgement::{Judgement, Run};
use crate::scenario::Check;
use crate::trace::{CutShort, Road};
use crate::verdict::{Fault, Finding, Level, Verdict};
use view::{View, stopped};

/// Judges every check of a case by the runs that were played, one judgement per check in the case's order.
///
/// The rules that hold for all checks:
/// - What a driver says counts only with a witness on the wire; else the verdict is `error`.
/// - Where `given` was not met, the verdict is `inconclusive`, whatever else was seen.
/// - Without a driver ([`Road::Passive`]), what speaks of outcomes or steps, or tells clients apart, is `not_applicable`.
/// - What was not seen for as long as it was to be looked for is `inconclusive`, unless it is broken already.
/// - A call that the play itself cut off is nobody's fault; it is judged only where `cancelled` is expected.
/// - A run that the harness ended, or in which the client's code panicked, is an `error` for every check. One that ran
///   into its request budget is judged by what was seen, and passes only where more requests could not have undone it.
/// - A run in real time that took too long is `inconclusive`: the client lived through another scenario. What cannot be told at
///   its pace is `not_applicable`.
/// - A broken should-level requirement is a `warn`.
#[must_use]
pub fn judge(case: &Case, runs: &[Run]) -> Vec<Judgement> {
    let views: Vec<View<'_>> = runs.iter().map(|run| View::new(case, run)).collect();
    let unusable = unusable(case, runs);
    case.checks
        .iter()
        .map(|planned| {
            let (finding, variation) = unusable
                .clone()
                .unwrap_or_else(|| in_time(&planned.check, ruling(&planned.check, &views), runs));
            let undone = views
                .iter()
                .find(|view| view.is_passive() && finding.verdict == Verdict::Inconclusive)
                .and_then(|view| undone::by_the_command(case, &planned.check, view));
            judgement(case, planned, finding, variation, undone)
        })
        .collect()
}

/// Why no check can be judged at all.
fn unusable(case: &Case, runs: &[Run]) -> Option<(Finding, usize)> {
    let harness = |what: String| Finding::error(Fault::Harness, what);
    let cut = runs
        .iter()
        .find_map(|run| match &run.trace.cut_short {
            Some(CutShort::Harness(why)) => Some((
                harness(format!("the run could not go on: {why}")),
                run.variation,
            )),
            _ => None,
        })
        .or_else(|| {
            runs.iter().find_map(|run| match &run.trace.cut_short {
                Some(CutShort::ClientPanicked(why)) => {
                    let what = format!("the client's code panicked: {why}");
                    Some((Finding::error(Fault::Driver, what), run.variation))
                }
                Some(CutShort::Driver(why)) => {
                    Some((Finding::error(Fault::Driver, why.clone()), run.variation))
                }
                _ => None,
            })
        })
        .or_else(|| {
            runs.iter().find_map(|run| match &run.trace.cut_short {
                Some(CutShort::Unsupported(why)) => {
                    let finding = Finding::not_applicable(String::new(), why.clone());
                    Some((finding, run.variation))
                }
                _ => None,
            })
        });
    if cut.is_some() {
        return cut;
    }
    // Passive runs cost a start of the command each, so there a part of the variations may do.
    let passive = runs
        .first()
        .is_some_and(|run| run.trace.road == Road::Passive);
    let unplayed = (0..case.variations.len().max(1))
        .find(|index| !passive && runs.iter().all(|run| run.variation != *index))?;
    Some((
        harness(format!("variation {} was not played", unplayed + 1)),
        unplayed,
    ))
}

fn ruling(check: &Check, views: &[View<'_>]) -> (Finding, usize) {
    let unmet: Vec<Option<Finding>> = views
        .iter()
        .map(|view| given::unmet(check.given.as_ref()?, view))
        .collect();
    let in_runs = views.iter().zip(&unmet).filter_map(|(view, unmet)| {
        let finding = in_one_run(check, view, check.given.is_some())?;
        let finding = tempered(finding, unmet.as_ref());
        Some((told_of_the_cut(finding, view), view.variation))
    });
    let over_runs = check.invariant.iter().map(|facet| {
        let (finding, variation) = invariant::judge(*facet, views);
        let unmet = unmet.iter().flatten().next();
        (tempered(finding, unmet), variation)
    });
    let mut worst: Option<(Finding, usize)> = None;
    for next in in_runs.chain(over_runs) {
        if worst
            .as_ref()
            .is_none_or(|(worst, _)| next.0.verdict.rank() > worst.verdict.rank())
        {
            worst = Some(next);
        }
    }
    worst.unwrap_or_else(|| {
        let what = format!("check `{}` asks for nothing", check.id);
        (Finding::error(Fault::Harness, what), 0)
    })
}

/// A finding that stands only if no run in real time was too slow, or too coarse.
fn in_time(
    check: &Check,
    (finding, variation): (Finding, usize),
    runs: &[Run],
) -> (Finding, usize) {
    let timed = || runs.iter().filter_map(|run| run.trace.timed.as_ref());
    if timed().any(|timed| timed.blurred.contains(&check.id)) {
        let what = "in real time, a time that it speaks of cannot be told from what a token lives";
        return (
            Finding::not_applicable(finding.expected, what.to_owned()),
            variation,
        );
    }
    let late = runs.iter().find_map(|run| {
        let late = run.trace.timed.as_ref()?.late.as_ref()?;
        Some((late, run.variation))
    });
    match (late, finding.verdict) {
        (Some((late, variation)), Verdict::Pass | Verdict::Fail | Verdict::Inconclusive) => {
            let what = format!("the run in real time was too slow: {late}");
            (Finding::inconclusive(finding.expected, what), variation)
        }
        _ => (finding, variation),
    }
}

/// All that a check asks of each run; none if it asks nothing of single runs.
fn in_one_run(check: &Check, view: &View<'_>, proven: bool) -> Option<Finding> {
    let mut findings = group::findings(&check.predicates(), view, proven);
    if !check.any_of.is_empty() {
        findings.push(any_of::judge(&check.any_of, view, proven));
    }
    group::all(findings)
}

/// A finding that says so where the run ran into its request budget.
fn told_of_the_cut(finding: Finding, view: &View<'_>) -> Finding {
    match view.budget() {
        Some(limit) if matches!(finding.verdict, Verdict::Fail | Verdict::Inconclusive) => {
            Finding {
                observed: words::once([finding.observed, stopped(limit)], "; "),
                ..finding
            }
        }
        _ => finding,
    }
}

/// A finding in the light of a `given` that was not met.
fn tempered(finding: Finding, unmet: Option<&Finding>) -> Finding {
    match unmet {
        Some(unmet) if !matches!(finding.verdict, Verdict::Error | Verdict::NotApplicable) => {
            unmet.clone()
        }
        _ => finding,
    }
}

fn judgement(
    case: &Case,
    planned: &PlannedCheck,
    mut finding: Finding,
    variation: usize,
    undone: Option<String>,
) -> Judgement {
    let level = planned.requirement.level;
    if finding.verdict == Verdict::Fail && level == Level::Should {
        finding.verdict = Verdict::Warn;
    }
    if matches!(
        finding.verdict,
        Verdict::Fail | Verdict::Warn | Verdict::Inconclusive
    ) {
        let hint = undone.or_else(|| planned.check.hint.clone());
        finding.hint = hint.or(finding.hint);
    }
    Judgement {
        check: CheckName::new(&case.name, &planned.check.id),
        requirement: planned.requirement.id.clone(),
        level,
        finding,
        variation,
    }
}
