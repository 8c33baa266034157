//! `each` over exchanges.

use mock_idp::journal::{AuthMethod, BasicSpelling, Delivery, SecretPlace};
use mock_idp::ledger::TokenState;
use serde_json::{Value, json};

use crate::judge::fixture::{resource, tale, token};

fn each(what: Value) -> Value {
    json!({ "each": what })
}

#[test]
fn the_newest_token() {
    let check = each(json!({ "to": "token", "presents": "newest" }));
    let good = tale([
        token(0).shows("RT#1").issues("AT#1 RT#2"),
        token(9).shows("RT#2").issues("AT#2"),
    ]);
    insta::assert_snapshot!(good.clone().minted("RT#1").verdict(check.clone()), @"pass");
    // Without a mint on record, RT#1 was given to nobody.
    insta::assert_snapshot!(good.verdict(check.clone()), @"fail | expected each request to token shows the newest token | observed #1 shows RT#1 (live) | #1");
    let old = tale([
        token(0).shows("RT#1").issues("AT#1 RT#2"),
        token(9).shows_as("RT#1", TokenState::Rotated).status(400),
        token(9).shows_as("RT#1", TokenState::Rotated).status(400),
    ]);
    insta::assert_snapshot!(old.minted("RT#1").verdict(check.clone()), @"fail | expected each request to token shows the newest token | observed #2 shows RT#1 (replaced), not RT#2 (2 of 3 requests) | #2 #3");
    insta::assert_snapshot!(tale([resource(0)]).verdict(check), @"inconclusive | expected each request to token shows the newest token | observed no request to token was seen");
}

#[test]
fn an_answer_counts_from_when_it_was_sent_and_only_if_it_came() {
    let check = each(json!({ "to": "token", "presents": "newest" }));
    let rotates = || token(0).shows("RT#1").issues("AT#1 RT#2");
    let again = |state| token(5).shows_as("RT#1", state);
    let under_way = tale([rotates().answered(6), again(TokenState::Rotated)]).minted("RT#1");
    insta::assert_snapshot!(under_way.verdict(check.clone()), @"pass");
    let lost = tale([rotates().lost(Delivery::Reset), again(TokenState::Rotated)]).minted("RT#1");
    insta::assert_snapshot!(lost.verdict(check.clone()), @"pass");
    // What an intruder was given is not the client's.
    let stolen = tale([rotates().by_intruder(), again(TokenState::Rotated)]).minted("RT#1");
    insta::assert_snapshot!(stolen.verdict(check.clone()), @"pass");
    // By order of answers, not of requests.
    let crossed = tale([
        token(0).shows("RT#1").issues("AT#1 RT#2").answered(4),
        token(1).shows("RT#1").issues("AT#2 RT#3").answered(2),
        token(5).shows("RT#2"),
    ]);
    insta::assert_snapshot!(crossed.minted("RT#1").verdict(check), @"pass");
}

#[test]
fn tokens_of_other_kinds() {
    let wants = |what: &str| each(json!({ "to": "resource", "presents": what }));
    let bare = tale([resource(0)]);
    insta::assert_snapshot!(bare.verdict(wants("live")), @"fail | expected each request to resource shows a live token | observed #1 shows no token | #1");
    insta::assert_snapshot!(bare.verdict(wants("nothing")), @"pass");
    let foreign = tale([resource(0).shows_foreign()]);
    insta::assert_snapshot!(foreign.verdict(wants("live")), @"fail | expected each request to resource shows a live token | observed #1 shows a token that was never issued | #1");
    insta::assert_snapshot!(foreign.verdict(wants("foreign")), @"pass");
    for (state, name) in [
        (TokenState::Live, "live"),
        (TokenState::Expired, "expired"),
        (TokenState::Revoked, "revoked"),
    ] {
        let tale = tale([resource(0).shows_as("AT#1", state)]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(tale.verdict(wants(name)), @"pass");
            insta::assert_snapshot!(tale.verdict(wants("AT#1")), @"pass");
        }
    }
    insta::assert_snapshot!(tale([resource(0).shows("AT#1")]).verdict(wants("AT#2")), @"fail | expected each request to resource shows AT#2 | observed #1 shows AT#1 (live) | #1");
}

