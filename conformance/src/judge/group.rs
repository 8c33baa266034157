//! Predicates that must hold together.

use super::view::View;
use super::{constant, count, distinct, each, gap, heeds, never, order, overlap, spread, words};
use crate::scenario::Predicates;
use crate::verdict::Finding;

/// All of them in words.
pub(super) fn expects(group: &Predicates) -> String {
    let Predicates {
        never,
        count,
        each,
        gap,
        distinct,
        constant,
        order,
        overlap,
        spread,
        heeds,
    } = group;
    let parts = [
        never.as_ref().map(never::expects),
        count.as_ref().map(count::expects),
        each.as_ref().map(each::expects),
        gap.as_ref().map(gap::expects),
        distinct.as_ref().map(distinct::expects),
        constant.as_ref().map(constant::expects),
        (!order.is_empty()).then(|| order::expects(order)),
        overlap.as_ref().map(overlap::expects),
        spread.as_ref().map(spread::expects),
        heeds.as_ref().map(heeds::expects),
    ];
    words::once(parts.into_iter().flatten(), ", and ")
}

/// The findings on each predicate of a group, in one run; `proven` if a `given` of the check has been met.
pub(super) fn findings(group: &Predicates, view: &View<'_>, proven: bool) -> Vec<Finding> {
    let Predicates {
        never,
        count,
        each,
        gap,
        distinct,
        constant,
        order,
        overlap,
        spread,
        heeds,
    } = group;
    [
        never.as_ref().map(|p| never::judge(p, view, proven)),
        count.as_ref().map(|p| count::judge(p, view, proven)),
        each.as_ref().map(|p| each::judge(p, view)),
        gap.as_ref().map(|p| gap::judge(p, view)),
        distinct.as_ref().map(|p| distinct::judge(p, view)),
        constant.as_ref().map(|p| constant::judge(p, view)),
        (!order.is_empty()).then(|| order::judge(order, view)),
        overlap.as_ref().map(|p| overlap::judge(p, view, proven)),
        spread.as_ref().map(|p| spread::judge(p, view)),
        heeds.as_ref().map(|p| heeds::judge(p, view)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The worst of several findings that must all be passes; equally bad ones speak together. None of none.
pub(super) fn all(findings: impl IntoIterator<Item = Finding>) -> Option<Finding> {
    let mut worst: Option<Finding> = None;
    for finding in findings {
        worst = Some(match worst {
            None => finding,
            Some(worst) if finding.verdict.rank() > worst.verdict.rank() => finding,
            Some(worst) if finding.verdict.rank() < worst.verdict.rank() => worst,
            Some(worst) => together(worst, finding, ", and "),
        });
    }
    worst
}

/// Two findings of one verdict as one.
pub(super) fn together(first: Finding, second: Finding, between: &str) -> Finding {
    let mut exchanges = first.exchanges;
    for number in second.exchanges {
        if !exchanges.contains(&number) {
            exchanges.push(number);
        }
    }
    exchanges.sort_unstable();
    Finding {
        verdict: first.verdict,
        expected: words::once([first.expected, second.expected], between),
        observed: words::once(
            [first.observed, second.observed]
                .iter()
                .flat_map(|said| said.split("; "))
                .map(str::to_owned),
            "; ",
        ),
        hint: first.hint.or(second.hint),
        // The harness is asked first: its own fault may have caused the other.
        fault: first
            .fault
            .min(second.fault)
            .or(first.fault)
            .or(second.fault),
        exchanges,
    }
}
