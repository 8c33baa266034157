//! `each:` what every outcome or every exchange is like.

use std::collections::BTreeSet;

use super::selector::{self, bounds, grant_name, sender, spelling, time_left, token_only};
use super::waits::unknown_step;
use super::{Findings, View, below, call, clients, element};
use crate::diagnostic::{did_you_mean, listed};
use crate::scenario::{CallStep, Each, Step, Target};
use crate::yaml::Node;

/// Details that a client can pass on to its caller.
const CARRIED: [&str; 3] = ["correlation_id", "trace_id", "claims"];

type Keys = Vec<(&'static str, bool)>;

pub(super) fn examine(view: &View<'_>, node: &Node, each: &Each, found: &mut Findings<'_>) {
    let (asked, foreign, what) = match (&each.of, each.to) {
        (Some(_), None) => {
            let mut foreign = of_exchanges(each);
            foreign.extend(narrowing(each));
            (of_outcomes(each), foreign, "an outcome (`of`)")
        }
        (None, Some(_)) => (of_exchanges(each), of_outcomes(each), "an exchange (`to`)"),
        (None, None) => {
            found.push(
                view.problem(node, "`each` of nothing")
                    .help("write `of: <step>` for outcomes or `to: <endpoint>` for exchanges"),
            );
            return;
        }
        (Some(_), Some(_)) => {
            found.push(
                view.problem(below(node, &["to"]), "`each` with both `of` and `to`")
                    .help("outcomes (`of`) and exchanges (`to`) are two checks"),
            );
            return;
        }
    };
    for (key, present) in foreign {
        if present {
            found.push(view.problem(below(node, &[key]), format!("{what} has no `{key}`")));
        }
    }
    if !asked.iter().any(|(_, present)| *present) {
        found.push(view.problem(node, "`each` asks for nothing").note(format!(
            "{what} has {}",
            listed(asked.iter().map(|(key, _)| *key))
        )));
    }
    match &each.of {
        Some(label) => outcomes(view, node, each, label, found),
        None => exchanges(view, node, each, found),
    }
}

fn of_outcomes(each: &Each) -> Keys {
    vec![
        ("outcome", each.outcome.is_some()),
        ("retries", each.retries.is_some()),
        ("took", each.took.is_some()),
        ("same", each.same.is_some()),
        ("carries", !each.carries.is_empty()),
        ("tells_secret", each.tells_secret.is_some()),
    ]
}

fn of_exchanges(each: &Each) -> Keys {
    vec![
        ("presents", each.presents.is_some()),
        ("left_at_least", each.left_at_least.is_some()),
        ("auth_methods", each.auth_methods.is_some()),
        ("auth", each.auth.is_some()),
        ("method", each.method.is_some()),
        ("content_type", each.content_type.is_some()),
        ("sends", !each.sends.is_empty()),
        ("lacks", !each.lacks.is_empty()),
        ("repeated_parameters", each.repeated_parameters.is_some()),
        ("scheme", each.scheme.is_some()),
        ("leaks_secret", each.leaks_secret.is_some()),
    ]
}

/// Which exchanges are meant.
fn narrowing(each: &Each) -> Keys {
    vec![
        ("by", each.by.is_some()),
        ("grant", each.grant.is_some()),
        ("after", each.after.is_some()),
        ("before", each.before.is_some()),
    ]
}

fn exchanges(view: &View<'_>, node: &Node, each: &Each, found: &mut Findings<'_>) {
    let at = |key| below(node, &[key]);
    sender(view, node, each.by, each.client.as_deref(), found);
    bounds(view, node, each.after.as_ref(), each.before.as_ref(), found);
    for (key, present) in [
        ("grant", each.grant.is_some()),
        ("auth_methods", each.auth_methods.is_some()),
        ("auth", each.auth.is_some()),
        ("sends", !each.sends.is_empty()),
        ("lacks", !each.lacks.is_empty()),
        ("repeated_parameters", each.repeated_parameters.is_some()),
    ] {
        if present {
            token_only(view, node, key, each.to, found);
        }
    }
    if let Some(grant) = &each.grant {
        grant_name(view, at("grant"), grant, found);
    }
    if let Some(presents) = &each.presents {
        selector::presents(view, at("presents"), presents, each.to, found);
    }
    if each.left_at_least.is_some() {
        time_left(view, node, each.presents.as_ref(), each.to, found);
    }
    if let Some(auth) = each.auth {
        spelling(view, at("auth"), auth, found);
    }
    if let Some(method) = &each.method {
        call::method(view, at("method"), method, found);
    }
    if let Some(content_type) = &each.content_type {
        media_type(view, at("content_type"), content_type, found);
    }
    if let Some(scheme) = &each.scheme {
        self::scheme(view, node, scheme, each.to, found);
    }
    parameters(view, node, each, found);
}

fn media_type(view: &View<'_>, node: &Node, name: &str, found: &mut Findings<'_>) {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let sound = name
        .split_once('/')
        .is_some_and(|(kind, rest)| token(kind) && token(rest));
    if !sound {
        found.push(
            view.problem(node, format!("`{name}` is no media type"))
                .help("write it without parameters: `application/x-www-form-urlencoded`"),
        );
    }
}

fn scheme(view: &View<'_>, node: &Node, name: &str, to: Option<Target>, found: &mut Findings<'_>) {
    let at = below(node, &["scheme"]);
    if !matches!(to, Some(Target::Resource | Target::Anything)) {
        found.push(view.problem(at, "a scheme goes with a token shown to `resource` only"));
    }
    let sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !sound {
        found.push(
            view.problem(at, format!("`{name}` is no scheme"))
                .help("write the scheme alone: `Bearer`"),
        );
    }
}

/// `sends` and `lacks`.
fn parameters(view: &View<'_>, node: &Node, each: &Each, found: &mut Findings<'_>) {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for (key, names) in [("sends", &each.sends), ("lacks", &each.lacks)] {
        let list = below(node, &[key]);
        for (at, name) in names.iter().enumerate() {
            let node = element(list, at);
            if name.is_empty() {
                found.push(view.problem(node, "a parameter without a name"));
            } else if !named.insert(name) {
                found.push(view.problem(node, format!("the parameter `{name}` stands twice")));
            }
        }
    }
}

fn outcomes(view: &View<'_>, node: &Node, each: &Each, label: &str, found: &mut Findings<'_>) {
    let Some((_, step, call)) = view.calls().find(|(known, _, _)| *known == label) else {
        found.push(unknown_step(view, below(node, &["of"]), label));
        return;
    };
    if let Some(client) = &each.client {
        takes_part(view, below(node, &["client"]), client, label, call, found);
    }
    if each.retries.is_some() && !matches!(step, Step::CallApi(_)) {
        found.push(
            view.problem(
                below(node, &["retries"]),
                "`retries` counts requests to the resource",
            )
            .help("only `call_api` makes them"),
        );
    }
    let hands_out = match step {
        Step::CallApi(_) => Some("`call_api` hands out no token"),
        Step::Invalidate(_) => Some("`invalidate` hands out no token"),
        _ => None,
    };
    if each.same.is_some()
        && let Some(title) = hands_out
    {
        found.push(
            view.problem(below(node, &["same"]), title)
                .help("use `get_token`, or `distinct` for what the resource was shown"),
        );
    }
    let list = below(node, &["carries"]);
    for (at, name) in each.carries.iter().enumerate() {
        if !CARRIED.contains(&name.as_str()) {
            found.push(
                view.problem(element(list, at), format!("unknown detail `{name}`"))
                    .label_if(did_you_mean(name, CARRIED))
                    .note(format!("the details are {}", listed(CARRIED))),
            );
        }
    }
}

/// A client whose outcomes are asked for takes part in the step.
fn takes_part(
    view: &View<'_>,
    node: &Node,
    client: &str,
    label: &str,
    call: &CallStep,
    found: &mut Findings<'_>,
) {
    clients::filter_name(view, node, client, found);
    let Some(names) = &call.client else { return };
    let known = view
        .cast
        .groups
        .iter()
        .find(|group| group.answers_to(client));
    let Some(group) = known else { return };
    // A member belongs to its group, and a group has its members.
    let meant = |name: &String| {
        name == client || (group.answers_to(name) && (name == group.name || client == group.name))
    };
    if !names.0.iter().any(meant) {
        found.push(
            view.problem(
                node,
                format!("`{client}` takes no part in the step `{label}`"),
            )
            .note(format!(
                "it is done by {}",
                listed(names.0.iter().map(String::as_str))
            )),
        );
    }
}
