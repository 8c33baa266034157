//! Which exchanges selectors mean.

use serde_json::{Value, json};

use crate::judge::fixture::{Sent, Tale, call, played, resource, set_up, tale, token, told};
use crate::trace::{MarkKind, Operation};
use mock_idp::journal::{AuthMethod, BasicSpelling, Delivery, Endpoint, SecretPlace};
use mock_idp::ledger::TokenState;

/// The numbers of the exchanges that a selector means.
fn meant(tale: &Tale, selector: Value) -> String {
    let finding = tale.finding(json!({ "never": selector }));
    let numbers: Vec<String> = finding.exchanges.iter().map(u64::to_string).collect();
    numbers.join(" ")
}

#[test]
fn the_client_is_meant_unless_said_otherwise() {
    let tale = tale([token(0), token(1).by_intruder(), resource(2)]);
    assert_eq!(meant(&tale, json!({})), "1 3");
    assert_eq!(meant(&tale, json!({ "by": "intruder" })), "2");
    assert_eq!(meant(&tale, json!({ "to": "anything" })), "1 3");
    assert_eq!(meant(&tale, json!({ "to": "resource" })), "3");
}

#[test]
fn answers_and_grants() {
    let tale = tale([
        token(0).status(400).error("invalid_grant"),
        token(1)
            .status(400)
            .error("invalid_client")
            .grant("refresh_token"),
        token(2).unanswered(),
    ]);
    assert_eq!(meant(&tale, json!({ "status": 400 })), "1 2");
    assert_eq!(meant(&tale, json!({ "error": "invalid_grant" })), "1");
    assert_eq!(meant(&tale, json!({ "grant": "refresh_token" })), "2");
    assert_eq!(
        meant(
            &tale,
            json!({ "status": 400, "grant": "client_credentials" })
        ),
        "1"
    );
}

#[test]
fn after_the_answer_to_an_exchange() {
    let refused = resource(0).status(401).answered(5);
    let tale = tale([
        refused,
        token(3),
        token(5),
        resource(5),
        resource(9).status(401),
        token(10),
    ]);
    let after = json!({ "after": { "to": "resource", "status": 401 } });
    assert_eq!(meant(&tale, after), "3 4 5 6");
    let nested = json!({ "to": "token", "after": { "status": 401, "after": { "status": 401 } } });
    assert_eq!(meant(&tale, nested), "6");
}

#[test]
fn within_one_instant_the_order_of_the_trace_decides() {
    let tale = tale([token(0), resource(0).status(401), token(0), resource(0)]);
    let after = json!({ "after": { "to": "resource", "status": 401 } });
    assert_eq!(meant(&tale, after), "3 4");
}

#[test]
fn after_a_step_began() {
    let tale = tale([
        token(0),
        token(5).caused_by("a", 1),
        token(5).caused_by("c", 1),
        token(5),
        token(6).caused_by("a", 2),
    ]);
    let after = json!({ "after": "c" });
    // Within one instant, what a step that began earlier sent does not count.
    let marked = tale.clone().began("a", 0).began("c", 5);
    assert_eq!(meant(&marked, after.clone()), "3 4 5");
    // Where the road could tell what had arrived, that decides.
    let numbered = tale
        .clone()
        .mark(MarkKind::Started("c".to_owned()), 5, Some(3));
    assert_eq!(meant(&numbered, after.clone()), "4 5");
    insta::assert_snapshot!(tale.verdict(json!({ "never": after })), @"inconclusive | expected no request after step `c` began | observed step `c` never began");
    insta::assert_snapshot!(tale.passive().verdict(json!({ "never": after })), @"not applicable | expected no request after step `c` began | observed needs a driver: no steps are played in passive mode");
}

