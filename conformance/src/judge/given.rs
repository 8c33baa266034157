//! `given`: what must have happened before a check says anything.

use mock_idp::ledger::TokenKind;

use super::matching::select;
use super::view::View;
use super::words;
use crate::scenario::{Given, Selector};
use crate::verdict::Finding;

/// The finding of a check whose given was not met; none if it was.
pub(super) fn unmet(given: &Given, view: &View<'_>) -> Option<Finding> {
    exchanges(given, view).or_else(|| rotations(given, view))
}

fn exchanges(given: &Given, view: &View<'_>) -> Option<Finding> {
    let selector = given.selector();
    // `given: { rotations: 1 }` asks for rotations alone.
    if given.rotations.is_some() && given.at_least.is_none() && selector == Selector::default() {
        return None;
    }
    let needed = u64::from(given.at_least.unwrap_or(1));
    let expected = || format!("given at least {}", words::requests(needed, &selector));
    let seen = match select(view, &selector) {
        Ok(matches) => matches.exchanges.len() as u64,
        Err(missing) => return Some(missing.finding(expected())),
    };
    (seen < needed).then(|| {
        let what = words::requests(seen, &selector);
        Finding::inconclusive(expected(), words::too_few(seen, &what, needed))
    })
}

fn rotations(given: &Given, view: &View<'_>) -> Option<Finding> {
    let needed = u64::from(given.rotations?);
    let expected = || format!("given at least {}", words::count(needed, "rotation"));
    let whose = Selector {
        by: given.by,
        client: given.client.clone(),
        ..Selector::default()
    };
    let sent = match select(view, &whose) {
        Ok(matches) => matches.exchanges,
        Err(missing) => return Some(missing.finding(expected())),
    };
    let seen = sent
        .into_iter()
        .filter(|sent| {
            let entry = &sent.exchange.entry;
            let spent = entry.presented.as_ref().and_then(|shown| shown.token);
            let given = entry.reply.iter().flat_map(|reply| &reply.issued);
            spent.is_some_and(|spent| {
                spent.kind == TokenKind::Refresh
                    && given
                        .into_iter()
                        .any(|l| l.kind == TokenKind::Refresh && *l != spent)
            })
        })
        .count() as u64;
    (seen < needed).then(|| {
        Finding::inconclusive(
            expected(),
            words::too_few(seen, &words::count(seen, "rotation"), needed),
        )
    })
}

#[cfg(test)]
mod tests {
    use mock_idp::journal::Delivery;
    use serde_json::{Value, json};

    use crate::judge::fixture::{Tale, resource, tale, token};

    fn under(given: Value, tale: &Tale) -> String {
        tale.verdict(json!({ "count": { "to": "resource", "at_most": 9 }, "given": given }))
    }

    #[test]
    fn exchanges_must_have_happened() {
        let one = tale([token(0).status(400).error("invalid_grant"), resource(1)]);
        insta::assert_snapshot!(under(json!({ "to": "token" }), &one), @"pass");
        insta::assert_snapshot!(under(json!({ "to": "token", "at_least": 3 }), &one), @"inconclusive | expected given at least 3 requests to token | observed 1 request to token was observed (needs 3)");
        insta::assert_snapshot!(under(json!({ "to": "token", "error": "invalid_grant", "status": 400 }), &one), @"pass");
        insta::assert_snapshot!(under(json!({ "to": "token", "error": "invalid_client" }), &one), @"inconclusive | expected given at least 1 request to token answered with invalid_client | observed no request to token answered with invalid_client was observed (needs 1)");
        insta::assert_snapshot!(under(json!({ "to": "token", "after": "b" }), &one), @"inconclusive | expected given at least 1 request to token after step `b` began | observed step `b` never began");
        insta::assert_snapshot!(under(json!({ "to": "token", "after": { "status": 401 } }), &one), @"inconclusive | expected given at least 1 request to token after the first request answered with 401 | observed no request answered with 401 was seen");
        let two = tale([token(0), token(1)]);
        insta::assert_snapshot!(under(json!({ "to": "token", "at_least": 3 }), &two), @"inconclusive | expected given at least 3 requests to token | observed 2 requests to token were observed (needs 3)");
    }

    #[test]
    fn rotations_are_counted_even_if_the_answer_was_lost() {
        let rotated = tale([token(0).shows("RT#1").issues("AT#1 RT#2")]);
        insta::assert_snapshot!(under(json!({ "rotations": 1 }), &rotated), @"pass");
        insta::assert_snapshot!(under(json!({ "rotations": 2 }), &rotated), @"inconclusive | expected given at least 2 rotations | observed 1 rotation was observed (needs 2)");
        let lost = tale([token(0)
            .shows("RT#1")
            .issues("AT#1 RT#2")
            .lost(Delivery::Reset)]);
        insta::assert_snapshot!(under(json!({ "rotations": 1 }), &lost), @"pass");
        let kept = tale([
            token(0).shows("RT#1").issues("AT#1 RT#1"),
            token(1).issues("AT#2 RT#5"),
        ]);
        insta::assert_snapshot!(under(json!({ "rotations": 1 }), &kept), @"inconclusive | expected given at least 1 rotation | observed no rotation was observed (needs 1)");
    }

    #[test]
    fn a_broken_check_is_still_inconclusive() {
        let tale = tale([resource(0), resource(0)]);
        let check =
            json!({ "count": { "to": "resource", "at_most": 1 }, "given": { "to": "token" } });
        insta::assert_snapshot!(tale.verdict(check), @"inconclusive | expected given at least 1 request to token | observed no request to token was observed (needs 1)");
    }

    #[test]
    fn of_one_client_only() {
        let rotates = token(0).shows("RT#1").issues("AT#1 RT#2").of("a");
        let tale = tale([rotates, resource(1).of("b")]).cast(&["a", "b"]);
        insta::assert_snapshot!(under(json!({ "rotations": 1, "client": "a" }), &tale), @"pass");
        insta::assert_snapshot!(under(json!({ "rotations": 1, "client": "b" }), &tale), @"inconclusive | expected given at least 1 rotation | observed no rotation was observed (needs 1)");
        insta::assert_snapshot!(under(json!({ "rotations": 1, "client": "c" }), &tale), @"inconclusive | expected given at least 1 request by `c` | observed no client is called `c`");
        insta::assert_snapshot!(under(json!({ "to": "token", "client": "b" }), &tale), @"inconclusive | expected given at least 1 request to token by `b` | observed no request to token by `b` was observed (needs 1)");
    }
}
