//! Counting.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::judge::fixture::{resource, tale, token};
use crate::trace::MarkKind;
use crate::verdict::Verdict;

#[test]
fn over_the_whole_run() {
    let two = tale([token(0), resource(0), token(5)]);
    for (bound, verdict) in [
        (json!({ "to": "token", "is": 2 }), Verdict::Pass),
        (json!({ "to": "token", "at_least": 2 }), Verdict::Pass),
        (json!({ "to": "token", "at_most": 2 }), Verdict::Pass),
        (
            json!({ "to": "token", "at_least": 1, "at_most": 3 }),
            Verdict::Pass,
        ),
        (json!({ "to": "token", "is": 1 }), Verdict::Fail),
        (json!({ "to": "token", "is": 3 }), Verdict::Fail),
        (json!({ "to": "token", "at_least": 3 }), Verdict::Fail),
        (json!({ "to": "token", "at_most": 1 }), Verdict::Fail),
    ] {
        assert_eq!(
            two.finding(json!({ "count": bound })).verdict,
            verdict,
            "{bound}"
        );
    }
    insta::assert_snapshot!(two.verdict(json!({ "count": { "to": "token", "at_most": 1 } })), @"fail | expected at most 1 request to token | observed 2 requests | #1 #3");
    insta::assert_snapshot!(two.verdict(json!({ "count": { "to": "jwks", "is": 1 } })), @"fail | expected exactly 1 request to jwks | observed no request");
}

#[test]
fn none_is_few_enough_only_if_the_client_did_something() {
    let check = json!({ "count": { "to": "resource", "status": 401, "at_most": 1 } });
    insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"inconclusive | expected at most 1 request to resource answered with 401 | observed no request to resource was seen");
    insta::assert_snapshot!(tale([resource(0)]).verdict(check), @"pass");
    let bare = json!({ "count": { "to": "resource", "is": 0 } });
    insta::assert_snapshot!(tale([]).verdict(bare.clone()), @"inconclusive | expected no request to resource | observed no request was seen");
    insta::assert_snapshot!(tale([token(0)]).verdict(bare), @"pass");
}

#[test]
fn in_every_window() {
    let check = json!({ "count": { "to": "token", "within": "10s", "at_most": 2 } });
    // The end of a window does not belong to it.
    let spread = tale([token(0), token(5), token(10), token(15), token(20)]);
    insta::assert_snapshot!(spread.verdict(check.clone()), @"pass");
    let burst = tale([token(0), token(30), token(35), token(39), token(60)]);
    insta::assert_snapshot!(burst.verdict(check), @"fail | expected at most 2 requests to token in any 10 s | observed 3 requests in 10 s from t+30 s | #2 #3 #4");
    let busy = json!({ "count": { "to": "token", "within": "10s", "at_least": 1 } });
    let steady = tale([token(0), token(10), token(20)]).ended(25);
    insta::assert_snapshot!(steady.verdict(busy.clone()), @"pass");
    let pause = tale([token(0), token(21)]).ended(25);
    insta::assert_snapshot!(pause.verdict(busy.clone()), @"fail | expected at least 1 request to token in any 10 s | observed no request in 10 s from t+0 s");
    insta::assert_snapshot!(tale([token(0)]).ended(5).verdict(busy), @"inconclusive | expected at least 1 request to token in any 10 s | observed the run ended before one such stretch of time had passed");
}

#[test]
fn while_a_hold_lasts() {
    let check = json!({ "count": { "to": "token", "while": "herd", "is": 1 } });
    let calm = tale([token(0).held("herd", 5), token(6)]).released("herd", 5);
    insta::assert_snapshot!(calm.verdict(check.clone()), @"pass");
    let herd = tale([token(0).held("herd", 5), token(0), token(0)]).released("herd", 5);
    insta::assert_snapshot!(herd.verdict(check.clone()), @"fail | expected exactly 1 request to token while `herd` held an answer back | observed 3 requests | #1 #2 #3");
    // In one instant, the number of the last exchange tells what came before the release.
    let freed = MarkKind::Released("herd".to_owned());
    let retry = tale([token(0).held("herd", 0), token(0)]);
    let last = tale([token(0), token(0).held("herd", 0)]).mark(freed.clone(), 0, Some(1));
    insta::assert_snapshot!(last.verdict(check.clone()), @"pass");
    insta::assert_snapshot!(retry.clone().mark(freed.clone(), 0, Some(1)).verdict(check.clone()), @"pass");
    insta::assert_snapshot!(retry.mark(freed, 0, Some(2)).verdict(check.clone()), @"fail | expected exactly 1 request to token while `herd` held an answer back | observed 2 requests | #1 #2");
    insta::assert_snapshot!(tale([token(0)]).verdict(check), @"inconclusive | expected exactly 1 request to token while `herd` held an answer back | observed hold `herd` never kept an answer back");
}

