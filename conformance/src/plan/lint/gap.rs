//! `gap:` time between exchanges.

use super::selector::moment;
use super::{Findings, View, below, clients};
use crate::scenario::Gap;
use crate::yaml::Node;

/// The steepest growth that can be asked for.
const MAX_GROWTH: f64 = 1_000.0;

pub(super) fn examine(view: &View<'_>, node: &Node, gap: &Gap, found: &mut Findings<'_>) {
    ends(view, node, gap, found);
    narrowed(view, node, gap, found);
    growth(view, node, gap, found);
    match (gap.at_least, gap.at_most) {
        (None, None) if !gap.growing && gap.growth.is_none() => found.push(
            view.problem(node, "`gap` without a length")
                .help("write `at_least`, `at_most`, `growing: true` or `growth: 1.5`"),
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
    if let Some(least) = gap.at_least
        && !least.0.is_zero()
        && gap.tolerance >= least
    {
        found.push(
            view.problem(
                below(node, &["tolerance"]),
                "the tolerance takes away all that is asked for",
            )
            .and(below(node, &["at_least"]).place(), "what is asked for"),
        );
    }
}

fn ends(view: &View<'_>, node: &Node, gap: &Gap, found: &mut Findings<'_>) {
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
}

/// `client` and `after`.
fn narrowed(view: &View<'_>, node: &Node, gap: &Gap, found: &mut Findings<'_>) {
    for (key, present) in [
        ("client", gap.client.is_some()),
        ("after", gap.after.is_some()),
    ] {
        if present && gap.between.is_none() {
            found.push(
                view.problem(below(node, &[key]), format!("`{key}` without `between`"))
                    .help("`from` and `to` name their requests already"),
            );
        }
    }
    if let Some(client) = &gap.client {
        clients::filter_name(view, below(node, &["client"]), client, found);
    }
    moment(view, node, "after", gap.after.as_ref(), found);
}

fn growth(view: &View<'_>, node: &Node, gap: &Gap, found: &mut Findings<'_>) {
    for (key, present) in [("growing", gap.growing), ("growth", gap.growth.is_some())] {
        if present && gap.between.is_none() {
            found.push(
                view.problem(below(node, &[key]), "one gap cannot grow")
                    .help("use `between`"),
            );
        }
    }
    let Some(growth) = gap.growth else { return };
    let at = below(node, &["growth"]);
    if gap.growing {
        found.push(
            view.problem(at, "`growing` and `growth` in one gap")
                .and(below(node, &["growing"]).place(), "at least as long")
                .help("`growth` says more: remove `growing`"),
        );
    }
    // Written so that what is no number is refused too.
    if !(growth > 0.0 && growth <= MAX_GROWTH) {
        found.push(
            view.problem(at, format!("no gap grows {growth} times"))
                .help(format!(
                    "write a number above 0 and up to {MAX_GROWTH}, such as `1.5`"
                )),
        );
    }
}
