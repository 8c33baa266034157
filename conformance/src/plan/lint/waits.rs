//! Steps that wait, let go and give up; and the names they use.

use super::steps::Before;
use super::{Findings, View, below, element};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::scenario::{Release, Step, Until};
use crate::yaml::Node;

/// The highest place in a hold's queue that can be named.
const MAX_ORDINAL: u32 = 10_000;

pub(super) fn until(
    view: &View<'_>,
    node: &Node,
    until: &Until,
    before: &Before<'_>,
    found: &mut Findings<'_>,
) {
    let Until {
        started,
        quiet,
        held,
    } = until;
    if started.is_none() && !quiet && held.is_none() {
        found.push(
            view.problem(node, "`until` waits for nothing")
                .help("write `started: <step>`, `quiet: true`, `held: { hold: <hold>, at_least: 2 }` or several of them"),
        );
    }
    if let Some(label) = started {
        let node = below(node, &["started"]);
        earlier(view, node, label, before, "until", found);
    }
    if let Some(held) = held {
        let node = below(node, &["held"]);
        armed(view, below(node, &["hold"]), &held.hold, before, found);
        if held.at_least == 0 {
            found.push(view.problem(
                below(node, &["at_least"]),
                "no answers are kept back from the start",
            ));
        }
    }
}

/// Complains of a step that has not been played yet.
pub(super) fn earlier(
    view: &View<'_>,
    node: &Node,
    label: &str,
    before: &Before<'_>,
    what: &str,
    found: &mut Findings<'_>,
) {
    if before.labels.contains_key(label) {
        return;
    }
    if view.calls().any(|(known, _, _)| known == label) {
        let does = match what {
            "cancel" => "gives up",
            _ => "waits for",
        };
        found.push(view.problem(
            node,
            format!("`{what}` {does} `{label}`, which comes later"),
        ));
    } else {
        found.push(unknown_step(view, node, label));
    }
}

/// A label that no step has.
pub(super) fn unknown_step(view: &View<'_>, node: &Node, label: &str) -> Diagnostic {
    let labels = view.labels();
    view.problem(node, format!("no step is called `{label}`"))
        .label_if(did_you_mean(label, labels.iter().copied()))
        .note(match labels.as_slice() {
            [] => "no step has a name; give it one with `as`".to_owned(),
            labels => format!("the steps are {}", listed(labels.iter().copied())),
        })
}

/// A hold that no rule names.
pub(super) fn unknown_hold(view: &View<'_>, node: &Node, hold: &str) -> Diagnostic {
    let holds = view.holds();
    view.problem(node, format!("no rule holds an answer as `{hold}`"))
        .label_if(did_you_mean(hold, holds.iter().copied()))
        .note(match holds.as_slice() {
            [] => "no rule of `idp.script` has a `hold`".to_owned(),
            holds => format!("the holds are {}", listed(holds.iter().copied())),
        })
}

/// Complains of a hold that nothing can be kept back by yet.
fn armed(view: &View<'_>, node: &Node, hold: &str, before: &Before<'_>, found: &mut Findings<'_>) {
    if before.holds.contains(hold) {
        return;
    }
    if view.holds().contains(&hold) {
        found.push(
            view.problem(node, format!("nothing is held as `{hold}` yet"))
                .note("a later step adds the rule"),
        );
    } else {
        found.push(unknown_hold(view, node, hold));
    }
}

pub(super) fn release(
    view: &View<'_>,
    node: &Node,
    release: &Release,
    before: &Before<'_>,
    found: &mut Findings<'_>,
) {
    armed(view, below(node, &["hold"]), &release.hold, before, found);
    let Some(list) = node.get("order") else {
        return;
    };
    if release.order.is_empty() {
        found.push(
            view.problem(list, "an order of nothing")
                .help("remove `order` to release all in order of arrival"),
        );
    }
    for (at, ordinal) in release.order.iter().enumerate() {
        let node = element(list, at);
        if *ordinal == 0 || *ordinal > MAX_ORDINAL {
            found.push(
                view.problem(
                    node,
                    format!("no answer is number {ordinal} of those that wait"),
                )
                .note("1 is the one that waits longest"),
            );
        } else if release.order[..at].contains(ordinal) {
            found.push(view.problem(node, format!("answer {ordinal} is let go twice")));
        }
    }
}

/// Holds that keep answers back for ever.
pub(super) fn unreleased(view: &View<'_>, found: &mut Findings<'_>) {
    for armed in &view.rules {
        let Some(hold) = &armed.rule.hold else {
            continue;
        };
        let after = armed.step.map_or(0, |at| at + 1);
        let released = view
            .body()
            .steps
            .iter()
            .skip(after)
            .any(|step| matches!(step, Step::Release(release) if release.hold == hold.name));
        if !released {
            found.push(
                view.problem(
                    below(armed.node, &["hold"]),
                    format!("no step releases `{}`", hold.name),
                )
                .help(format!("add the step `release: {}`", hold.name)),
            );
        }
    }
}
