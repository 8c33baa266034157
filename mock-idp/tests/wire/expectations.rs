//! Expectations of a world, and its journal as an embedder reads it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::expect::{Expectation, Gap, Per, Presents, Requests, Unmet, Verdict};
use mock_idp::journal::Endpoint;

use crate::stage::Stage;

/// One token, one call with it, a refused call, another token.
pub(crate) async fn an_ordinary_day(stage: &Stage) {
    let token = stage.access_token().await;
    assert_eq!(stage.call_api(&token).await.status, 200);
    stage.advance(90_000);
    assert_eq!(stage.call_api(&token).await.status, 401);
    stage.access_token().await;
}

/// A message without what differs from run to run.
fn told(unmet: &impl ToString) -> String {
    unmet.to_string()
}

#[tokio::test]
async fn what_was_seen_meets_what_was_expected() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        an_ordinary_day(&stage).await;
        let idp = &stage.idp;
        let client = idp.client_id();
        idp.verify(Expectation::count(Endpoint::Token).exactly(2))
            .unwrap();
        idp.verify(
            Expectation::count(Endpoint::Resource)
                .by_client(&client)
                .exactly(2),
        )
        .unwrap();
        idp.verify(
            Expectation::count(Endpoint::Resource)
                .at_most(2)
                .per(Per::Token),
        )
        .unwrap();
        idp.verify(
            Expectation::count(Endpoint::Token)
                .at_most(1)
                .within(Duration::from_secs(3600)),
        )
        .unwrap();
        idp.verify(Expectation::never(
            Requests::to(Endpoint::Token).by_client("stranger"),
        ))
        .unwrap();
        idp.verify(Expectation::never(Requests::any().leaking_a_secret()))
            .unwrap();
        idp.verify(Expectation::order([
            Requests::to(Endpoint::Resource)
                .status(401)
                .presenting(Presents::Expired),
            Requests::to(Endpoint::Token).status_class(2),
        ]))
        .unwrap();
        idp.verify(Expectation::gap(Endpoint::Token).at_least(Duration::from_secs(90_000)))
            .unwrap();
        let from_to = Gap::from_to("token#1".parse().unwrap(), "resource#1".parse().unwrap());
        idp.verify(from_to.at_most(Duration::ZERO)).unwrap();
        let refused = Requests::to(Endpoint::Resource).status(401);
        idp.verify(Expectation::count(Requests::to(Endpoint::Token).after(refused)).exactly(1))
            .unwrap();
    }
}