#[test]
fn how_requests_are_made() {
    let check =
        each(json!({ "to": "token", "method": "POST", "auth_methods": 1, "leaks_secret": false }));
    insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"pass");
    insta::assert_snapshot!(tale([token(0).method("GET")]).verdict(check.clone()), @"fail | expected each request to token is a POST and uses 1 client authentication method and keeps secrets where they belong | observed #1 is a GET | #1");
    let both = token(0).auth(&[AuthMethod::Basic, AuthMethod::Post]);
    insta::assert_snapshot!(tale([both, token(1)]).verdict(check.clone()), @"fail | expected each request to token is a POST and uses 1 client authentication method and keeps secrets where they belong | observed #1 uses 2 methods | #1");
    insta::assert_snapshot!(tale([token(0).auth(&[])]).verdict(check.clone()), @"fail | expected each request to token is a POST and uses 1 client authentication method and keeps secrets where they belong | observed #1 uses no method | #1");
    for place in [SecretPlace::Url, SecretPlace::Header, SecretPlace::Body] {
        let leak = tale([token(0).leaks("client_secret", place)]);
        let observed = leak.finding(check.clone()).observed;
        match place {
            SecretPlace::Url => {
                insta::assert_snapshot!(observed, @"#1 has client_secret in its URL")
            }
            SecretPlace::Header => {
                insta::assert_snapshot!(observed, @"#1 has client_secret in a header")
            }
            SecretPlace::Body => {
                insta::assert_snapshot!(observed, @"#1 has client_secret in its body")
            }
        }
    }
}

#[test]
fn only_those_that_are_meant() {
    let check = each(json!({ "to": "token", "grant": "refresh_token", "presents": "live" }));
    let tale = tale([
        token(0),
        token(1).shows("RT#1"),
        token(2).grant("refresh_token").by_intruder(),
    ]);
    insta::assert_snapshot!(tale.verdict(check), @"pass");
    let check = each(json!({ "to": "token", "by": "intruder", "presents": "live" }));
    insta::assert_snapshot!(tale.verdict(check), @"fail | expected each request to token by the intruder shows a live token | observed #3 shows no token | #3");
}

#[test]
fn a_run_cut_short_does_not_pass() {
    let check = each(json!({ "to": "token", "method": "POST" }));
    insta::assert_snapshot!(tale([token(0)]).over_budget(1).verdict(check), @"fail | expected each request to token is a POST | observed stopped after 1 request | #1");
}

#[test]
fn an_each_that_asks_for_nothing_is_our_fault() {
    insta::assert_snapshot!(tale([token(0)]).verdict(each(json!({ "to": "token" }))), @"error | observed `each` asks for nothing");
}

#[test]
fn of_one_client_and_between_two_points() {
    let check = |client: &str| {
        each(json!({
            "to": "token", "client": client, "after": { "to": "resource" }, "before": "c", "method": "POST",
        }))
    };
    let two = tale([
        token(0).of("a").method("GET"),
        resource(1).of("a"),
        token(2).of("a"),
        token(2).of("b").method("GET"),
        token(9).of("a").method("GET"),
    ])
    .cast(&["a", "b"])
    .began("c", 5);
    insta::assert_snapshot!(two.verdict(check("a")), @"pass");
    insta::assert_snapshot!(two.verdict(check("b")), @"fail | expected each request to token by `b` after the first request to resource before step `c` began is a POST | observed #4 is a GET | #4");
    insta::assert_snapshot!(two.clone().cast(&["a", "b", "c"]).verdict(check("c")), @"inconclusive | expected each request to token by `c` after the first request to resource before step `c` began is a POST | observed no request to token by `c` after the first request to resource before step `c` began was seen");
    insta::assert_snapshot!(two.passive().cast(&[]).verdict(check("a")), @"not applicable | expected each request to token by `a` after the first request to resource before step `c` began is a POST | observed needs a driver: clients cannot be told apart in passive mode");
}

#[test]
fn how_long_tokens_still_live() {
    let check = each(json!({ "to": "resource", "left_at_least": "5m" }));
    let verdict = |sent| tale([sent]).verdict(check.clone());
    insta::assert_snapshot!(verdict(resource(0).shows("AT#1").left(300)), @"pass");
    insta::assert_snapshot!(verdict(resource(0).shows("AT#1")), @"pass");
    insta::assert_snapshot!(verdict(resource(0).shows("AT#1").left(299)), @"fail | expected each request to resource shows a token with 300 s left | observed #1 shows AT#1 with 299 s left | #1");
    insta::assert_snapshot!(verdict(resource(0).shows_as("AT#1", TokenState::Expired)), @"fail | expected each request to resource shows a token with 300 s left | observed #1 shows AT#1, which expired 40 s before | #1");
    insta::assert_snapshot!(verdict(resource(0).shows_foreign()), @"fail | expected each request to resource shows a token with 300 s left | observed #1 shows a token that was never issued | #1");
    insta::assert_snapshot!(verdict(resource(0)), @"fail | expected each request to resource shows a token with 300 s left | observed #1 shows no token | #1");
}

