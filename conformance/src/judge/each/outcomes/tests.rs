//! `each` over outcomes.

use serde_json::{Value, json};

use crate::judge::fixture::{Said, Tale, call, got, played, resource, set_up, tale, token, told};
use crate::trace::{Class, Operation};

fn each(what: Value) -> Value {
    json!({ "each": what })
}

fn failed(index: u32, class: Class) -> Said {
    call(Operation::GetToken, "a", index, 0).class(class)
}

fn served() -> Tale {
    tale([token(0).issues("AT#1"), token(1).issues("AT#2")])
}

#[test]
fn classes() {
    let check = each(
        json!({ "of": "a", "outcome": { "class": ["reauth_required", "interaction_required"] } }),
    );
    let good = tale([token(0)]).said([
        failed(1, Class::ReauthRequired),
        failed(2, Class::InteractionRequired),
    ]);
    insta::assert_snapshot!(good.verdict(check.clone()), @"pass");
    let one = tale([token(0)]).said([
        failed(1, Class::ReauthRequired),
        failed(2, Class::Transient),
    ]);
    insta::assert_snapshot!(one.verdict(check.clone()), @"fail | expected reauth_required or interaction_required for each call of `a` | observed a#2 ended transient | #1");
    let two = one.said([got("a", 3, 0, "AT#1")]);
    insta::assert_snapshot!(two.verdict(check.clone()), @"fail | expected reauth_required or interaction_required for each call of `a` | observed a#2 ended transient (2 of 3 calls) | #1");
    let hangs = tale([token(0)]).said([failed(1, Class::Ok).unfinished()]);
    insta::assert_snapshot!(hangs.verdict(check.clone()), @"fail | expected reauth_required or interaction_required for each call of `a` | observed a#1 did not end | #1");
    let other = tale([token(0)]).said([got("b", 1, 0, "AT#1")]);
    insta::assert_snapshot!(other.verdict(check.clone()), @"inconclusive | expected reauth_required or interaction_required for each call of `a` | observed no call of `a` was made");
    insta::assert_snapshot!(tale([token(0)]).passive().verdict(check), @"not applicable | expected reauth_required or interaction_required for each call of `a` | observed needs a driver: nobody reports outcomes in passive mode");
}

#[test]
fn an_operation_that_did_not_end_timed_out() {
    let check = each(json!({ "of": "a", "outcome": "timeout" }));
    let hangs = tale([token(0)]).said([failed(1, Class::Ok).unfinished()]);
    insta::assert_snapshot!(hangs.verdict(check), @"pass");
}

#[test]
fn waits() {
    let check = each(
        json!({ "of": "a", "outcome": { "class": ["throttled", "ok"], "retry_after": "30s..32s" } }),
    );
    let told = |said| tale([token(0)]).said([said]).verdict(check.clone());
    insta::assert_snapshot!(told(failed(1, Class::Throttled).wait(32)), @"pass");
    insta::assert_snapshot!(told(failed(1, Class::Throttled).wait(29)), @"fail | expected throttled or ok with a wait of 30 s..32 s for each call of `a` | observed a#1 ended throttled with a wait of 29 s | #1");
    insta::assert_snapshot!(told(failed(1, Class::Throttled)), @"fail | expected throttled or ok with a wait of 30 s..32 s for each call of `a` | observed a#1 ended throttled without naming a wait | #1");
    insta::assert_snapshot!(told(got("a", 1, 0, "AT#1")), @"pass");
}

#[test]
fn retries() {
    let check = each(json!({ "of": "a", "outcome": "ok", "retries": 0 }));
    let said = |n| call(Operation::CallApi, "a", n, 0);
    let sent = |n| resource(0).caused_by("a", n);
    let good = tale([sent(1), sent(2)]).said([said(1), said(2)]);
    insta::assert_snapshot!(good.verdict(check.clone()), @"pass");
    let again = tale([sent(1), sent(2).status(401), token(0), sent(2)]).said([said(1), said(2)]);
    insta::assert_snapshot!(again.verdict(check.clone()), @"fail | expected ok and no retry for each call of `a` | observed a#2 took 1 retry | #2 #3 #4");
    let none = tale([token(0)]).said([failed(1, Class::Transient)]);
    let check = each(json!({ "of": "a", "retries": 0 }));
    insta::assert_snapshot!(none.verdict(check), @"inconclusive | expected no retry for each call of `a` | observed a#1 sent no request to the resource");
}

