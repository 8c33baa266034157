//! `order`: such exchanges occur, one after another.

use super::matching::select;
use super::view::{Placed, View, numbers};
use super::words;
use crate::scenario::Selector;
use crate::verdict::Finding;

pub(super) fn expects(order: &[Selector]) -> String {
    let steps: Vec<String> = order
        .iter()
        .map(|selector| format!("a request{}", words::like(selector)))
        .collect();
    steps.join(", then ")
}

/// For each selector the first exchange that is later than the one found before: if there is any such sequence, this finds one.
pub(super) fn judge(order: &[Selector], view: &View<'_>) -> Finding {
    let mut found: Vec<Placed<'_>> = Vec::new();
    let mut lasting = true;
    for selector in order {
        let matches = match select(view, selector) {
            Ok(matches) => matches,
            Err(missing) => return missing.finding(expects(order)),
        };
        let place = |sent: &Placed<'_>| (sent.exchange.entry.at, sent.index);
        let last = found.last().map(place);
        let next = matches
            .exchanges
            .iter()
            .filter(|sent| last.is_none_or(|last| place(sent) > last))
            .min_by_key(|sent| place(sent));
        if let Some(next) = next {
            found.push(*next);
            lasting &= matches.lasting;
            continue;
        }
        if let Some(unseen) = matches.unseen {
            return Finding::inconclusive(expects(order), unseen);
        }
        let like = words::like(selector);
        let observed = match found.last() {
            None => format!("no request{like} was seen"),
            Some(last) => {
                let mut observed = format!(
                    "no request{like} came after #{}",
                    last.exchange.entry.number
                );
                let sooner = matches.exchanges.iter().max_by_key(|sent| place(sent));
                if let Some(sooner) = sooner.filter(|sooner| sooner.index != last.index) {
                    let number = sooner.exchange.entry.number;
                    observed.push_str(&format!(" (the last was #{number})"));
                }
                observed
            }
        };
        return Finding::fail(expects(order), observed, numbers(found));
    }
    view.pass(lasting, || expects(order))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::judge::fixture::{resource, tale, token};
    use crate::verdict::Verdict;

    /// One forced refresh between two attempts.
    fn refreshes_between() -> Value {
        json!({ "order": [{ "to": "resource", "status": 401 }, { "to": "token" }, { "to": "resource" }] })
    }

    #[test]
    fn one_after_another() {
        let check = refreshes_between();
        let good = tale([token(0), resource(0).status(401), token(0), resource(0)]);
        insta::assert_snapshot!(good.verdict(check.clone()), @"pass");
        // What else comes in between does not matter.
        let busy = tale([
            resource(0).status(401),
            resource(1).status(401),
            token(2),
            token(3),
            resource(4),
        ]);
        insta::assert_snapshot!(busy.verdict(check.clone()), @"pass");
        insta::assert_snapshot!(good.clone().passive().verdict(check.clone()), @"pass");
        let stubborn = tale([token(0), resource(0).status(401), resource(0)]);
        insta::assert_snapshot!(stubborn.verdict(check.clone()), @"fail | expected a request to resource answered with 401, then a request to token, then a request to resource | observed no request to token came after #2 (the last was #1) | #2");
        let gives_up = tale([resource(0).status(401), token(1)]);
        insta::assert_snapshot!(gives_up.verdict(check.clone()), @"fail | expected a request to resource answered with 401, then a request to token, then a request to resource | observed no request to resource came after #2 (the last was #1) | #1 #2");
        insta::assert_snapshot!(gives_up.passive().verdict(check.clone()), @"fail | expected a request to resource answered with 401, then a request to token, then a request to resource | observed no request to resource came after #2 (the last was #1) | #1 #2");
        insta::assert_snapshot!(tale([token(0), resource(1)]).verdict(check.clone()), @"fail | expected a request to resource answered with 401, then a request to token, then a request to resource | observed no request to resource answered with 401 was seen");
        insta::assert_snapshot!(tale([]).verdict(check), @"fail | expected a request to resource answered with 401, then a request to token, then a request to resource | observed no request to resource answered with 401 was seen");
    }

    #[test]
    fn an_exchange_stands_for_one_place_only() {
        let check = json!({ "order": [{ "to": "token" }, { "to": "token" }] });
        insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"fail | expected a request to token, then a request to token | observed no request to token came after #1 | #1");
        insta::assert_snapshot!(tale([token(0), token(0)]).verdict(check), @"pass");
    }

    #[test]
    fn what_was_seen_stays_seen() {
        let cut = tale([resource(0).status(401), token(0), resource(0)]).over_budget(3);
        insta::assert_snapshot!(cut.verdict(refreshes_between()), @"pass");
        let cut = tale([resource(0).status(401), token(0)]).over_budget(2);
        insta::assert_snapshot!(cut.verdict(refreshes_between()), @"fail | expected a request to resource answered with 401, then a request to token, then a request to resource | observed no request to resource came after #2 (the last was #1); stopped after 2 requests | #1 #2");
    }

    #[test]
    fn a_place_in_time_must_exist_and_have_been_seen() {
        let check = |second: Value| json!({ "order": [{ "to": "token" }, second] });
        let tale = tale([token(0), resource(1)]).ended(5);
        let step = json!({ "to": "token", "after": "c" });
        insta::assert_snapshot!(tale.verdict(check(step.clone())), @"inconclusive | expected a request to token, then a request to token after step `c` began | observed step `c` never began");
        insta::assert_snapshot!(tale.clone().passive().verdict(check(step)), @"not applicable | expected a request to token, then a request to token after step `c` began | observed needs a driver: no steps are played in passive mode");
        let soon = json!({ "to": "token", "after": { "to": "resource" }, "for": "30s" });
        insta::assert_snapshot!(tale.verdict(check(soon)), @"inconclusive | expected a request to token, then a request to token within 30 s after the first request to resource | observed the run ended 4 s into these 30 s");
    }

    proptest! {
        /// There is an order if any choice of exchanges, in any way, is one.
        #[test]
        fn orders_agree_with_trying_everything(
            run in prop::collection::vec((0i64..6, 0u16..4), 0..7),
            wanted in prop::collection::vec(0u16..4, 1..4),
        ) {
            let status = |kind: u16| 200 + kind;
            let mut placed: Vec<(i64, usize, u16)> =
                run.iter().enumerate().map(|(index, (at, kind))| (*at, index, *kind)).collect();
            let sent = run.iter().map(|(at, kind)| token(*at).status(status(*kind)));
            let order: Vec<Value> =
                wanted.iter().map(|kind| json!({ "status": status(*kind) })).collect();
            let verdict = tale(sent).finding(json!({ "order": order })).verdict;
            placed.sort_unstable();
            let kinds: Vec<u16> = placed.into_iter().map(|(_, _, kind)| kind).collect();
            let possible = (0u32..1 << kinds.len()).any(|choice| {
                let chosen: Vec<u16> = kinds
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| choice >> index & 1 == 1)
                    .map(|(_, kind)| *kind)
                    .collect();
                chosen == wanted
            });
            prop_assert_eq!(verdict, if possible { Verdict::Pass } else { Verdict::Fail });
        }
    }
}