#[test]
fn a_run_cut_short_passes_only_what_cannot_be_undone() {
    let cut = tale([token(0).held("herd", 5), token(6), token(6)])
        .released("herd", 5)
        .over_budget(3);
    let verdict = |bound| cut.verdict(json!({ "count": bound }));
    insta::assert_snapshot!(verdict(json!({ "to": "token", "at_least": 2 })), @"pass");
    insta::assert_snapshot!(verdict(json!({ "to": "token", "at_most": 3 })), @"fail | expected at most 3 requests to token | observed stopped after 3 requests | #1 #2 #3");
    insta::assert_snapshot!(verdict(json!({ "to": "token", "at_most": 2 })), @"fail | expected at most 2 requests to token | observed 3 requests; stopped after 3 requests | #1 #2 #3");
    insta::assert_snapshot!(verdict(json!({ "to": "token", "at_least": 4 })), @"fail | expected at least 4 requests to token | observed 3 requests; stopped after 3 requests | #1 #2 #3");
    // The hold was released in time, so nothing can be added to what came while it lasted.
    insta::assert_snapshot!(verdict(json!({ "to": "token", "while": "herd", "is": 1 })), @"pass");
}

#[test]
fn an_answer_that_is_still_to_come_can_change_a_count() {
    let check = json!({ "count": { "to": "token", "while": "herd", "status": 503, "is": 1 } });
    let first = || token(0).status(503).held("herd", 5);
    let all = tale([first(), token(1)]).released("herd", 5).over_budget(2);
    insta::assert_snapshot!(all.verdict(check.clone()), @"pass");
    let open = tale([first(), token(1).unanswered()])
        .released("herd", 5)
        .over_budget(2);
    insta::assert_snapshot!(open.verdict(check), @"fail | expected exactly 1 request to token answered with 503 while `herd` held an answer back | observed stopped after 2 requests | #1 #2");
}

#[test]
fn a_window_without_length_is_one_instant() {
    let check = json!({ "count": { "to": "token", "within": "0s", "at_most": 1 } });
    insta::assert_snapshot!(tale([token(0), token(1)]).verdict(check.clone()), @"pass");
    insta::assert_snapshot!(tale([token(0), token(1), token(1)]).verdict(check), @"fail | expected at most 1 request to token in any 0 s | observed 2 requests in 0 s from t+1 s | #2 #3");
}

#[test]
fn a_count_without_bounds_is_our_fault() {
    insta::assert_snapshot!(tale([token(0)]).verdict(json!({ "count": { "to": "token" } })), @"error | observed `count` asks for nothing");
}

/// `count` with these fields, to the token endpoint.
fn counting(more: Value) -> Value {
    let mut count = json!({ "to": "token" });
    for (key, value) in more.as_object().into_iter().flatten() {
        count[key] = value.clone();
    }
    json!({ "count": count })
}

#[test]
fn for_each_client() {
    let check = |bound: &str, n: u32| counting(json!({ "per": "client", bound: n }));
    let fleet = tale([
        token(0).of("fleet-1"),
        token(0).of("fleet-2"),
        token(1).of("fleet-2"),
        token(2).of("fleet-3"),
        token(3).of("fleet-3"),
    ])
    .cast(&["fleet-1", "fleet-2", "fleet-3"]);
    insta::assert_snapshot!(fleet.verdict(check("at_most", 2)), @"pass");
    insta::assert_snapshot!(fleet.verdict(check("at_most", 1)), @"fail | expected at most 1 request to token for each client | observed 2 requests by `fleet-2` (2 of 3 clients) | #2 #3");
    insta::assert_snapshot!(fleet.verdict(check("is", 2)), @"fail | expected exactly 2 requests to token for each client | observed 1 request by `fleet-1` | #1");
    // A client that sent none counts.
    let idle = fleet
        .clone()
        .cast(&["fleet-1", "fleet-2", "fleet-3", "lone"]);
    insta::assert_snapshot!(idle.verdict(check("at_least", 1)), @"fail | expected at least 1 request to token for each client | observed no request by `lone`");
    let some = counting(json!({ "per": "client", "client": "fleet", "at_least": 1 }));
    insta::assert_snapshot!(idle.verdict(some), @"pass");
    let burst = counting(json!({ "per": "client", "within": "2s", "at_most": 1 }));
    insta::assert_snapshot!(fleet.verdict(burst), @"fail | expected at most 1 request to token in any 2 s for each client | observed 2 requests by `fleet-2` in 2 s from t+0 s (2 of 3 clients) | #2 #3");
    insta::assert_snapshot!(fleet.clone().passive().cast(&[]).verdict(check("at_most", 2)), @"not applicable | expected at most 2 requests to token for each client | observed needs a driver: clients cannot be told apart in passive mode");
    insta::assert_snapshot!(tale([]).cast(&["a", "b"]).verdict(check("at_most", 2)), @"inconclusive | expected at most 2 requests to token for each client | observed no request was seen");
    insta::assert_snapshot!(fleet.clone().over_budget(5).verdict(check("at_least", 1)), @"pass");
    insta::assert_snapshot!(fleet.over_budget(5).verdict(check("at_most", 2)), @"fail | expected at most 2 requests to token for each client | observed stopped after 5 requests | #3 #4 #5");
}

