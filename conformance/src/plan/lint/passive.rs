//! What a passive scenario cannot have: nobody plays its steps, and nobody is asked.

use super::{Findings, View, below};
use crate::scenario::{
    After, Check, Each, Given, Per, Predicates, Presents, Selector, Step, Until,
};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    if view.file.head.passive.is_none() {
        return;
    }
    if let Some(clients) = &view.filled.clients {
        found.push(
            view.problem(clients, "a passive scenario has one client")
                .note("it is the command, and it is started once")
                .help("use `client`"),
        );
    }
    if let Some(client) = &view.filled.client {
        kind(view, client, found);
    }
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
    for (step, node) in view.body().steps.iter().zip(&view.filled.steps) {
        if let Some(name) = only_played(step) {
            found.push(
                view.problem(node, format!("a passive scenario has no step `{name}`"))
                    .note("nobody plays its steps: the command does what it does"),
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
            .help("outcomes (`each: { of: … }`), steps, holds and single clients need a driver"),
        );
    }
}

/// A command is told of an application with a secret, and of nothing else that a client may begin with.
fn kind(view: &View<'_>, client: &Node, found: &mut Findings<'_>) {
    let spec = &view.body().client;
    let by_proof = spec.auth.is_some_and(|auth| !auth.is_by_secret());
    for (key, present) in [
        ("grant", !spec.grant_in_use().is_any_applications()),
        ("auth", by_proof),
        ("credential_lifetime", spec.credential_lifetime.is_some()),
        ("v1", spec.v1),
        ("dpop", spec.dpop),
    ] {
        if present {
            found.push(
                view.problem(
                    below(client, &[key]),
                    "a command is not told of such a client",
                )
                .note("it is told of an application with a secret, and of a user")
                .help(format!("remove `{key}`, or `passive`")),
            );
        }
    }
}

/// The name of a step that no command does by itself.
fn only_played(step: &Step) -> Option<&'static str> {
    match step {
        Step::GetToken(_)
        | Step::CallApi(_)
        | Step::ForceRefresh(_)
        | Step::Invalidate(_)
        | Step::Advance(_)
        | Step::Join(_)
        | Step::Release(_)
        | Step::Until(Until { held: None, .. }) => None,
        Step::Until(_) => Some("until: held"),
        Step::Freeze(_) => Some("freeze"),
        Step::Thaw(_) => Some("thaw"),
        Step::Suspend(_) => Some("suspend"),
        Step::Cancel(_) => Some("cancel"),
        Step::Restart(_) => Some("restart"),
        Step::Swap(_) => Some("swap"),
        Step::Idp(_) => Some("idp"),
    }
}

fn by_the_wire_alone(check: &Check) -> bool {
    check.given.as_ref().is_none_or(seen_given)
        && seen(&check.predicates())
        && check.any_of.iter().all(seen)
}

fn seen_given(given: &Given) -> bool {
    seen_selector(&given.selector())
}

fn seen(predicates: &Predicates) -> bool {
    let Predicates {
        never,
        count,
        each,
        gap,
        distinct: _,
        constant: _,
        order,
        overlap,
        spread,
        heeds: _,
    } = predicates;
    never.as_ref().is_none_or(seen_selector)
        && count.as_ref().is_none_or(|count| {
            seen_selector(&count.selector()) && !matches!(count.per, Some(Per::Client | Per::Call))
        })
        && each.as_ref().is_none_or(|each| {
            (each.of.is_none() || only_words(each))
                && each.client.is_none()
                && [&each.after, &each.before].into_iter().all(seen_moment)
                && each.presents != Some(Presents::Own)
        })
        && gap
            .as_ref()
            .is_none_or(|gap| gap.client.is_none() && seen_moment(&gap.after))
        && order.iter().all(seen_selector)
        && overlap
            .as_ref()
            .is_none_or(|overlap| seen_selector(&overlap.selector()))
        && spread.is_none()
}

/// Whether words are all that is asked about: what a command prints is searched for secrets.
fn only_words(each: &Each) -> bool {
    let mut bare = each.clone();
    (bare.of, bare.tells_secret) = (None, None);
    each.tells_secret.is_some() && bare == Each::default()
}

fn seen_selector(selector: &Selector) -> bool {
    selector.client.is_none()
        && selector.during.is_none()
        && selector.presents != Some(Presents::Own)
        && seen_moment(&selector.after)
        && seen_moment(&selector.before)
}

fn seen_moment(moment: &Option<After>) -> bool {
    match moment {
        None => true,
        Some(After::Step(_)) => false,
        Some(After::Exchange(selector)) => seen_selector(selector),
    }
}
