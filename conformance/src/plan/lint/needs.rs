//! What a scenario uses, it needs; and what a passive one cannot have.

use super::{Findings, View, below};
use crate::scenario::{Check, GrantKind, Need, Predicates, Step};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let declared = &view.file.head.needs;
    let at = view.file.root.get("needs");
    for (node, need, why) in used(view) {
        if !declared.contains(&need) {
            let problem = view.problem(node, format!("{why} needs `{}`", need.name()));
            found.push(match at {
                Some(list) => problem.and(list.span, format!("add `{}` here", need.name())),
                None => problem.help(format!("add `needs: [{}]` to the head", need.name())),
            });
        }
    }
    if view.file.head.passive {
        passive(view, found);
    }
}

fn used<'a>(view: &View<'a>) -> Vec<(&'a Node, Need, &'static str)> {
    let mut used = Vec::new();
    for (step, node) in view.filled.body.steps.iter().zip(&view.filled.steps) {
        match step {
            Step::CallApi(_) => used.push((node, Need::Resource, "`call_api`")),
            Step::Advance(_) => used.push((node, Need::Clock, "`advance`")),
            _ => {}
        }
        if let Some(call) = step.call() {
            if call.every.is_some() {
                used.push((node, Need::Clock, "`every`"));
            }
            if call.together {
                used.push((node, Need::Concurrency, "`together`"));
            }
        }
    }
    if !view.filled.body.steps.is_empty() {
        let need = match view.filled.body.client.grant() {
            GrantKind::ClientCredentials => Need::ClientCredentials,
            GrantKind::Password => Need::Password,
            GrantKind::RefreshToken => Need::RefreshToken,
        };
        let node = view.filled.client.as_ref().unwrap_or(&view.file.root);
        used.push((node, need, "the client's grant"));
    }
    used
}

fn passive(view: &View<'_>, found: &mut Findings<'_>) {
    let rules = view.filled.idp.as_ref().and_then(|idp| idp.get("script"));
    for node in rules.map(Node::items).unwrap_or_default() {
        if node.get("hold").is_some() {
            found.push(
                view.problem(
                    below(node, &["hold"]),
                    "a passive scenario cannot hold an answer",
                )
                .help("nobody is there to release it; use `delay`"),
            );
        }
    }
    let on_the_wire = view.body().checks.iter().any(by_the_wire_alone);
    if !on_the_wire && let Some(checks) = view.file.root.get("checks") {
        found.push(
            view.problem(
                checks,
                "no check of this passive scenario can be judged by the wire alone",
            )
            .help("outcomes (`each: { of: … }`) need a driver"),
        );
    }
}

fn by_the_wire_alone(check: &Check) -> bool {
    let without_outcomes = |predicates: &Predicates| {
        predicates
            .each
            .as_ref()
            .is_none_or(|each| each.of.is_none())
    };
    without_outcomes(&check.predicates()) && check.any_of.iter().all(without_outcomes)
}
