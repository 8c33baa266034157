//! Which endpoints must have been seen for a predicate to hold.

use crate::scenario::{Check, Each, Gap, Given, Predicates, Step, Target};
use crate::trace::Class;

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
    if given.selector() != crate::scenario::Selector::default() || given.at_least.is_some() {
        seen.push(given.to.unwrap_or(Target::Anything));
    }
    seen
}

fn by_predicates(view: &View<'_>, predicates: &Predicates) -> Vec<Target> {
    let mut seen = Vec::new();
    if let Some(count) = &predicates.count
        && (count.is.is_some_and(|n| n > 0) || count.at_least.is_some_and(|n| n > 0))
    {
        seen.push(count.to.unwrap_or(Target::Anything));
    }
    if let Some(Gap {
        between, from, to, ..
    }) = &predicates.gap
    {
        seen.extend(*between);
        seen.extend(from.map(|numbered| numbered.to));
        seen.extend(to.map(|numbered| numbered.to));
    }
    seen.extend(predicates.distinct.as_ref().map(|distinct| distinct.to));
    if let Some(each) = &predicates.each {
        seen.extend(each.to);
        seen.extend(by_outcomes(view, each));
    }
    seen
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
        Some((_, Step::CallApi(_), _)) if ok_only => vec![Target::Resource, Target::Token],
        Some(_) if ok_only => vec![Target::Token],
        _ => Vec::new(),
    }
}
