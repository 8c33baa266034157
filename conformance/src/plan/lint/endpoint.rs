//! Which endpoints must have been seen for a predicate to hold.

use crate::scenario::{
    Check, Count, Each, Gap, Given, GrantKind, Per, Predicates, Selector, Step, Target,
};
use crate::trace::{Class, Party};

use super::View;

/// The endpoints that a check cannot pass without.
///
/// A predicate over several events is inconclusive without them, and an `ok` counts only with its witness: a token that
/// the mock issued, a call that it served.
pub(super) fn seen_by(view: &View<'_>, check: &Check) -> Vec<Target> {
    let mut seen: Vec<Target> = check.given.iter().flat_map(by_given).collect();
    seen.extend(by_predicates(view, &check.predicates()));
    seen
}

/// The endpoint that must have been seen before a check says anything.
pub(super) fn by_given(given: &Given) -> Vec<Target> {
    let mut seen = Vec::new();
    if given.rotations.is_some() {
        seen.push(Target::Token);
    }
    if given.selector() != Selector::default() || given.at_least.is_some() {
        seen.extend(of_the_client(&given.selector()));
    }
    seen
}

fn by_predicates(view: &View<'_>, predicates: &Predicates) -> Vec<Target> {
    let Predicates {
        never: _,
        count,
        each,
        gap,
        distinct,
        constant,
        order,
        overlap,
        spread,
        heeds,
    } = predicates;
    let mut seen = Vec::new();
    if let Some(count) = count
        && !holds_of_none(count)
    {
        seen.extend(of_the_client(&count.selector()));
    }
    if let Some(Gap {
        between, from, to, ..
    }) = gap
    {
        seen.extend(*between);
        seen.extend(from.map(|numbered| numbered.to));
        seen.extend(to.map(|numbered| numbered.to));
    }
    seen.extend(distinct.as_ref().map(|distinct| distinct.to));
    seen.extend(constant.as_ref().map(|constant| constant.to));
    seen.extend(order.iter().filter_map(of_the_client));
    if let Some(overlap) = overlap
        && overlap.at_least.is_some_and(|least| least > 0)
    {
        seen.extend(of_the_client(&overlap.selector()));
    }
    // Nothing is said of how fewer than two clients are spread.
    if let Some(spread) = spread {
        seen.extend(of_the_client(&spread.selector()));
    }
    // Nothing is said of waits that nobody was told.
    seen.extend(heeds.as_ref().map(|heeds| heeds.to));
    if let Some(each) = each {
        if each.by != Some(Party::Intruder) {
            seen.extend(each.to);
        }
        seen.extend(by_outcomes(view, each));
    }
    seen
}

/// Where an exchange goes, if the client sends it.
fn of_the_client(selector: &Selector) -> Option<Target> {
    (selector.by != Some(Party::Intruder)).then(|| selector.to.unwrap_or(Target::Anything))
}

/// Whether a count is right when nothing happens. No token is shown then, so nothing is counted for any.
pub(super) fn holds_of_none(count: &Count) -> bool {
    let none_asked = count.is.unwrap_or(0) == 0 && count.at_least.unwrap_or(0) == 0;
    none_asked || count.per == Some(Per::Token)
}

/// A call that ends well has been served, with a token that has been issued.
fn by_outcomes(view: &View<'_>, each: &Each) -> Vec<Target> {
    let ok_only = each
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.class == [Class::Ok]);
    let step = each
        .of
        .as_ref()
        .and_then(|label| view.calls().find(|(known, _, _)| known == label));
    match step {
        Some((_, Step::CallApi(_), _)) if ok_only => {
            let served = std::iter::once(Target::Resource);
            served.chain(source(view)).collect()
        }
        Some(_) if ok_only => source(view).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Where the clients get their tokens; none if some have had theirs from the start.
fn source(view: &View<'_>) -> Option<Target> {
    let are_all = |kind| {
        let mut groups = view.cast.groups.iter();
        groups.all(|group| group.spec.grant_in_use() == kind)
    };
    let has = |kind| {
        let mut groups = view.cast.groups.iter();
        groups.any(|group| group.spec.grant_in_use() == kind)
    };
    match are_all(GrantKind::ManagedIdentity) {
        true => Some(Target::ManagedIdentity),
        false => (!has(GrantKind::ApiToken)).then_some(Target::Token),
    }
}