#[test]
fn of_calls_made_at_once_any_may_have_been_parked_first() {
    // The trace lists them by their numbers, whichever socket was quicker.
    let herd = tale([
        token(0).caused_by("t", 1),
        token(0).caused_by("t", 2),
        token(0).caused_by("t", 3).held("herd", 5),
    ]);
    let check = json!({ "count": { "to": "token", "while": "herd", "is": 1 } });
    let verdict = |together: bool| {
        let steps = json!([{ "get_token": { "as": "t", "times": 3, "together": together } }]);
        told(&played(steps, &herd, check.clone()))
    };
    insta::assert_snapshot!(verdict(true), @"fail | expected exactly 1 request to token while `herd` held an answer back | observed 3 requests | #1 #2 #3");
    // One after another, the first two were over before.
    insta::assert_snapshot!(verdict(false), @"pass");
}

#[test]
fn while_a_hold_lasts() {
    let during = json!({ "while": "herd" });
    let herd = tale([
        token(0),
        token(0).held("herd", 5),
        token(0),
        token(5),
        token(6),
    ]);
    assert_eq!(
        meant(&herd.clone().released("herd", 5), during.clone()),
        "2 3 4"
    );
    assert_eq!(
        meant(&herd.clone().released("other", 5), during.clone()),
        "2 3 4 5"
    );
    // A release before anything was parked let nothing go.
    let twice = tale([token(3).held("herd", 5), token(4), token(6)])
        .released("herd", 1)
        .released("herd", 5);
    assert_eq!(meant(&twice, during), "1 2");
    insta::assert_snapshot!(herd.verdict(json!({ "never": { "while": "flock" } })), @"inconclusive | expected no request while `flock` held an answer back | observed hold `flock` never kept an answer back");
}

#[test]
fn statuses_and_classes_of_them() {
    let sent = [200, 401, 429, 503].map(|status| token(0).status(status));
    let tale = tale(sent.into_iter().chain([token(1).unanswered()]));
    assert_eq!(meant(&tale, json!({ "status": [429, "5xx"] })), "3 4");
    assert_eq!(meant(&tale, json!({ "status": "4xx" })), "2 3");
}

#[test]
fn what_a_request_asks_for() {
    let tale = tale([
        token(0).scope(&["a", "b"]),
        token(1).method("GET"),
        resource(2),
    ]);
    assert_eq!(meant(&tale, json!({ "scope": "b" })), "1");
    assert_eq!(meant(&tale, json!({ "scope": "c" })), "");
    assert_eq!(meant(&tale, json!({ "method": "GET" })), "2 3");
}

#[test]
fn how_a_client_authenticates() {
    let tale = tale([
        token(0).basic(Some(BasicSpelling::Encoded)),
        token(0).basic(Some(BasicSpelling::Raw)),
        token(0).basic(None),
        token(0),
        token(0).auth(&[AuthMethod::Basic, AuthMethod::Post]),
        token(0).auth(&[]),
        resource(0),
    ]);
    for (auth, numbers) in [
        ("basic", "1 2 3 5"),
        ("basic_encoded", "1"),
        ("basic_raw", "2"),
        ("post", "4 5"),
        ("none", "6"),
    ] {
        assert_eq!(meant(&tale, json!({ "auth": auth })), numbers, "{auth}");
    }
}

#[test]
fn how_long_a_token_still_lives() {
    let tale = tale([
        resource(0).shows("AT#1").left(300),
        resource(0).shows("AT#1").left(299),
        resource(0).shows("AT#1"),
        resource(0).shows_as("AT#1", TokenState::Expired),
        resource(0).shows_foreign(),
        resource(0),
    ]);
    assert_eq!(meant(&tale, json!({ "left_at_least": "5m" })), "1 3");
}

#[test]
fn where_a_secret_stands() {
    let places = [SecretPlace::Url, SecretPlace::Header, SecretPlace::Body];
    let tale = tale(places.map(|place| token(0).leaks("client_secret", place)));
    for (place, number) in [("url", "1"), ("header", "2"), ("body", "3")] {
        assert_eq!(meant(&tale, json!({ "secret_in": place })), number);
    }
}