#[test]
fn the_same_token() {
    let check = each(json!({ "of": "a", "same": "token" }));
    let said = |tokens: &[&str]| {
        let numbered = tokens.iter().zip(1..);
        served()
            .said(numbered.map(|(token, n)| got("a", n, 0, token)))
            .verdict(check.clone())
    };
    insta::assert_snapshot!(said(&["AT#1", "AT#1"]), @"pass");
    insta::assert_snapshot!(said(&["AT#1", "AT#2"]), @"fail | expected the same token for each call of `a` | observed a#2 got AT#2, not AT#1 | #1");
    insta::assert_snapshot!(said(&["AT#1"]), @"inconclusive | expected the same token for each call of `a` | observed only one call was made, a#1");
    let none = served().said([failed(1, Class::Transient), got("a", 2, 0, "AT#1")]);
    insta::assert_snapshot!(none.verdict(check.clone()), @"fail | expected the same token for each call of `a` | observed a#1 got no token | #1");
    // Calls hand out no token; what they show to the resource stands for it.
    let sent = |n, token: &str| resource(0).caused_by("a", n).shows(token);
    let calls = [
        call(Operation::CallApi, "a", 1, 0),
        call(Operation::CallApi, "a", 2, 0),
    ];
    let same = tale([sent(1, "AT#1"), sent(2, "AT#1")]).said(calls.clone());
    insta::assert_snapshot!(same.verdict(check.clone()), @"pass");
    let other = tale([sent(1, "AT#1"), sent(2, "AT#2")]).said(calls);
    insta::assert_snapshot!(other.verdict(check), @"fail | expected the same token for each call of `a` | observed a#2 got AT#2, not AT#1 | #2");
}

#[test]
fn details_passed_on() {
    let check = each(json!({ "of": "a", "carries": ["correlation_id", "trace_id"] }));
    let told = |details: &[&str]| {
        let said = failed(1, Class::Misconfigured).carries(details);
        tale([token(0)]).said([said]).verdict(check.clone())
    };
    insta::assert_snapshot!(told(&["trace_id", "correlation_id"]), @"pass");
    insta::assert_snapshot!(told(&["trace_id"]), @"fail | expected correlation_id, trace_id passed on for each call of `a` | observed a#1 did not pass on correlation_id | #1");
    insta::assert_snapshot!(told(&[]), @"fail | expected correlation_id, trace_id passed on for each call of `a` | observed a#1 did not pass on correlation_id, trace_id | #1");
}

#[test]
fn a_run_cut_short_passes_only_if_every_planned_call_has_ended() {
    let check = each(json!({ "of": "a", "outcome": "ok" }));
    let verdict = |said: Vec<Said>| {
        let steps =
            json!([{ "get_token": { "as": "a", "times": 2 } }, { "call_api": { "as": "b" } }]);
        let tale = served().said(said).over_budget(2);
        told(&played(steps, &tale, check.clone()))
    };
    let (first, second) = (got("a", 1, 0, "AT#1"), got("a", 2, 0, "AT#2"));
    insta::assert_snapshot!(verdict(vec![first.clone(), second.clone()]), @"pass");
    insta::assert_snapshot!(verdict(vec![first.clone()]), @"fail | expected ok for each call of `a` | observed stopped after 2 requests | #1 #2");
    insta::assert_snapshot!(verdict(vec![first, second.unfinished()]), @"fail | expected ok for each call of `a` | observed a#2 did not end; stopped after 2 requests | #1 #2");
}

#[test]
fn a_periodic_step_is_counted_at_its_least() {
    let check = each(json!({ "of": "a", "outcome": "ok" }));
    let steps = json!([{ "get_token": { "as": "a", "every": "60s", "for": "2m" } }]);
    let verdict = |n| {
        let said = (1..=n).map(|n| got("a", n, 0, "AT#1"));
        let tale = served().said(said).over_budget(2);
        told(&played(steps.clone(), &tale, check.clone()))
    };
    insta::assert_snapshot!(verdict(1), @"fail | expected ok for each call of `a` | observed stopped after 2 requests | #1 #2");
    insta::assert_snapshot!(verdict(2), @"pass");
}

#[test]
fn how_long_calls_take() {
    let check = each(json!({ "of": "a", "took": "1s..5s" }));
    let took = |seconds| {
        let said = failed(1, Class::Transient).until(seconds);
        tale([token(0)]).said([said]).verdict(check.clone())
    };
    insta::assert_snapshot!(took(1), @"pass");
    insta::assert_snapshot!(took(5), @"pass");
    insta::assert_snapshot!(took(6), @"fail | expected an end after 1 s..5 s for each call of `a` | observed a#1 ended after 6 s | #1");
    insta::assert_snapshot!(took(0), @"fail | expected an end after 1 s..5 s for each call of `a` | observed a#1 ended after 0 s | #1");
    let hangs = tale([token(0)]).said([failed(1, Class::Ok).unfinished()]);
    insta::assert_snapshot!(hangs.verdict(check.clone()), @"fail | expected an end after 1 s..5 s for each call of `a` | observed a#1 did not end | #1");
    insta::assert_snapshot!(hangs.passive().verdict(check), @"not applicable | expected an end after 1 s..5 s for each call of `a` | observed needs a driver: nobody reports outcomes in passive mode");
}

