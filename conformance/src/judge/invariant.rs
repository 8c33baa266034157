//! `invariant`: something is the same in every variation of `vary`.

use std::collections::BTreeMap;

use super::view::{Placed, View, class, numbers, stopped};
use super::{witness, words};
use crate::scenario::{Facet, Target};
use crate::trace::{Caller, Class, Party};
use crate::verdict::Finding;

fn expects(facet: Facet) -> String {
    let what = match facet {
        Facet::OutcomeClass => "the same outcomes",
        Facet::WireCount => "the same number of requests to each endpoint",
    };
    format!("{what} in all variations")
}

/// The finding over all runs, and the variation that shows it.
///
/// Where each variation is played several times, those of one turn are compared with each other: another seed may well lead
/// to another number of requests. The worst turn counts.
pub(super) fn judge(facet: Facet, views: &[View<'_>]) -> (Finding, usize) {
    let mut turns: Vec<Vec<&View<'_>>> = Vec::new();
    for view in views {
        match turns
            .iter_mut()
            .find(|turn| turn.iter().any(|other| other.repetition == view.repetition))
        {
            Some(turn) => turn.push(view),
            None => turns.push(vec![view]),
        }
    }
    let mut worst: Option<(Finding, usize)> = None;
    for turn in turns {
        let next = in_one_turn(facet, &turn);
        if worst
            .as_ref()
            .is_none_or(|(worst, _)| next.0.verdict.rank() > worst.verdict.rank())
        {
            worst = Some(next);
        }
    }
    worst.unwrap_or_else(|| in_one_turn(facet, &[]))
}

fn in_one_turn(facet: Facet, views: &[&View<'_>]) -> (Finding, usize) {
    let expected = expects(facet);
    let Some((first, others)) = views.split_first() else {
        return (
            Finding::inconclusive(expected, "nothing was played".to_owned()),
            0,
        );
    };
    if others.is_empty() {
        let missing = "only one variation was played".to_owned();
        return (Finding::inconclusive(expected, missing), first.variation);
    }
    if let Some(found) = views
        .iter()
        .find_map(|view| Some((unfit(facet, view)?, view.variation)))
    {
        return found;
    }
    for other in others {
        let difference = match facet {
            Facet::OutcomeClass => classes_differ(first, other),
            Facet::WireCount => counts_differ(first, other),
        };
        if let Some((observed, exchanges)) = difference {
            return (
                Finding::fail(expected, observed, exchanges),
                other.variation,
            );
        }
    }
    match views
        .iter()
        .find_map(|view| Some((view.budget()?, view.variation)))
    {
        Some((limit, variation)) => (
            Finding::fail(expected, stopped(limit), Vec::new()),
            variation,
        ),
        None => (Finding::pass(), first.variation),
    }
}

/// Why a run has nothing to compare.
fn unfit(facet: Facet, view: &View<'_>) -> Option<Finding> {
    match facet {
        Facet::OutcomeClass if view.is_passive() => Some(Finding::not_applicable(
            expects(facet),
            "needs a driver: nobody reports outcomes in passive mode".to_owned(),
        )),
        Facet::OutcomeClass if view.trace.outcomes.is_empty() => Some(Finding::inconclusive(
            expects(facet),
            "no call was made".to_owned(),
        )),
        Facet::OutcomeClass => view
            .outcomes(None)
            .into_iter()
            .find_map(|o| witness::missing(view, o)),
        Facet::WireCount if view.requests(Target::Anything).is_empty() => Some(
            Finding::inconclusive(expects(facet), "no request was seen".to_owned()),
        ),
        Facet::WireCount => None,
    }
}

fn classes_differ(first: &View<'_>, other: &View<'_>) -> Option<(String, Vec<u64>)> {
    let classes = |view: &View<'_>| -> BTreeMap<Caller, Class> {
        let outcomes = view.trace.outcomes.iter();
        outcomes.map(|o| (o.caller.clone(), class(o))).collect()
    };
    let (here, there) = (classes(first), classes(other));
    let caller = here
        .keys()
        .chain(there.keys())
        .find(|caller| here.get(caller) != there.get(caller))?;
    let ended = |class: Option<&Class>| match class {
        Some(class) => format!("ended {class}"),
        None => "was not called".to_owned(),
    };
    let observed = format!(
        "{} {} with {}, but {} with {}",
        words::caller(caller),
        ended(here.get(caller)),
        named(first),
        ended(there.get(caller)),
        named(other)
    );
    let outcome = other.trace.outcomes.iter().find(|o| o.caller == *caller);
    let caused = outcome.map_or_else(Vec::new, |o| witness::requests(other, o, Target::Anything));
    Some((observed, numbers(caused)))
}

fn counts_differ(first: &View<'_>, other: &View<'_>) -> Option<(String, Vec<u64>)> {
    let counts = |view: &View<'_>| {
        let mut counts = BTreeMap::new();
        for sent in view.requests(Target::Anything) {
            *counts.entry(sent.exchange.entry.endpoint).or_insert(0u64) += 1;
        }
        counts
    };
    let (here, there) = (counts(first), counts(other));
    let endpoint = here
        .keys()
        .chain(there.keys())
        .find(|endpoint| here.get(endpoint) != there.get(endpoint))?;
    let number = |n: Option<&u64>| words::count(n.copied().unwrap_or(0), "request");
    let observed = format!(
        "{} to {} with {}, but {} with {}",
        number(here.get(endpoint)),
        endpoint.name(),
        named(first),
        number(there.get(endpoint)),
        named(other)
    );
    let sent: Vec<Placed<'_>> = other
        .exchanges()
        .filter(|sent| sent.exchange.by == Party::Client)
        .filter(|sent| sent.exchange.entry.endpoint == *endpoint)
        .collect();
    Some((observed, numbers(sent)))
}