#[test]
fn which_client_sent_it() {
    let two = tale([
        token(0).of("fleet-1"),
        token(1).of("fleet-2"),
        token(2).of("lone"),
        token(3).by_intruder(),
        token(4).asks("other", "default"),
        token(5).asks("app", "default"),
    ])
    .cast(&["fleet-1", "fleet-2", "lone"])
    .who_is("other", None, "default");
    assert_eq!(meant(&two, json!({ "client": "fleet" })), "1 2");
    assert_eq!(meant(&two, json!({ "client": "fleet-2" })), "2");
    // No call caused the fifth, but only one client is that application; the sixth may be that of either of the fleet.
    assert_eq!(meant(&two, json!({ "client": "lone" })), "3 5");
    let check = |name: &str| json!({ "never": { "client": name } });
    insta::assert_snapshot!(two.verdict(check("flock")), @"inconclusive | expected no request by `flock` | observed no client is called `flock`");
    insta::assert_snapshot!(two.clone().passive().cast(&[]).verdict(check("lone")), @"not applicable | expected no request by `lone` | observed needs a driver: clients cannot be told apart in passive mode");
    insta::assert_snapshot!(two.cast(&[]).verdict(check("lone")), @"inconclusive | expected no request by `lone` | observed the run does not say who its clients are");
    // A client that is alone sent everything.
    let lone = tale([token(0), resource(1)]).cast(&["client"]);
    assert_eq!(meant(&lone, json!({ "client": "client" })), "1 2");
}

#[test]
fn which_tenant_is_asked() {
    let body = json!({ "clients": { "a": {}, "b": { "tenant": "second" } } });
    let discovery = Sent::to(
        Endpoint::Discovery,
        "GET",
        "/other/v2.0/.well-known/openid-configuration",
        3,
    );
    let tale = tale([
        token(0).asks("app", "default"),
        token(1).asks("app", "other"),
        resource(2).path("/other"),
        discovery,
    ])
    .cast(&["a", "b"])
    .who_is("app", None, "other");
    let asks = |which: &str| {
        told(&set_up(
            body.clone(),
            &tale,
            json!({ "never": { "tenant": which } }),
        ))
    };
    insta::assert_snapshot!(asks("first"), @"fail | expected no request asking the first tenant | observed 1 such request, at t+0 s | #1");
    insta::assert_snapshot!(asks("second"), @"fail | expected no request asking the second tenant | observed 2 such requests, the first at t+1 s | #2 #4");
    let check = json!({ "never": { "tenant": "second" } });
    insta::assert_snapshot!(tale.clone().cast(&["client"]).verdict(check.clone()), @"inconclusive | expected no request asking the second tenant | observed no client is set up to ask the second tenant");
    insta::assert_snapshot!(tale.passive().cast(&[]).verdict(check), @"not applicable | expected no request asking the second tenant | observed needs a driver: clients cannot be told apart in passive mode");
}

#[test]
fn up_to_a_point() {
    let tale = tale([
        token(0).caused_by("a", 1),
        resource(0).status(401).caused_by("a", 1),
        token(5).caused_by("a", 2),
        token(5).caused_by("c", 1),
        token(6).caused_by("a", 3),
    ]);
    let marked = tale.clone().began("a", 0).began("c", 5);
    assert_eq!(meant(&marked, json!({ "before": "c" })), "1 2 3");
    assert_eq!(meant(&marked, json!({ "before": "a" })), "");
    assert_eq!(meant(&tale, json!({ "before": { "status": 401 } })), "1");
    let between = json!({ "after": { "to": "resource" }, "before": { "after": "c" } });
    assert_eq!(meant(&marked, between), "3");
    let check = |before: Value| json!({ "never": { "to": "jwks", "before": before } });
    insta::assert_snapshot!(tale.verdict(check(json!("d"))), @"inconclusive | expected no request to jwks before step `d` began | observed step `d` never began");
    insta::assert_snapshot!(tale.verdict(check(json!({ "status": 503 }))), @"inconclusive | expected no request to jwks before the first request answered with 503 | observed no request answered with 503 was seen");
    insta::assert_snapshot!(tale.passive().verdict(check(json!("c"))), @"not applicable | expected no request to jwks before step `c` began | observed needs a driver: no steps are played in passive mode");
}

