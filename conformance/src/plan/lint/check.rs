//! Checks.

use super::{Findings, NAME_HELP, View, below, is_name, predicate, selector};
use crate::diagnostic::{did_you_mean, listed};
use crate::scenario::{Check, Given};
use crate::yaml::Node;

const PREDICATES: [&str; 12] = [
    "never",
    "count",
    "each",
    "gap",
    "distinct",
    "constant",
    "order",
    "overlap",
    "spread",
    "heeds",
    "invariant",
    "any_of",
];

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    for (check, node) in view.body().checks.iter().zip(&view.filled.checks) {
        if found.is_full() {
            return;
        }
        names(view, node, check, found);
        if let Some(given) = &check.given {
            self::given(view, below(node, &["given"]), given, found);
        }
        predicate::examine(view, node, &check.predicates(), found);
        let branches = below(node, &["any_of"]);
        for (branch, node) in check.any_of.iter().zip(branches.items()) {
            if branch.is_empty() {
                found.push(
                    view.problem(node, "a branch that always holds")
                        .help("ask for something in it, or remove it"),
                );
            }
            predicate::examine(view, node, branch, found);
        }
        if let [_] = check.any_of.as_slice() {
            found.push(
                view.problem(branches, "`any_of` with one branch")
                    .help("write its predicates directly"),
            );
        }
        if !check.invariant.is_empty() && view.file.vary.is_empty() && view.file.head.repeat < 2 {
            found.push(
                view.problem(
                    below(node, &["invariant"]),
                    "`invariant` without `vary` or `repeat`",
                )
                .help("nothing varies, so nothing can differ"),
            );
        }
        if check.predicates().is_empty() && check.any_of.is_empty() && check.invariant.is_empty() {
            found.push(
                view.problem(
                    below(node, &["id"]),
                    format!("the check `{}` asks for nothing", check.id),
                )
                .note(format!("the predicates are {}", listed(PREDICATES))),
            );
        }
    }
}

fn names(view: &View<'_>, node: &Node, check: &Check, found: &mut Findings<'_>) {
    if !is_name(&check.id) {
        found.push(
            view.problem(
                below(node, &["id"]),
                format!("`{}` is no name for a check", check.id),
            )
            .help(NAME_HELP),
        );
    }
    if view.registry.get(&check.req).is_none() {
        found.push(
            view.problem(
                below(node, &["req"]),
                format!("unknown requirement `{}`", check.req),
            )
            .label_if(did_you_mean(&check.req, view.registry.ids()))
            .help("add it to `requirements.yaml`, with its level and source"),
        );
    }
}

fn given(view: &View<'_>, node: &Node, given: &Given, found: &mut Findings<'_>) {
    if *given == Given::default() {
        found.push(
            view.problem(node, "`given` asks for nothing")
                .help("write for instance `given: { to: token, at_least: 2 }`"),
        );
    }
    for (key, number) in [("at_least", given.at_least), ("rotations", given.rotations)] {
        if number == Some(0) {
            found.push(view.problem(
                below(node, &[key]),
                "what must have happened at least no times says nothing",
            ));
        }
    }
    selector::examine(view, node, &given.selector(), found);
}
