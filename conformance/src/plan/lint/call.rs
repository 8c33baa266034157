//! Steps that ask something of the client.

use super::steps::Before;
use super::{Findings, MAX_TEXT, NAME_HELP, View, below, clients, is_name};
use crate::diagnostic::{did_you_mean, listed};
use crate::scenario::{CallStep, GrantKind, Step};
use crate::yaml::Node;

/// The most calls of one case.
const MAX_CALLS: u128 = 10_000;

/// HTTP methods that a call uses or a check asks for (RFC 9110 section 9.1, RFC 5789).
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

pub(super) fn examine<'a>(
    view: &View<'a>,
    node: &Node,
    step: &Step,
    call: &'a CallStep,
    before: &mut Before<'a>,
    found: &mut Findings<'_>,
) {
    if let Some(label) = &call.label {
        let at = below(node, &["as"]);
        if !is_name(label) {
            found.push(
                view.problem(at, format!("`{label}` is no name for a step"))
                    .help(NAME_HELP),
            );
        }
        if before.labels.contains_key(label.as_str()) {
            found.push(view.problem(at, format!("two steps are called `{label}`")));
        }
    }
    if let Some(names) = &call.client {
        clients::step_names(view, below(node, &["client"]), names, found);
    }
    count_calls(view, node, call, before, found);
    how_often(view, node, call, found);
    if call.every.is_some() {
        before.frozen.needed(view, below(node, &["every"]), found);
    }
    if call.deadline.is_some_and(|deadline| deadline.0.is_zero()) {
        found.push(view.problem(
            below(node, &["deadline"]),
            "a caller that gives up before it begins",
        ));
    }
    request(view, node, step, call, found);
    asks_for_none(view, node, step, call, found);
}

/// A client with an API token gets none, has none to renew and forgets none.
fn asks_for_none(
    view: &View<'_>,
    node: &Node,
    step: &Step,
    call: &CallStep,
    found: &mut Findings<'_>,
) {
    if matches!(step, Step::CallApi(_)) {
        return;
    }
    let names = call.client.as_ref().map(|names| names.0.as_slice());
    let has_one = |kind| kind == GrantKind::ApiToken;
    let mut called = view.cast.called(names);
    if let Some(group) = called.find(|group| has_one(group.spec.grant_in_use())) {
        let who = match view.cast.named {
            true => format!("`{}`", group.name),
            false => "the client".to_owned(),
        };
        found.push(
            view.problem(
                node,
                format!("{who} asks for no tokens: it has an API token"),
            )
            .help("use `call_api`, or name other clients with `client`"),
        );
    }
}

/// `times`, `together`, `every` and `for`.
fn how_often(view: &View<'_>, node: &Node, call: &CallStep, found: &mut Findings<'_>) {
    if call.times == Some(0) {
        found.push(
            view.problem(below(node, &["times"]), "a step that is done no times")
                .help("remove the step, or `times`"),
        );
    }
    if call.together && call.every.is_none() && calls(view, call) < 2 {
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
    before: &mut Before<'_>,
    found: &mut Findings<'_>,
) {
    let so_far = before.calls;
    before.calls = so_far.saturating_add(calls(view, call));
    if so_far <= MAX_CALLS && before.calls > MAX_CALLS {
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

/// How many calls a step makes, by all clients that take part in it.
fn calls(view: &View<'_>, call: &CallStep) -> u128 {
    let names = call.client.as_ref().map(|names| names.0.as_slice());
    let clients = u128::from(view.cast.number_of(names));
    let times = match (call.every, call.lasting) {
        // `every: 0s` is refused by itself.
        (Some(every), Some(lasting)) => {
            let times = lasting.0.as_nanos().checked_div(every.0.as_nanos());
            times.unwrap_or_default() + 1
        }
        _ => u128::from(call.times.unwrap_or(1)),
    };
    times.saturating_mul(clients)
}

/// `method` and `body`.
fn request(view: &View<'_>, node: &Node, step: &Step, call: &CallStep, found: &mut Findings<'_>) {
    if !matches!(step, Step::CallApi(_)) {
        for (key, present) in [
            ("method", call.method.is_some()),
            ("body", call.body.is_some()),
        ] {
            if present {
                found.push(
                    view.problem(
                        below(node, &[key]),
                        format!("`{key}` of a step that calls no resource"),
                    )
                    .help("only `call_api` has it"),
                );
            }
        }
        return;
    }
    if let Some(name) = &call.method {
        method(view, below(node, &["method"]), name, found);
    }
    let Some(body) = &call.body else { return };
    let at = below(node, &["body"]);
    if matches!(call.method.as_deref(), None | Some("GET" | "HEAD")) {
        found.push(
            view.problem(
                at,
                format!("a body with `{}`", call.method.as_deref().unwrap_or("GET")),
            )
            .help("write `method: POST`"),
        );
    }
    if body.len() > MAX_TEXT {
        found.push(view.problem(
            at,
            format!(
                "`body` has {} bytes, more than the {MAX_TEXT} that are sent",
                body.len()
            ),
        ));
    }
}

/// Complains of what is no HTTP method.
pub(super) fn method(view: &View<'_>, node: &Node, name: &str, found: &mut Findings<'_>) {
    if !METHODS.contains(&name) {
        found.push(
            view.problem(
                node,
                format!("`{name}` is no HTTP method that is used here"),
            )
            .label_if(did_you_mean(name, METHODS))
            .note(format!("the methods are {}", listed(METHODS))),
        );
    }
}
