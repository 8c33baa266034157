//! No check that a client which does nothing passes.
//!
//! An upper bound (`never`, `count` or `overlap` without a lower bound, `invariant`) holds of silence. It needs a `given`
//! in the same check, or another check of the same case that cannot pass unless the same endpoint was seen.

use super::endpoint::{holds_of_none, seen_by};
use super::{Findings, View, below};
use crate::scenario::{Predicates, Target};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let checks = &view.body().checks;
    let seen: Vec<Target> = checks
        .iter()
        .flat_map(|check| seen_by(view, check))
        .collect();
    for (check, node) in checks.iter().zip(&view.filled.checks) {
        if check.given.is_some() {
            continue;
        }
        let mut bounds = upper_bounds(node, &check.predicates());
        let branches = below(node, &["any_of"]).items();
        for (branch, node) in check.any_of.iter().zip(branches) {
            bounds.extend(upper_bounds(node, branch));
        }
        if !check.invariant.is_empty() {
            bounds.push((below(node, &["invariant"]), Target::Anything));
        }
        for (node, target) in bounds {
            // That a foreign host is never seen is the point; what counts is whether the client did anything at all.
            let anything = matches!(target, Target::Anything | Target::Foreign);
            let proven = |seen: &Target| *seen == target || anything || *seen == Target::Anything;
            if !seen.iter().any(proven) {
                let example = match target {
                    Target::Anything => "given: { to: token }".to_owned(),
                    Target::Foreign => "given: { to: token, status: 307 }".to_owned(),
                    target => format!("given: {{ to: {} }}", target.name()),
                };
                found.push(
                    view.problem(node, "a client that does nothing passes this")
                        .help(format!(
                            "say what must have happened first, such as `{example}`"
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
    if let Some(overlap) = &predicates.overlap
        && overlap.at_least.is_none()
    {
        bounds.push((
            below(node, &["overlap"]),
            overlap.to.unwrap_or(Target::Anything),
        ));
    }
    bounds
}
