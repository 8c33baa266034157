//! Predicates.

use super::steps::unknown_step;
use super::{Findings, View, below, selector};
use crate::diagnostic::{did_you_mean, listed};
use crate::scenario::{Count, Each, Gap, Predicates, Selector, Step, Target};
use crate::yaml::Node;

/// Details that a client can pass on to its caller.
const CARRIED: [&str; 3] = ["correlation_id", "trace_id", "claims"];

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
        self::each(view, below(node, &["each"]), each, found);
    }
    if let Some(gap) = &predicates.gap {
        self::gap(view, below(node, &["gap"]), gap, found);
    }
    if let Some(distinct) = &predicates.distinct
        && distinct.to != Target::Resource
        && distinct.to != Target::Token
    {
        found.push(view.problem(
            below(node, &["distinct", "to"]),
            "tokens are shown to `token` and `resource` only",
        ));
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
        (None, Some(least), Some(most)) if least > most => found.push(
            view.problem(
                below(node, &["at_least"]),
                format!("no number is at least {least} and at most {most}"),
            )
            .and(below(node, &["at_most"]).place(), "the other bound"),
        ),
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
}

fn each(view: &View<'_>, node: &Node, each: &Each, found: &mut Findings<'_>) {
    let of_outcomes = [
        ("outcome", each.outcome.is_some()),
        ("retries", each.retries.is_some()),
        ("same", each.same.is_some()),
        ("carries", !each.carries.is_empty()),
    ];
    let of_exchanges = [
        ("presents", each.presents.is_some()),
        ("auth_methods", each.auth_methods.is_some()),
        ("method", each.method.is_some()),
        ("leaks_secret", each.leaks_secret.is_some()),
    ];
    let narrowing = [("by", each.by.is_some()), ("grant", each.grant.is_some())];
    let (asked, foreign, what) = match (&each.of, each.to) {
        (Some(_), None) => (
            &of_outcomes[..],
            of_exchanges.iter().chain(&narrowing),
            "an outcome (`of`)",
        ),
        (None, Some(_)) => (
            &of_exchanges[..],
            of_outcomes.iter().chain(&[]),
            "an exchange (`to`)",
        ),
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
        if *present {
            found.push(view.problem(below(node, &[key]), format!("{what} has no `{key}`")));
        }
    }
    if !asked.iter().any(|(_, present)| *present) {
        found.push(view.problem(node, "`each` asks for nothing").note(format!(
            "{what} has {}",
            listed(asked.iter().map(|(key, _)| *key))
        )));
    }
    if let (Some(presents), to) = (&each.presents, each.to) {
        selector::presents(view, below(node, &["presents"]), presents, to, found);
    }
    if each.auth_methods.is_some() && each.to != Some(Target::Token) && each.of.is_none() {
        found.push(view.problem(
            below(node, &["auth_methods"]),
            "clients authenticate to `token` only",
        ));
    }
    if let Some(label) = &each.of {
        outcomes(view, node, each, label, found);
    }
}

fn outcomes(view: &View<'_>, node: &Node, each: &Each, label: &str, found: &mut Findings<'_>) {
    let Some((_, step, _)) = view.calls().find(|(known, _, _)| *known == label) else {
        found.push(unknown_step(view, below(node, &["of"]), label));
        return;
    };
    if each.retries.is_some() && !matches!(step, Step::CallApi(_)) {
        found.push(
            view.problem(
                below(node, &["retries"]),
                "`retries` counts requests to the resource",
            )
            .help("only `call_api` makes them"),
        );
    }
    if each.same.is_some() && matches!(step, Step::CallApi(_)) {
        found.push(
            view.problem(below(node, &["same"]), "`call_api` hands out no token")
                .help("use `get_token`, or `distinct` for what the resource was shown"),
        );
    }
    let list = below(node, &["carries"]);
    for (at, name) in each.carries.iter().enumerate() {
        if !CARRIED.contains(&name.as_str()) {
            let node = list.items().get(at).unwrap_or(list);
            found.push(
                view.problem(node, format!("unknown detail `{name}`"))
                    .label_if(did_you_mean(name, CARRIED))
                    .note(format!("the details are {}", listed(CARRIED))),
            );
        }
    }
}

fn gap(view: &View<'_>, node: &Node, gap: &Gap, found: &mut Findings<'_>) {
    match (gap.between, gap.from, gap.to) {
        (Some(_), None, None) | (None, Some(_), Some(_)) => {}
        (None, None, None) => found.push(
            view.problem(node, "`gap` between nothing")
                .help("write `between: token`, or `from: token#1` and `to: token#2`"),
        ),
        (Some(_), _, _) => found.push(
            view.problem(
                below(node, &["between"]),
                "`between` together with `from` or `to`",
            )
            .help("`between` speaks of all consecutive requests already"),
        ),
        (None, Some(_), None) => found.push(view.problem(node, "`from` without `to`")),
        (None, None, Some(_)) => found.push(view.problem(node, "`to` without `from`")),
    }
    if let (Some(from), Some(to)) = (gap.from, gap.to)
        && from.to == to.to
        && from.ordinal >= to.ordinal
    {
        found.push(view.problem(
            below(node, &["to"]),
            format!("`{to}` does not come after `{from}`"),
        ));
    }
    if gap.growing && gap.between.is_none() {
        found.push(
            view.problem(below(node, &["growing"]), "one gap cannot grow")
                .help("use `between`"),
        );
    }
    match (gap.at_least, gap.at_most) {
        (None, None) if !gap.growing => found.push(
            view.problem(node, "`gap` without a length")
                .help("write `at_least`, `at_most` or `growing: true`"),
        ),
        (Some(least), Some(most)) if least > most => found.push(
            view.problem(
                below(node, &["at_least"]),
                format!("no gap is at least {least} and at most {most}"),
            )
            .and(below(node, &["at_most"]).place(), "the other bound"),
        ),
        _ => {}
    }
}