#[tokio::test]
async fn what_was_seen_breaks_what_was_expected() {
    let stage = Stage::okta().await;
    an_ordinary_day(&stage).await;
    let unmet = |expectation: Expectation| told(&stage.idp.verify(&expectation).unwrap_err());
    insta::assert_snapshot!(unmet(Expectation::count(Endpoint::Token).exactly(1).named("the token is cached").hint("is there a cache?")), @"
    the token is cached
      expected exactly 1 request to token
      observed 2 requests
        #1 t+0s POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#1
        #4 t+25h POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#2
      hint: is there a cache?
    ");
    insta::assert_snapshot!(unmet(Expectation::never(Requests::to(Endpoint::Resource).presenting(Presents::Expired))), @"
    expected no request to resource showing an expired token
    observed 1 request to resource showing an expired token
      #3 t+25h GET /orders of 0oa1daemonTokenPr0d7 AT#1 (expired) -> 401 invalid_token
    ");
    insta::assert_snapshot!(unmet(Expectation::order([Requests::to(Endpoint::Token), Requests::to(Endpoint::Jwks)])), @"
    expected a request to token, then a request to jwks
    observed no request to jwks after #1
      #1 t+0s POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#1
    hint: no request at all went to jwks
    ");
    insta::assert_snapshot!(unmet(Expectation::gap(Endpoint::Token).at_most(Duration::from_secs(60)).into()), @"
    expected at most 1m between requests to token
    observed 25h between #1 and #4
      #1 t+0s POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#1
      #4 t+25h POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#2
    ");
    insta::assert_snapshot!(unmet(Expectation::count(Requests::to(Endpoint::Token).grant("refresh_token").status(400)).into()), @"
    expected at least 1 request to token with grant refresh_token answered with 400
    observed no request
      #1 t+0s POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#1
    hint: #1 comes nearest; it is not: answered with 400, with grant refresh_token
    ");
    insta::assert_snapshot!(unmet(Expectation::gap(Endpoint::Token).growing().into()), @"
    expected pauses that never shrink between requests to token
    not decided: 2 requests to token, and a gap of this kind needs 3
    ");
    insta::assert_snapshot!(unmet(Expectation::count(Requests::to(Endpoint::Token).after(Requests::to(Endpoint::Jwks))).exactly(1).into()), @"
    expected exactly 1 request to token after the first request to jwks
    not decided: no request to jwks was seen
    ");
    insta::assert_snapshot!(unmet(Expectation::never(Requests::to(Endpoint::Jwks).after(Endpoint::Token).within(Duration::from_secs(100_000)))), @"
    expected no request to jwks within 27h 46m 40s after the first request to token
    not decided: only 25h of these 27h 46m 40s have passed
    ");
}

#[tokio::test]
async fn an_expectation_that_asks_for_nothing_is_never_met() {
    let stage = Stage::okta().await;
    let none: [Requests; 0] = [];
    for (asked, told) in [
        (
            Expectation::order(none),
            "an expectation asks for something",
        ),
        (
            Expectation::gap(Endpoint::Token).into(),
            "`gap` asks for nothing",
        ),
        (
            Expectation::gap(Endpoint::Token).growing_by(-1.0).into(),
            "`growth` is -1",
        ),
        (
            Expectation::count(Endpoint::Token)
                .at_least(2)
                .at_most(1)
                .into(),
            "which no number is",
        ),
        (
            Expectation::count(Endpoint::Token)
                .at_most(1)
                .within(Duration::ZERO)
                .into(),
            "`within` is no length",
        ),
    ] {
        let unmet = stage.idp.verify(&asked).unwrap_err();
        assert_eq!(unmet.verdict, Verdict::Broken);
        assert!(unmet.observed.contains(told), "{unmet}");
        // It cannot be read either.
        let json = serde_json::to_string(&asked).unwrap();
        let error = serde_json::from_str::<Expectation>(&json).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
    // A count without a bound means one or more.
    stage
        .idp
        .verify(Expectation::count(Endpoint::Token))
        .unwrap_err();
    stage.access_token().await;
    stage
        .idp
        .verify(Expectation::count(Endpoint::Token))
        .unwrap();
}

#[tokio::test]
async fn a_dropped_world_panics_with_every_expectation_that_is_not_met() {
    let Stage { idp, .. } = Stage::okta().await;
    idp.expect(
        Expectation::count(Endpoint::Token)
            .exactly(1)
            .named("one token"),
    );
    idp.expect(Expectation::never(Endpoint::Jwks));
    idp.expect(Expectation::order([Endpoint::Token, Endpoint::Resource]));
    let panic = catch_unwind(AssertUnwindSafe(|| drop(idp))).unwrap_err();
    insta::assert_snapshot!(panic.downcast_ref::<String>().unwrap(), @"
    2 expectations were not met:
    1. one token
      expected exactly 1 request to token
      observed no request
      hint: nothing has come in: look at the URL that the client uses, and whether it trusts the certificate
    2. expected a request to token, then a request to resource
      observed no request to token
      hint: nothing has come in: look at the URL that the client uses, and whether it trusts the certificate
    ");
}

#[tokio::test]
async fn a_world_that_met_all_is_dropped_in_silence() {
    let stage = Stage::okta().await;
    stage
        .idp
        .expect(Expectation::count(Endpoint::Token).exactly(1));
    assert_eq!(stage.idp.expectations().len(), 1);
    assert_eq!(stage.idp.verify_all().unwrap_err().0.len(), 1);
    stage.access_token().await;
    stage.idp.verify_all().unwrap();
}

#[tokio::test]
async fn a_world_dropped_in_a_panic_does_not_panic_again() {
    let Stage { idp, .. } = Stage::okta().await;
    idp.expect(Expectation::count(Endpoint::Token).exactly(1));
    // A second panic would abort the process, and with it all tests.
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _idp = idp;
        panic!("the first");
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"the first"));
}

#[tokio::test]
async fn a_stopped_world_tells_what_was_not_met_and_does_not_panic() {
    let Stage { idp, .. } = Stage::okta().await;
    idp.expect(Expectation::count(Endpoint::Token).exactly(1));
    let unmet = idp.stop().await.unwrap_err();
    assert_eq!(unmet.0.len(), 1);
    // Whatever way a test shows it, it can be read.
    assert_eq!(format!("{unmet:?}"), unmet.to_string());
    assert!(format!("{:?}", unmet.0[0]).ends_with(&unmet.0[0].to_string()));
    let stage = Stage::okta().await;
    stage
        .idp
        .expect(Expectation::count(Endpoint::Token).exactly(1));
    stage.access_token().await;
    stage.idp.stop().await.unwrap();
}

#[tokio::test]
async fn what_the_journal_has_dropped_is_not_passed_over() {
    let stage = Stage::of(MockIdp::okta().journal_capacity(2)).await;
    for _ in 0..3 {
        stage.access_token().await;
    }
    let verdict = |asked: Expectation| {
        stage
            .idp
            .verify(&asked)
            .map_err(|unmet: Unmet| unmet.verdict)
    };
    let token = || Expectation::count(Endpoint::Token);
    insta::assert_snapshot!(told(&stage.idp.verify(Expectation::never(Endpoint::Jwks)).unwrap_err()), @"
    expected no request to jwks
    not decided: the journal has dropped its 1 oldest entries; start the world with a larger `journal_capacity`
    ");
    // What is still there decides what it can.
    assert_eq!(verdict(token().at_least(2).into()), Ok(()));
    assert_eq!(
        verdict(Expectation::order([Endpoint::Token, Endpoint::Token])),
        Ok(())
    );
    assert_eq!(verdict(token().at_most(1).into()), Err(Verdict::Broken));
    assert_eq!(
        verdict(Expectation::never(Endpoint::Token)),
        Err(Verdict::Broken)
    );
    for undecided in [
        token().at_least(3).into(),
        token().exactly(2).into(),
        token().at_most(2).into(),
        Expectation::order([Endpoint::Jwks, Endpoint::Token]),
        Expectation::gap(Endpoint::Token)
            .at_most(Duration::ZERO)
            .into(),
        Expectation::never(Requests::to(Endpoint::Jwks).before(Endpoint::Token)),
        Expectation::never(Requests::to(Endpoint::Resource).presenting(Presents::Rejected)),
    ] {
        assert_eq!(
            verdict(undecided.clone()),
            Err(Verdict::Undecided),
            "{undecided:?}"
        );
    }
    // A journal that was cleared is whole again.
    stage.idp.clear_journal();
    assert_eq!(verdict(Expectation::never(Endpoint::Token)), Ok(()));
    stage.access_token().await;
    assert_eq!(verdict(token().exactly(1).into()), Ok(()));
    assert_eq!(
        (stage.idp.journal().written(), stage.idp.journal().dropped()),
        (4, 0)
    );
    assert_eq!(stage.last_entry().number, 4);
}

#[tokio::test]
async fn a_thousand_expectations_are_kept_and_the_rest_is_told() {
    let Stage { idp, .. } = Stage::okta().await;
    for _ in 0..1002 {
        idp.expect(Expectation::never(Endpoint::Token));
    }
    let unmet = idp.stop().await.unwrap_err();
    insta::assert_snapshot!(told(&unmet), @"
    1 expectation was not met:
    1. expected at most 1000 expectations of one world
      not decided: 2 more, which were not kept
    ");
}

#[tokio::test]
async fn a_reset_world_counts_from_its_reset() {
    let stage = Stage::okta().await;
    stage.access_token().await;
    stage.advance(3600);
    stage.idp.reset();
    let soon = Requests::to(Endpoint::Token).within(Duration::from_secs(30));
    stage.access_token().await;
    stage.advance(30);
    stage
        .idp
        .verify(Expectation::count(soon).exactly(1))
        .unwrap();
}