#[test]
fn for_so_long() {
    let tale = tale([resource(0).status(401), token(0), token(29), token(30)]);
    let selector = json!({ "to": "token", "after": { "status": 401 }, "for": "30s" });
    // The end does not belong to it: who was told to wait so long may come then.
    assert_eq!(meant(&tale, selector.clone()), "2 3");
    assert_eq!(meant(&tale, json!({ "to": "token", "for": "30s" })), "2 3");
    let quiet = |ended| {
        let check = json!({ "never": { "to": "token", "status": 503, "after": { "status": 401 }, "for": "30s" } });
        tale.clone().ended(ended).verdict(check)
    };
    insta::assert_snapshot!(quiet(30), @"pass");
    insta::assert_snapshot!(quiet(29), @"inconclusive | expected no request to token answered with 503 within 30 s after the first request answered with 401 | observed the run ended 29 s into these 30 s");
    let count = |bound: &str, n: u32, ended| {
        let mut count = selector.clone();
        count[bound] = json!(n);
        tale.clone().ended(ended).verdict(json!({ "count": count }))
    };
    insta::assert_snapshot!(count("at_most", 1, 29), @"fail | expected at most 1 request to token within 30 s after the first request answered with 401 | observed 2 requests | #2 #3");
    insta::assert_snapshot!(count("at_most", 2, 29), @"inconclusive | expected at most 2 requests to token within 30 s after the first request answered with 401 | observed the run ended 29 s into these 30 s");
    insta::assert_snapshot!(count("at_least", 2, 29), @"pass");
    insta::assert_snapshot!(count("at_least", 3, 29), @"inconclusive | expected at least 3 requests to token within 30 s after the first request answered with 401 | observed the run ended 29 s into these 30 s");
    insta::assert_snapshot!(count("at_least", 3, 30), @"fail | expected at least 3 requests to token within 30 s after the first request answered with 401 | observed 2 requests | #2 #3");
}

#[test]
fn a_stretch_of_time_that_is_over_cannot_be_changed() {
    let cut = |before: Value| {
        let tale = tale([resource(0).status(401), token(9), resource(40)]).over_budget(3);
        tale.ended(40).verdict(json!({ "count": before }))
    };
    insta::assert_snapshot!(cut(json!({ "to": "token", "for": "40s", "at_most": 1 })), @"pass");
    insta::assert_snapshot!(cut(json!({ "to": "token", "for": "41s", "at_most": 1 })), @"fail | expected at most 1 request to token within 41 s from the start | observed stopped after 3 requests | #1 #2 #3");
    insta::assert_snapshot!(cut(json!({ "to": "token", "before": { "to": "resource", "after": { "to": "token" } }, "at_most": 1 })), @"pass");
    // An earlier request may yet be answered so.
    let open = tale([token(0), token(1).unanswered(), token(2).status(503)]).over_budget(3);
    insta::assert_snapshot!(open.verdict(json!({ "count": { "before": { "status": 503 }, "at_least": 2 } })), @"fail | expected at least 2 requests before the first request answered with 503 | observed stopped after 3 requests | #1 #2 #3");
}

