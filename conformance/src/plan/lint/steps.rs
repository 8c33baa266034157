//! Steps.

use super::{Findings, NAME_HELP, View, below, is_name};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::scenario::{Advance, CallStep, IdpStep, Step, Until};
use crate::yaml::Node;

/// The most calls of one case.
const MAX_CALLS: u128 = 10_000;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let steps = &view.body().steps;
    for (at, (step, node)) in steps.iter().zip(&view.filled.steps).enumerate() {
        let inner = node.entries().first().map_or(node, |(_, inner)| inner);
        match step {
            Step::GetToken(call) | Step::CallApi(call) | Step::ForceRefresh(call) => {
                self::call(view, inner, call, &steps[..at], found);
            }
            Step::Advance(advance) => self::advance(view, inner, advance, found),
            Step::Until(until) => self::until(view, inner, until, &steps[..at], found),
            Step::Release(hold) => release(view, inner, hold, found),
            Step::Join(label) => earlier(view, inner, label, &steps[..at], "join", found),
            Step::Idp(idp) => self::idp(view, inner, idp, found),
        }
    }
    unreleased(view, found);
}

fn call(view: &View<'_>, node: &Node, call: &CallStep, before: &[Step], found: &mut Findings<'_>) {
    if let Some(label) = &call.label {
        let at = below(node, &["as"]);
        if !is_name(label) {
            found.push(
                view.problem(at, format!("`{label}` is no name for a step"))
                    .help(NAME_HELP),
            );
        }
        if before.iter().any(|step| step.label() == Some(label)) {
            found.push(view.problem(at, format!("two steps are called `{label}`")));
        }
    }
    count_calls(view, node, call, before, found);
    if call.times == Some(0) {
        found.push(
            view.problem(below(node, &["times"]), "a step that is done no times")
                .help("remove the step, or `times`"),
        );
    }
    if call.together && call.times.is_none_or(|times| times < 2) {
        found.push(
            view.problem(
                below(node, &["together"]),
                "one call is never together with itself",
            )
            .help("say how many with `times`"),
        );
    }
    match (call.every, call.lasting) {
        (None, None) => {}
        (Some(_), None) => found.push(
            view.problem(below(node, &["every"]), "`every` without an end")
                .help("say how long with `for`"),
        ),
        (None, Some(_)) => found.push(
            view.problem(below(node, &["for"]), "`for` without `every`")
                .help("say how often with `every`"),
        ),
        (Some(every), Some(lasting)) => {
            if every.0.is_zero() {
                found.push(
                    view.problem(below(node, &["every"]), "`every` must be more than nothing"),
                );
            } else if lasting < every {
                found.push(view.problem(
                    below(node, &["for"]),
                    format!("{lasting} is over before the first {every} are"),
                ));
            }
            if call.times.is_some() || call.together {
                found.push(
                    view.problem(
                        below(node, &["every"]),
                        "`every` with `times` or `together`",
                    )
                    .help("`every` and `for` say how often already; use two steps for both"),
                );
            }
        }
    }
}

/// Complains of the step with which the calls of a case become too many.
fn count_calls(
    view: &View<'_>,
    node: &Node,
    call: &CallStep,
    before: &[Step],
    found: &mut Findings<'_>,
) {
    let so_far: u128 = before.iter().filter_map(Step::call).map(calls).sum();
    if so_far <= MAX_CALLS && so_far + calls(call) > MAX_CALLS {
        let key = if call.every.is_some() {
            "every"
        } else {
            "times"
        };
        found.push(view.problem(
            below(node, &[key]),
            format!("a case of more than {MAX_CALLS} calls"),
        ));
    }
}

/// How many calls a step makes.
fn calls(call: &CallStep) -> u128 {
    match (call.every, call.lasting) {
        // `every: 0s` is refused by itself.
        (Some(every), Some(lasting)) => {
            let times = lasting.0.as_nanos().checked_div(every.0.as_nanos());
            times.unwrap_or_default() + 1
        }
        _ => u128::from(call.times.unwrap_or(1)),
    }
}

fn advance(view: &View<'_>, node: &Node, advance: &Advance, found: &mut Findings<'_>) {
    if advance.by.0.is_zero() {
        found.push(view.problem(below(node, &["by"]), "an advance by nothing"));
    }
}

fn until(view: &View<'_>, node: &Node, until: &Until, before: &[Step], found: &mut Findings<'_>) {
    if let Some(label) = &until.started {
        earlier(
            view,
            below(node, &["started"]),
            label,
            before,
            "until",
            found,
        );
    } else if !until.quiet {
        found.push(
            view.problem(node, "`until` waits for nothing")
                .help("write `started: <step>`, `quiet: true`, or both"),
        );
    }
}

fn earlier(
    view: &View<'_>,
    node: &Node,
    label: &str,
    before: &[Step],
    what: &str,
    found: &mut Findings<'_>,
) {
    if before.iter().any(|step| step.label() == Some(label)) {
        return;
    }
    if view.labels().contains(&label) {
        found.push(view.problem(
            node,
            format!("`{what}` waits for `{label}`, which comes later"),
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

fn release(view: &View<'_>, node: &Node, hold: &str, found: &mut Findings<'_>) {
    if !view.holds().contains(&hold) {
        found.push(unknown_hold(view, node, hold));
    }
}

fn unreleased(view: &View<'_>, found: &mut Findings<'_>) {
    let rules = view.filled.idp.as_ref().and_then(|idp| idp.get("script"));
    let rules = rules.map(Node::items).unwrap_or_default();
    for (rule, node) in view.body().idp.script.iter().zip(rules) {
        let Some(hold) = &rule.hold else { continue };
        let at = below(node, &["hold"]);
        if !is_name(&hold.name) {
            found.push(
                view.problem(at, format!("`{}` is no name for a hold", hold.name))
                    .help(NAME_HELP),
            );
        }
        let released = view
            .body()
            .steps
            .iter()
            .any(|step| matches!(step, Step::Release(name) if *name == hold.name));
        if !released {
            found.push(
                view.problem(at, format!("no step releases `{}`", hold.name))
                    .help(format!("add the step `release: {}`", hold.name)),
            );
        }
    }
}

fn idp(view: &View<'_>, node: &Node, step: &IdpStep, found: &mut Findings<'_>) {
    match (&step.replay, &step.revoke) {
        (None, None) => found.push(
            view.problem(node, "nothing happens at the provider")
                .help("write `replay: <refresh token>` or `revoke: access_tokens|grants`"),
        ),
        (Some(_), Some(_)) => found.push(
            view.problem(node, "`replay` and `revoke` in one step")
                .help("write two steps"),
        ),
        _ => {}
    }
    if let Some(name) = &step.replay {
        let known = view.body().client.refresh_token.as_deref();
        if known != Some(name) {
            found.push(
                view.problem(
                    below(node, &["replay"]),
                    format!("no refresh token is called `{name}`"),
                )
                .label_if(did_you_mean(name, known))
                .note(match known {
                    Some(known) => format!("the client starts with `{known}`"),
                    None => "the client starts with none; name one with `client.refresh_token`"
                        .to_owned(),
                }),
            );
        }
    } else if step.by.is_some() {
        found.push(
            view.problem(below(node, &["by"]), "`by` without `replay`")
                .help("only a replay is done by someone"),
        );
    }
}