#[test]
fn how_clients_authenticate() {
    let verdict =
        |auth: &str, sent| tale([resource(0), sent]).verdict(each(json!({ "auth": auth })));
    let encoded = || token(0).basic(Some(BasicSpelling::Encoded));
    let raw = || token(0).basic(Some(BasicSpelling::Raw));
    insta::assert_snapshot!(verdict("basic", raw()), @"pass");
    insta::assert_snapshot!(verdict("basic_encoded", encoded()), @"pass");
    insta::assert_snapshot!(verdict("basic_encoded", raw()), @"fail | expected each request uses HTTP Basic, form-encoded | observed #2 uses HTTP Basic, not form-encoded | #2");
    insta::assert_snapshot!(verdict("basic_raw", encoded()), @"fail | expected each request uses HTTP Basic, not form-encoded | observed #2 uses HTTP Basic, form-encoded | #2");
    insta::assert_snapshot!(verdict("basic_encoded", token(0).basic(None)), @"inconclusive | expected each request uses HTTP Basic, form-encoded | observed #2 uses HTTP Basic with nothing in it that encoding changes");
    insta::assert_snapshot!(verdict("basic", token(0)), @"fail | expected each request uses HTTP Basic | observed #2 uses the secret in the body | #2");
    insta::assert_snapshot!(verdict("post", token(0).basic(None)), @"fail | expected each request uses the secret in the body | observed #2 uses HTTP Basic | #2");
    insta::assert_snapshot!(verdict("post", token(0).auth(&[])), @"fail | expected each request uses the secret in the body | observed #2 uses no client authentication | #2");
    insta::assert_snapshot!(verdict("post", token(0).auth(&[AuthMethod::Assertion])), @"fail | expected each request uses the secret in the body | observed #2 uses an assertion | #2");
    insta::assert_snapshot!(verdict("none", token(0).auth(&[])), @"pass");
    insta::assert_snapshot!(verdict("none", token(0)), @"fail | expected each request uses no client authentication | observed #2 uses the secret in the body | #2");
    // What is asked of token requests says nothing of others.
    insta::assert_snapshot!(tale([resource(0)]).verdict(each(json!({ "auth": "post" }))), @"inconclusive | expected each request uses the secret in the body | observed no request was seen");
}

#[test]
fn what_requests_are_made_of() {
    let verdict = |what: Value, sent| tale([sent]).verdict(each(what));
    let media = json!({ "to": "token", "content_type": "application/x-www-form-urlencoded" });
    insta::assert_snapshot!(verdict(media.clone(), token(0).content_type("application/x-www-form-urlencoded")), @"pass");
    insta::assert_snapshot!(verdict(media.clone(), token(0).content_type("application/json")), @"fail | expected each request to token has media type application/x-www-form-urlencoded | observed #1 has media type application/json | #1");
    insta::assert_snapshot!(verdict(media, token(0)), @"fail | expected each request to token has media type application/x-www-form-urlencoded | observed #1 names no media type | #1");
    let sent = || token(0).parameters(&["grant_type", "client_id", "client_secret"]);
    insta::assert_snapshot!(verdict(json!({ "to": "token", "sends": ["grant_type", "client_id"] }), sent()), @"pass");
    insta::assert_snapshot!(verdict(json!({ "to": "token", "sends": ["grant_type", "scope", "claims"] }), sent()), @"fail | expected each request to token sends grant_type, scope, claims | observed #1 does not send scope, claims | #1");
    insta::assert_snapshot!(verdict(json!({ "to": "token", "lacks": ["username"] }), sent()), @"pass");
    insta::assert_snapshot!(verdict(json!({ "to": "token", "lacks": ["username", "client_secret"] }), sent()), @"fail | expected each request to token does not send username, client_secret | observed #1 sends client_secret | #1");
    let once = json!({ "to": "token", "repeated_parameters": 0 });
    insta::assert_snapshot!(verdict(once.clone(), sent()), @"pass");
    insta::assert_snapshot!(verdict(once, sent().repeats(&["scope", "resource"])), @"fail | expected each request to token repeats no parameter | observed #1 repeats scope, resource | #1");
    insta::assert_snapshot!(verdict(json!({ "to": "token", "repeated_parameters": 1 }), sent()), @"fail | expected each request to token repeats 1 parameter | observed #1 repeats no parameter | #1");
}

#[test]
fn how_tokens_are_shown() {
    let check = each(json!({ "scheme": "Bearer" }));
    let verdict = |sent| tale([token(0), sent]).verdict(check.clone());
    insta::assert_snapshot!(verdict(resource(0).shows("AT#1")), @"pass");
    insta::assert_snapshot!(verdict(resource(0).shows("AT#1").scheme("bearer")), @"fail | expected each request uses scheme Bearer | observed #2 uses scheme bearer | #2");
    insta::assert_snapshot!(verdict(resource(0)), @"fail | expected each request uses scheme Bearer | observed #2 shows no token | #2");
    insta::assert_snapshot!(tale([token(0)]).passive().verdict(check.clone()), @"inconclusive | expected each request uses scheme Bearer | observed no request was seen");
    insta::assert_snapshot!(tale([resource(0).shows("AT#1").scheme("Basic")]).passive().verdict(check), @"fail | expected each request uses scheme Bearer | observed #1 uses scheme Basic | #1");
}