fn named(view: &View<'_>) -> String {
    match view.name.as_str() {
        "" => format!("variation {}", view.variation + 1),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::fixture::{
        Tale, call, finding, got, judged, resource, runs, tale, token, told, with_body,
    };
    use crate::judge::judge;
    use crate::scenario::Cell;
    use crate::trace::{Class, Operation};
    use crate::verdict::Level;

    fn verdict(tales: &[Tale], facet: &str) -> String {
        told(&finding(tales, invariant(facet)))
    }

    fn invariant(facet: &str) -> Value {
        json!({ "invariant": [facet] })
    }

    fn ended(class: Class) -> Tale {
        tale([token(0).status(400)]).said([call(Operation::GetToken, "a", 1, 0).class(class)])
    }

    #[test]
    fn outcomes_are_the_same_in_all_variations() {
        let same = [ended(Class::ReauthRequired), ended(Class::ReauthRequired)];
        insta::assert_snapshot!(verdict(&same, "outcome.class"), @"pass");
        let differ = [same[0].clone(), same[1].clone(), ended(Class::Transient)];
        insta::assert_snapshot!(verdict(&differ, "outcome.class"), @"fail | expected the same outcomes in all variations | observed a#1 ended reauth_required with n=1, but ended transient with n=3 | #1");
        assert_eq!(judged(&differ, invariant("outcome.class")).variation, 2);
        let fewer = [
            same[0].clone(),
            tale([token(0)]).said([got("b", 1, 0, "AT#1")]),
        ];
        insta::assert_snapshot!(verdict(&fewer, "outcome.class"), @"fail | expected the same outcomes in all variations | observed a#1 ended reauth_required with n=1, but was not called with n=2");
    }

    #[test]
    fn requests_are_as_many_in_all_variations() {
        let one = tale([token(0), resource(0)]);
        let retried = tale([token(0), resource(0), resource(1), token(1).by_intruder()]);
        insta::assert_snapshot!(verdict(&[one.clone(), one.clone()], "wire.count"), @"pass");
        insta::assert_snapshot!(verdict(&[one.clone(), retried], "wire.count"), @"fail | expected the same number of requests to each endpoint in all variations | observed 1 request to resource with n=1, but 2 requests with n=2 | #2 #3");
        insta::assert_snapshot!(verdict(&[one, tale([token(0)])], "wire.count"), @"fail | expected the same number of requests to each endpoint in all variations | observed 1 request to resource with n=1, but no request with n=2");
    }

    #[test]
    fn without_something_to_compare_nothing_is_said() {
        let one = ended(Class::Transient);
        insta::assert_snapshot!(verdict(std::slice::from_ref(&one), "outcome.class"), @"inconclusive | expected the same outcomes in all variations | observed only one variation was played");
        insta::assert_snapshot!(verdict(&[tale([]), tale([])], "outcome.class"), @"inconclusive | expected the same outcomes in all variations | observed no call was made");
        insta::assert_snapshot!(verdict(&[tale([]), tale([])], "wire.count"), @"inconclusive | expected the same number of requests to each endpoint in all variations | observed no request was seen");
        let passive = [one.clone().passive(), one.clone().passive()];
        insta::assert_snapshot!(verdict(&passive, "outcome.class"), @"not applicable | expected the same outcomes in all variations | observed needs a driver: nobody reports outcomes in passive mode");
        insta::assert_snapshot!(verdict(&passive, "wire.count"), @"pass");
    }

    #[test]
    fn lies_and_cuts_do_not_pass() {
        let lie = tale([token(0)]).said([call(Operation::GetToken, "a", 1, 0)]);
        insta::assert_snapshot!(verdict(&[lie.clone(), lie], "outcome.class"), @"error | observed the driver said ok for a#1, but it handed out a token that the mock did not issue");
        let cut = ended(Class::Transient).over_budget(1);
        insta::assert_snapshot!(verdict(&[ended(Class::Transient), cut], "wire.count"), @"fail | expected the same number of requests to each endpoint in all variations | observed stopped after 1 request");
    }

    #[test]
    fn a_given_holds_for_invariants_too() {
        let mut check = invariant("wire.count");
        check["given"] = json!({ "to": "resource" });
        let tales = [tale([token(0)]), tale([token(0), token(1)])];
        insta::assert_snapshot!(told(&finding(&tales, check)), @"inconclusive | expected given at least 1 request to resource | observed no request to resource was observed (needs 1)");
    }

    #[test]
    fn plays_of_one_variation_are_not_compared_with_each_other() {
        let cells = |axis: &[(&str, &str)]| -> Vec<Cell> {
            axis.iter()
                .map(|(n, run)| {
                    let cell = [("n", *n), ("run", *run)].into_iter();
                    cell.filter(|(_, value)| !value.is_empty())
                        .map(|(axis, value)| (axis.to_owned(), value.to_owned()))
                        .collect()
                })
                .collect()
        };
        let verdict = |axis: &[(&str, &str)], requests: &[i64]| {
            let check = invariant("wire.count");
            let case = with_body("area/name", Level::Must, [check], json!({}), cells(axis));
            let tales: Vec<Tale> = requests.iter().map(|n| tale((0..*n).map(token))).collect();
            let judgement = judge(&case, &runs(&tales)).remove(0);
            format!("{} ({})", told(&judgement.finding), judgement.variation)
        };
        let both = [("1", "1"), ("2", "1"), ("1", "2"), ("2", "2")];
        insta::assert_snapshot!(verdict(&both, &[1, 1, 2, 2]), @"pass (0)");
        insta::assert_snapshot!(verdict(&both, &[1, 1, 2, 3]), @"fail | expected the same number of requests to each endpoint in all variations | observed 2 requests to token with n=1, run=2, but 3 requests with n=2, run=2 | #1 #2 #3 (3)");
        insta::assert_snapshot!(verdict(&[("", "1"), ("", "2")], &[1, 1]), @"inconclusive | expected the same number of requests to each endpoint in all variations | observed only one variation was played (0)");
    }
}
