//! Predicates: numbers and lengths that contradict each other, or ask for nothing.

use super::{Findings, View, below, each, field, gap, selector};
use crate::scenario::{Count, Heeds, Overlap, Per, Predicates, Selector, Spread, Target};
use crate::yaml::Node;

pub(super) fn examine(
    view: &View<'_>,
    node: &Node,
    predicates: &Predicates,
    found: &mut Findings<'_>,
) {
    if let Some(never) = &predicates.never {
        let node = below(node, &["never"]);
        if *never == Selector::default() {
            found.push(
                view.problem(node, "`never` names no exchange")
                    .help("write for instance `never: { to: resource, presents: expired }`"),
            );
        }
        selector::examine(view, node, never, found);
    }
    if let Some(count) = &predicates.count {
        self::count(view, below(node, &["count"]), count, found);
    }
    if let Some(each) = &predicates.each {
        each::examine(view, below(node, &["each"]), each, found);
    }
    if let Some(gap) = &predicates.gap {
        gap::examine(view, below(node, &["gap"]), gap, found);
    }
    field::examine(view, node, predicates, found);
    order(view, node, &predicates.order, found);
    if let Some(overlap) = &predicates.overlap {
        self::overlap(view, below(node, &["overlap"]), overlap, found);
    }
    if let Some(heeds) = &predicates.heeds {
        self::heeds(view, below(node, &["heeds"]), heeds, found);
    }
    if let Some(spread) = &predicates.spread {
        self::spread(view, below(node, &["spread"]), spread, found);
    }
}

fn heeds(view: &View<'_>, node: &Node, heeds: &Heeds, found: &mut Findings<'_>) {
    if heeds.to == Target::Foreign {
        found.push(
            view.problem(below(node, &["to"]), "a stranger tells nobody to wait")
                .help("use `token` or `resource`"),
        );
    }
}

fn count(view: &View<'_>, node: &Node, count: &Count, found: &mut Findings<'_>) {
    selector::examine(view, node, &count.selector(), found);
    match (count.is, count.at_least, count.at_most) {
        (None, None, None) => found.push(
            view.problem(node, "`count` without a number")
                .help("write `is`, `at_least` or `at_most`"),
        ),
        (Some(_), None, None) | (None, _, None) => {}
        (Some(_), _, _) => found.push(
            view.problem(
                below(node, &["is"]),
                "`is` together with `at_least` or `at_most`",
            )
            .help("an exact number needs no bounds"),
        ),
        (None, Some(least), Some(most)) if least > most => {
            found.push(contradiction(view, node, "number", least, most));
        }
        (None, _, Some(_)) => {}
    }
    if count.at_least == Some(0) {
        found.push(view.problem(below(node, &["at_least"]), "a count is always at least 0"));
    }
    if let Some(within) = count.within {
        if count.at_most.is_none() {
            found.push(
                view.problem(below(node, &["within"]), "`within` without `at_most`")
                    .help("a window that slides bounds a count from above only"),
            );
        }
        if within.0.is_zero() {
            found.push(view.problem(below(node, &["within"]), "a window of no length"));
        }
    }
    if let Some(per) = count.per {
        self::per(view, node, count, per, found);
    }
}

fn per(view: &View<'_>, node: &Node, count: &Count, per: Per, found: &mut Findings<'_>) {
    let at = below(node, &["per"]);
    match per {
        Per::Client if one_client(view, count.client.as_deref()) => found.push(
            view.problem(at, "`per: client` with one client")
                .help("remove `per`"),
        ),
        Per::Token if !matches!(count.to, Some(Target::Token | Target::Resource)) => {
            found.push(
                view.problem(at, "tokens are shown to `token` and `resource` only")
                    .help("say which with `to`"),
            );
        }
        _ => {}
    }
}

/// Whether a filter, or the case, leaves only one client.
fn one_client(view: &View<'_>, filter: Option<&str>) -> bool {
    match filter {
        None => view.cast.size() == 1,
        Some(name) => {
            let names = [name.to_owned()];
            view.cast.number_of(Some(&names)) == 1
        }
    }
}

fn order(view: &View<'_>, node: &Node, order: &[Selector], found: &mut Findings<'_>) {
    let Some(list) = node.get("order") else {
        return;
    };
    if order.len() < 2 {
        found.push(
            view.problem(list, "an order of fewer than two exchanges")
                .help("write for instance `order: [{ to: resource, status: 401 }, { to: token }]`"),
        );
    }
    for (selector, node) in order.iter().zip(list.items()) {
        if *selector == Selector::default() {
            found.push(
                view.problem(node, "any exchange at all")
                    .help("say which, such as `{ to: token }`"),
            );
        }
        selector::examine(view, node, selector, found);
    }
}

fn overlap(view: &View<'_>, node: &Node, overlap: &Overlap, found: &mut Findings<'_>) {
    selector::examine(view, node, &overlap.selector(), found);
    match (overlap.at_least, overlap.at_most) {
        (None, None) => found.push(
            view.problem(node, "`overlap` without a number")
                .help("write `at_least` or `at_most`"),
        ),
        (Some(least), Some(most)) if least > most => {
            found.push(contradiction(view, node, "number", least, most));
        }
        _ => {}
    }
    if overlap.at_least.is_some_and(|least| least < 2) {
        found.push(
            view.problem(
                below(node, &["at_least"]),
                "fewer than two exchanges at once are no overlap",
            )
            .help("use `count` to ask whether there was one"),
        );
    }
    if overlap.at_most == Some(0) {
        found.push(
            view.problem(below(node, &["at_most"]), "no exchange at all")
                .help("use `never`"),
        );
    }
}

fn spread(view: &View<'_>, node: &Node, spread: &Spread, found: &mut Findings<'_>) {
    selector::examine(view, node, &spread.selector(), found);
    if one_client(view, spread.client.as_deref()) {
        found.push(
            view.problem(node, "one client is not spread")
                .help("give the case several: `clients: { fleet: { count: 10 } }`"),
        );
    }
    match (spread.at_least, spread.at_most) {
        (None, None) => found.push(
            view.problem(node, "`spread` without a length")
                .help("write `at_least` or `at_most`"),
        ),
        (Some(least), Some(most)) if least > most => {
            found.push(contradiction(view, node, "spread", least, most));
        }
        _ => {}
    }
    if spread.at_least.is_some_and(|least| least.0.is_zero()) {
        found.push(view.problem(
            below(node, &["at_least"]),
            "a spread is always at least nothing",
        ));
    }
}

fn contradiction(
    view: &View<'_>,
    node: &Node,
    what: &str,
    least: impl std::fmt::Display,
    most: impl std::fmt::Display,
) -> crate::diagnostic::Diagnostic {
    view.problem(
        below(node, &["at_least"]),
        format!("no {what} is at least {least} and at most {most}"),
    )
    .and(below(node, &["at_most"]).place(), "the other bound")
}