#[test]
fn of_one_client_only() {
    let check = |client: &str| each(json!({ "of": "a", "client": client, "outcome": "transient" }));
    let two = tale([token(0).of("a")])
        .cast(&["fleet-1", "fleet-2", "lone"])
        .said([
            failed(1, Class::Transient).of("fleet-1"),
            failed(2, Class::Other).of("fleet-2"),
        ]);
    insta::assert_snapshot!(two.verdict(check("fleet-1")), @"pass");
    insta::assert_snapshot!(two.verdict(check("fleet-2")), @"fail | expected transient for each call of `a` by `fleet-2` | observed a#2 by `fleet-2` ended other");
    insta::assert_snapshot!(two.verdict(check("fleet")), @"fail | expected transient for each call of `a` by `fleet` | observed a#2 by `fleet-2` ended other");
    insta::assert_snapshot!(two.verdict(check("lone")), @"inconclusive | expected transient for each call of `a` by `lone` | observed no call of `a` by `lone` was made");
    insta::assert_snapshot!(two.verdict(check("flock")), @"inconclusive | expected transient for each call of `a` by `flock` | observed no client is called `flock`");
    insta::assert_snapshot!(two.passive().cast(&[]).verdict(check("lone")), @"not applicable | expected transient for each call of `a` by `lone` | observed needs a driver: nobody reports outcomes in passive mode");
}

#[test]
fn planned_calls_are_counted_for_each_client() {
    let body = json!({
        "clients": { "fleet": { "count": 2 }, "lone": {} },
        "steps": [{ "get_token": { "as": "a", "times": 2 } }],
    });
    let cast = ["fleet-1", "fleet-2", "lone"];
    let verdict = |check: Value, calls: u32| {
        let said = (1..=calls).map(|n| {
            let client = cast[n as usize % 3];
            failed(n, Class::Transient).of(client)
        });
        let cut = tale([token(0)]).cast(&cast).said(said).over_budget(1);
        told(&set_up(body.clone(), &cut, check))
    };
    let all = each(json!({ "of": "a", "outcome": "transient" }));
    insta::assert_snapshot!(verdict(all.clone(), 6), @"pass");
    insta::assert_snapshot!(verdict(all, 5), @"fail | expected transient for each call of `a` | observed stopped after 1 request | #1");
    let lone = each(json!({ "of": "a", "client": "lone", "outcome": "transient" }));
    insta::assert_snapshot!(verdict(lone.clone(), 5), @"pass");
    insta::assert_snapshot!(verdict(lone, 4), @"fail | expected transient for each call of `a` by `lone` | observed stopped after 1 request | #1");
}

/// A run in which the second of two calls was given up by its caller.
fn given_up(check: Value, steps: Value) -> String {
    let said = [got("a", 1, 0, "AT#1"), failed(2, Class::Cancelled)];
    told(&played(steps, &served().said(said), check))
}

#[test]
fn a_call_that_its_caller_gave_up_is_nobodys_fault() {
    let cancels = json!([{ "get_token": { "as": "a", "times": 2 } }, { "cancel": "a" }]);
    let ok = each(json!({ "of": "a", "outcome": "ok", "took": "0s..0s" }));
    insta::assert_snapshot!(given_up(ok.clone(), cancels.clone()), @"pass");
    insta::assert_snapshot!(given_up(ok.clone(), json!([{ "restart": { "how": "kill" } }])), @"pass");
    // Only where the play did it.
    insta::assert_snapshot!(given_up(ok.clone(), json!([])), @"fail | expected ok and an end after 0 s..0 s for each call of `a` | observed a#2 ended cancelled | #1");
    insta::assert_snapshot!(given_up(ok.clone(), json!([{ "restart": {} }, { "cancel": "b" }])), @"fail | expected ok and an end after 0 s..0 s for each call of `a` | observed a#2 ended cancelled | #1");
    let same = each(json!({ "of": "a", "same": "token" }));
    insta::assert_snapshot!(given_up(same, cancels.clone()), @"inconclusive | expected the same token for each call of `a` | observed 1 call came to an end of its own (needs 2)");
    // Where it is expected, it is judged.
    let cancelled = each(json!({ "of": "a", "outcome": "cancelled" }));
    insta::assert_snapshot!(given_up(cancelled, cancels.clone()), @"fail | expected cancelled for each call of `a` | observed a#1 ended ok | #1");
    let either =
        each(json!({ "of": "a", "outcome": { "class": ["ok", "cancelled"] }, "carries": [] }));
    insta::assert_snapshot!(given_up(either, cancels.clone()), @"pass");
    let all = served().said([failed(1, Class::Cancelled)]);
    insta::assert_snapshot!(told(&played(cancels, &all, ok)), @"inconclusive | expected ok and an end after 0 s..0 s for each call of `a` | observed every call of `a` was given up");
}