#[test]
fn for_each_call() {
    let check = |bound: &str, n: u32| counting(json!({ "per": "call", bound: n }));
    let calls = tale([
        token(0).caused_by("a", 1),
        token(0).caused_by("a", 2),
        token(1).caused_by("a", 2),
        token(2),
    ]);
    insta::assert_snapshot!(calls.verdict(check("at_most", 2)), @"pass");
    insta::assert_snapshot!(calls.verdict(check("at_most", 1)), @"fail | expected at most 1 request to token for each call | observed 2 requests for a#2 | #2 #3");
    insta::assert_snapshot!(calls.verdict(check("at_least", 2)), @"fail | expected at least 2 requests to token for each call | observed 1 request for a#1 | #1");
    insta::assert_snapshot!(calls.clone().passive().verdict(check("at_most", 2)), @"not applicable | expected at most 2 requests to token for each call | observed needs a driver: nobody makes calls in passive mode");
    insta::assert_snapshot!(tale([token(0)]).verdict(check("at_most", 2)), @"inconclusive | expected at most 2 requests to token for each call | observed 1 request to token was seen, but of no call");
    // A call that comes later counts by itself.
    insta::assert_snapshot!(calls.over_budget(4).verdict(check("at_least", 1)), @"fail | expected at least 1 request to token for each call | observed stopped after 4 requests | #2 #3 #4");
}

#[test]
fn for_each_token() {
    let check =
        json!({ "count": { "to": "resource", "status": 401, "per": "token", "at_most": 1 } });
    let refused = |label: &str| resource(0).shows(label).status(401);
    let calm = tale([refused("AT#1"), refused("AT#2"), resource(1).shows("AT#2")]);
    insta::assert_snapshot!(calm.verdict(check.clone()), @"pass");
    let stubborn = tale([refused("AT#1"), refused("AT#2"), refused("AT#2")]);
    insta::assert_snapshot!(stubborn.clone().verdict(check.clone()), @"fail | expected at most 1 request to resource answered with 401 for each token | observed 2 requests showing AT#2 | #2 #3");
    insta::assert_snapshot!(stubborn.passive().verdict(check.clone()), @"fail | expected at most 1 request to resource answered with 401 for each token | observed 2 requests showing AT#2 | #2 #3");
    insta::assert_snapshot!(tale([resource(0).status(401)]).verdict(check), @"inconclusive | expected at most 1 request to resource answered with 401 for each token | observed 1 request to resource answered with 401 was seen, but of no token");
}

#[test]
fn quiet_stretches_lie_where_they_are_looked_for() {
    let busy = counting(json!({ "after": { "to": "resource" }, "within": "10s", "at_least": 1 }));
    let late = tale([resource(40), token(45), token(50)]).ended(55);
    insta::assert_snapshot!(late.verdict(busy.clone()), @"pass");
    insta::assert_snapshot!(late.ended(65).verdict(busy), @"fail | expected at least 1 request to token after the first request to resource in any 10 s | observed no request in 10 s from t+50 s");
}

proptest! {
    /// Windows are found as counting by hand finds them.
    #[test]
    fn windows_agree_with_counting_by_hand(
        mut times in prop::collection::vec(0i64..60, 1..12),
        window in 1i64..20,
        most in 1u32..6,
    ) {
        times.sort_unstable();
        let fullest = times
            .iter()
            .map(|from| times.iter().filter(|t| (*from..from + window).contains(t)).count())
            .max()
            .unwrap_or(0);
        let check = json!({ "count": { "to": "token", "within": format!("{window}s"), "at_most": most } });
        let verdict = tale(times.iter().map(|t| token(*t))).finding(check).verdict;
        let expected = if fullest > most as usize { Verdict::Fail } else { Verdict::Pass };
        prop_assert_eq!(verdict, expected);
    }

    #[test]
    fn quiet_windows_agree_with_counting_by_hand(
        mut times in prop::collection::vec(0i64..60, 0..12),
        window in 1i64..20,
        least in 1u32..4,
    ) {
        times.sort_unstable();
        // Half-second steps see every window that whole seconds can make.
        let emptiest = (0..=2 * (60 - window))
            .map(|from| times.iter().filter(|t| (from..from + 2 * window).contains(&(**t * 2))).count())
            .min()
            .unwrap_or(0);
        let check = json!({ "count": { "to": "token", "within": format!("{window}s"), "at_least": least } });
        let verdict = tale(times.iter().map(|t| token(*t))).ended(60).finding(check).verdict;
        let expected = if emptiest < least as usize { Verdict::Fail } else { Verdict::Pass };
        prop_assert_eq!(verdict, expected);
    }
}
