//! `never`: no exchange is like this.

use super::matching::select;
use super::view::{View, numbers};
use super::{absence, words};
use crate::scenario::Selector;
use crate::verdict::Finding;

pub(super) fn expects(never: &Selector) -> String {
    words::requests(0, never)
}

pub(super) fn judge(never: &Selector, view: &View<'_>, proven: bool) -> Finding {
    let matches = match select(view, never) {
        Ok(matches) => matches,
        Err(missing) => return missing.finding(expects(never)),
    };
    let Some(first) = matches.exchanges.first() else {
        return match absence::unproven(view, never, proven).or(matches.unseen) {
            Some(missing) => Finding::inconclusive(expects(never), missing),
            None => view.pass(matches.closed, || expects(never)),
        };
    };
    let n = matches.exchanges.len() as u64;
    let at = view.when(first.exchange.entry.at);
    let observed = match n {
        1 => format!("1 such request, at {at}"),
        _ => format!("{n} such requests, the first at {at}"),
    };
    Finding::fail(expects(never), observed, numbers(matches.exchanges))
}

#[cfg(test)]
mod tests {
    use mock_idp::ledger::TokenState;
    use serde_json::json;

    use crate::judge::fixture::{resource, tale, token};

    #[test]
    fn a_stale_token_is_seen() {
        let check = json!({ "never": { "to": "resource", "presents": "expired" } });
        let good = tale([token(0).issues("AT#1"), resource(1).shows("AT#1")]);
        insta::assert_snapshot!(good.verdict(check.clone()), @"pass");
        let late = resource(3640).shows_as("AT#1", TokenState::Expired);
        let once = tale([token(0).issues("AT#1"), late.clone()]);
        insta::assert_snapshot!(once.verdict(check.clone()), @"fail | expected no request to resource showing an expired token | observed 1 such request, at t+1 h 0 min 40 s | #2");
        let twice = tale([token(0).issues("AT#1"), late.clone(), late]);
        insta::assert_snapshot!(twice.verdict(check), @"fail | expected no request to resource showing an expired token | observed 2 such requests, the first at t+1 h 0 min 40 s | #2 #3");
    }

    #[test]
    fn silence_proves_nothing() {
        let check = json!({ "never": { "to": "resource", "presents": "expired" } });
        insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"inconclusive | expected no request to resource showing an expired token | observed no request to resource was seen");
        insta::assert_snapshot!(tale([resource(0).by_intruder()]).verdict(check), @"inconclusive | expected no request to resource showing an expired token | observed no request to resource was seen");
        // Where the endpoint itself is to be avoided, any request shows that the client was at work.
        let check = json!({ "never": { "to": "resource" } });
        insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([]).verdict(check), @"inconclusive | expected no request to resource | observed no request was seen");
    }

    #[test]
    fn without_its_given_it_says_nothing() {
        let check = json!({
            "never": { "to": "resource", "presents": "expired" },
            "given": { "to": "token", "at_least": 2 },
        });
        let one = tale([token(0), resource(1).shows_as("AT#1", TokenState::Expired)]);
        insta::assert_snapshot!(one.verdict(check.clone()), @"inconclusive | expected given at least 2 requests to token | observed 1 request to token was observed (needs 2)");
        // A given of its own is proof enough; the resource need not have been called.
        insta::assert_snapshot!(tale([token(0), token(9)]).verdict(check), @"pass");
    }

    #[test]
    fn a_run_cut_short_does_not_pass() {
        let check = json!({ "never": { "to": "resource", "presents": "expired" } });
        let cut = tale([resource(0), resource(0), resource(0), resource(0)]).over_budget(4);
        insta::assert_snapshot!(cut.verdict(check), @"fail | expected no request to resource showing an expired token | observed stopped after 4 requests | #2 #3 #4");
    }

    #[test]
    fn the_silence_of_one_client_is_not_broken_by_another() {
        let check = json!({ "never": { "to": "token", "client": "b", "status": 401 } });
        let one = tale([token(0).of("a")]).cast(&["a", "b"]);
        insta::assert_snapshot!(one.verdict(check.clone()), @"inconclusive | expected no request to token by `b` answered with 401 | observed no request to token by `b` was seen");
        let two = tale([token(0).of("a"), token(0).of("b")]).cast(&["a", "b"]);
        insta::assert_snapshot!(two.verdict(check), @"pass");
        let bare = json!({ "never": { "to": "token", "client": "b" } });
        insta::assert_snapshot!(one.verdict(bare.clone()), @"inconclusive | expected no request to token by `b` | observed no request by `b` was seen");
        let other = tale([token(0).of("a"), resource(0).of("b")]).cast(&["a", "b"]);
        insta::assert_snapshot!(other.verdict(bare), @"pass");
    }
}