#[test]
fn a_token_that_was_refused_before() {
    let refused = json!({ "presents": "rejected" });
    let shows = |second| resource(second).shows("AT#1").status(401);
    let again = tale([shows(0), resource(1).shows("AT#2"), shows(2)]);
    assert_eq!(meant(&again, refused.clone()), "3");
    let grants = [
        token(0).shows("RT#1").status(400).error("invalid_grant"),
        token(1).shows("RT#1"),
        token(2).shows("RT#2").status(400).error("invalid_client"),
        token(3).shows("RT#2"),
    ];
    assert_eq!(meant(&tale(grants), refused.clone()), "2");
    // Nobody had told the client yet: the answer was still to come, was lost, or was another's.
    let calls = tale([shows(0).answered(5), shows(2)]);
    assert_eq!(meant(&calls, refused.clone()), "");
    let lost = tale([shows(0).lost(Delivery::Truncated), shows(2)]);
    assert_eq!(meant(&lost, refused.clone()), "");
    let stolen = tale([shows(0).by_intruder(), shows(2)]);
    assert_eq!(meant(&stolen, refused.clone()), "");
    let others = tale([shows(0).of("a"), shows(2).of("b")]).cast(&["a", "b"]);
    assert_eq!(meant(&others, refused.clone()), "");
    let foreign = tale([
        resource(0).shows_foreign().status(401),
        resource(1).shows_foreign(),
    ]);
    assert_eq!(meant(&foreign, refused.clone()), "");
    // Of calls made all at once, none knows what the others were told in that instant.
    let herd = tale([shows(0).caused_by("t", 1), shows(0).caused_by("t", 2)]);
    let verdict = |together: bool| {
        let steps = json!([{ "call_api": { "as": "t", "times": 2, "together": together } }]);
        told(&played(steps, &herd, json!({ "never": refused })))
    };
    insta::assert_snapshot!(verdict(true), @"pass");
    insta::assert_snapshot!(verdict(false), @"fail | expected no request showing a token that was refused before | observed 1 such request, at t+0 s | #2");
}

#[test]
fn a_token_of_its_own() {
    let each = json!({ "each": { "to": "resource", "presents": "own" } });
    let sent = [
        token(0).of("a").issues("AT#1"),
        token(0).of("b").issues("AT#2"),
        resource(1).of("a").shows("AT#1"),
        resource(1).of("b").shows("AT#2"),
    ];
    let family = |sent: &[Sent]| {
        tale(sent.iter().cloned())
            .cast(&["a", "b"])
            .who_is("app", Some("bo"), "default")
            .owned("AT#2", "app", Some("bo"), 0)
    };
    insta::assert_snapshot!(family(&sent).verdict(each.clone()), @"pass");
    let mixed = |third: Sent| {
        let mut sent = sent.to_vec();
        sent.push(third);
        family(&sent).verdict(each.clone())
    };
    insta::assert_snapshot!(mixed(resource(2).of("a").shows("AT#2")), @"fail | expected each request to resource shows a token of its own | observed #5 shows AT#2, which default issued to bo with app | #5");
    insta::assert_snapshot!(mixed(resource(2).of("b").shows("AT#1")), @"fail | expected each request to resource shows a token of its own | observed #5 shows AT#1, which default issued to app | #5");
    insta::assert_snapshot!(mixed(resource(2).of("b").shows_foreign()), @"fail | expected each request to resource shows a token of its own | observed #5 shows a token that was never issued | #5");
    insta::assert_snapshot!(mixed(resource(2).of("b")), @"fail | expected each request to resource shows a token of its own | observed #5 shows no token | #5");
    insta::assert_snapshot!(mixed(resource(2).shows("AT#1")), @"inconclusive | expected each request to resource shows a token of its own | observed #5 may be that of any client");
    insta::assert_snapshot!(family(&sent).passive().cast(&[]).verdict(each), @"not applicable | expected each request to resource shows a token of its own | observed needs a driver: clients cannot be told apart in passive mode");
    let never = json!({ "never": { "presents": "own" } });
    insta::assert_snapshot!(family(&sent).passive().cast(&[]).verdict(never), @"not applicable | expected no request showing a token of its own | observed needs a driver: clients cannot be told apart in passive mode");
}

#[test]
fn a_hold_lasts_until_nothing_is_kept_back() {
    let check = json!({ "count": { "to": "token", "while": "herd", "is": 3 } });
    // The first release let only one of the two go.
    let tale = tale([token(0).held("herd", 9), token(1).held("herd", 5), token(7)]).said([call(
        Operation::GetToken,
        "a",
        1,
        0,
    )
    .class(crate::trace::Class::Other)]);
    let both = tale.released("herd", 5).released("herd", 9);
    insta::assert_snapshot!(both.verdict(check), @"pass");
}
