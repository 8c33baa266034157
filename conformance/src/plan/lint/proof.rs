//! No check that a client which does nothing passes.
//!
//! An upper bound (`never`, `count` without a lower bound, `invariant`) holds of silence. It needs a `given` in the same
//! check, or another check of the same case that cannot pass unless the same endpoint was seen.

use super::endpoint::seen_by;
use super::{Findings, View, below};
use crate::scenario::{Count, Predicates, Target};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let checks = &view.body().checks;
    for (at, (check, node)) in checks.iter().zip(&view.filled.checks).enumerate() {
        if check.given.is_some() {
            continue;
        }
        let others: Vec<Target> = checks
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .flat_map(|(_, other)| seen_by(view, other))
            .collect();
        let own = seen_by(view, check);
        let mut bounds = upper_bounds(node, &check.predicates());
        let branches = below(node, &["any_of"]).items();
        for (branch, node) in check.any_of.iter().zip(branches) {
            bounds.extend(upper_bounds(node, branch));
        }
        if !check.invariant.is_empty() {
            bounds.push((below(node, &["invariant"]), Target::Anything));
        }
        for (node, target) in bounds {
            let proven = |seen: &Target| {
                *seen == target || target == Target::Anything || *seen == Target::Anything
            };
            if !own.iter().chain(&others).any(proven) {
                found.push(
                    view.problem(node, "a client that does nothing passes this")
                        .help(format!(
                            "say what must have happened first, such as `given: {{ to: {} }}`",
                            match target {
                                Target::Anything => "token",
                                target => target.name(),
                            }
                        )),
                );
            }
        }
    }
}

fn upper_bounds<'a>(node: &'a Node, predicates: &Predicates) -> Vec<(&'a Node, Target)> {
    let mut bounds = Vec::new();
    if let Some(never) = &predicates.never {
        bounds.push((
            below(node, &["never"]),
            never.to.unwrap_or(Target::Anything),
        ));
    }
    if let Some(count) = &predicates.count
        && holds_of_none(count)
    {
        bounds.push((
            below(node, &["count"]),
            count.to.unwrap_or(Target::Anything),
        ));
    }
    bounds
}

fn holds_of_none(count: &Count) -> bool {
    count.is.unwrap_or(0) == 0 && count.at_least.unwrap_or(0) == 0
}