#[test]
fn a_client_that_was_killed_is_the_one_that_is_excused() {
    let body = |client: &str| {
        json!({
            "clients": { "a": {}, "b": {} },
            "steps": [{ "restart": { "client": client, "how": "kill" } }],
        })
    };
    let run = tale([token(0).issues("AT#1")]).cast(&["a", "b"]).said([
        got("x", 1, 0, "AT#1").of("a"),
        failed(2, Class::Cancelled).of("b"),
    ]);
    let verdict = |client| {
        told(&set_up(
            body(client),
            &run,
            each(json!({ "outcome": "ok" })),
        ))
    };
    insta::assert_snapshot!(verdict("b"), @"pass");
    insta::assert_snapshot!(verdict("a"), @"fail | expected ok for each call | observed a#2 by `b` ended cancelled | #1");
}

#[test]
fn a_call_that_ran_out_of_time_got_no_token_and_names_no_details() {
    let steps = json!([{ "get_token": { "as": "a", "times": 3, "deadline": "5s" } }]);
    let said = [
        got("a", 1, 0, "AT#1"),
        got("a", 2, 0, "AT#1"),
        failed(3, Class::Timeout).until(5),
    ];
    let run = served().said(said.clone());
    let verdict = |steps: &Value, what: Value| told(&played(steps.clone(), &run, each(what)));
    let same = json!({ "of": "a", "same": "token" });
    insta::assert_snapshot!(verdict(&steps, same.clone()), @"pass");
    insta::assert_snapshot!(verdict(&json!([]), same), @"fail | expected the same token for each call of `a` | observed a#3 got no token | #1 #2");
    // That it took so long is its fault all the same.
    insta::assert_snapshot!(verdict(&steps, json!({ "of": "a", "outcome": "ok" })), @"fail | expected ok for each call of `a` | observed a#3 ended timeout | #1 #2");
    insta::assert_snapshot!(verdict(&steps, json!({ "of": "a", "took": "0s..4s" })), @"fail | expected an end after 0 s..4 s for each call of `a` | observed a#3 ended after 5 s | #1 #2");
    let late = served().said([failed(1, Class::Timeout).until(5)]);
    insta::assert_snapshot!(told(&played(steps, &late, each(json!({ "of": "a", "carries": ["trace_id"] })))), @"inconclusive | expected trace_id passed on for each call of `a` | observed no call came to an end of its own (needs 1)");
}

#[test]
fn words_that_tell_a_secret() {
    let run = served().said([
        got("a", 1, 0, "AT#1"),
        failed(2, Class::Transient).tells(&["client_secret", "RT#1"]),
    ]);
    let verdict = |tells: bool| {
        told(&played(
            json!([]),
            &run,
            each(json!({ "of": "a", "tells_secret": tells })),
        ))
    };
    insta::assert_snapshot!(verdict(false), @"fail | expected words without a secret for each call of `a` | observed a#2 told client_secret, RT#1 | #1");
    insta::assert_snapshot!(verdict(true), @"fail | expected words that tell a secret for each call of `a` | observed a#1 told no secret | #1");
}

/// Nobody hands a client's words over there, but everybody can read what a command prints.
#[test]
fn what_a_command_prints_is_its_words_in_passive_mode() {
    let check = |tells: bool| json!({ "each": { "of": "a", "tells_secret": tells } });
    let run = |bytes, told: &[&str]| tale([token(0)]).passive().printed(bytes, told);
    insta::assert_snapshot!(run(9, &[]).verdict(check(false)), @"pass");
    insta::assert_snapshot!(run(9, &["client_secret", "AT#1"]).verdict(check(false)), @"fail | expected words without a secret in what the command prints | observed it told client_secret, AT#1");
    insta::assert_snapshot!(run(0, &[]).verdict(check(false)), @"inconclusive | expected words without a secret in what the command prints | observed the command printed nothing");
    insta::assert_snapshot!(run(9, &[]).verdict(check(true)), @"fail | expected words that tell a secret in what the command prints | observed it told no secret");
    insta::assert_snapshot!(run(9, &["AT#1"]).verdict(check(true)), @"pass");
    let mut long = run(9, &[]);
    long.0.said.iter_mut().for_each(|said| said.unsearched = 5);
    insta::assert_snapshot!(long.verdict(check(false)), @"inconclusive | expected words without a secret in what the command prints | observed 5 bytes of it were not searched");
    let more = json!({ "each": { "of": "a", "tells_secret": false, "outcome": "ok" } });
    insta::assert_snapshot!(run(9, &["AT#1"]).verdict(more), @"not applicable | expected ok and words without a secret for each call of `a` | observed needs a driver: nobody reports outcomes in passive mode");
}
