//! Refresh tokens: replaced, kept, refused, lost, raced for.

use super::seconds;
use crate::testkit::{Reply, Stage, Unleased, quiet, shown};
use crate::{GrantSource, Secret, TokenRecord, TokenStore, TransportErrorKind};

/// An answer with another refresh token.
pub(super) fn rotating(refresh_token: &str) -> Reply {
    Reply::token(&format!(
        r#","expires_in":3600,"refresh_token":"{refresh_token}""#
    ))
}

#[tokio::test]
async fn a_new_refresh_token_replaces_the_old_one_at_once() {
    let stage = Stage::refresh_token("RT1");
    stage.script.tokens([rotating("RT2"), rotating("RT3")]);
    for _ in 0..3 {
        stage.token().await;
        stage.clock.advance(seconds(3700)).await;
    }
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    3700.000 POST grant_type=refresh_token&refresh_token=RT2&scope=api&client_id=app&client_secret=client-secret
    7400.000 POST grant_type=refresh_token&refresh_token=RT3&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn without_a_new_refresh_token_the_old_one_stays() {
    for member in ["", r#","refresh_token":"""#, r#","refresh_token":null"#] {
        let stage = Stage::refresh_token("RT1");
        stage.script.tokens([
            rotating("RT2"),
            Reply::token(&format!(r#","expires_in":60{member}"#)),
        ]);
        for _ in 0..3 {
            stage.token().await;
            stage.clock.advance(seconds(3700)).await;
        }
        let last = stage.script.seen().pop().expect("a request");
        assert!(last.body.contains("refresh_token=RT2"), "{}", last.body);
    }
}

#[tokio::test]
async fn the_password_is_sent_only_while_there_is_no_refresh_token() {
    let stage = Stage::password();
    stage.script.tokens([
        rotating("RT1"),
        rotating("RT2"),
        Reply::error(400, "invalid_grant"),
        rotating("RT3"),
    ]);
    for _ in 0..3 {
        assert!(stage.token().await.starts_with("AT"));
        stage.clock.advance(seconds(3700)).await;
    }
    // The refused refresh token is followed by the original grant, once.
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=password&username=ann&password=pw&scope=api&client_id=app&client_secret=client-secret
    3700.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    7400.000 POST grant_type=refresh_token&refresh_token=RT2&scope=api&client_id=app&client_secret=client-secret
    7400.000 POST grant_type=password&username=ann&password=pw&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn a_refused_refresh_token_is_never_sent_again() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([rotating("RT2"), Reply::error(400, "invalid_grant")]);
    stage.token().await;
    stage.clock.advance(seconds(3700)).await;
    let mut outcomes = Vec::new();
    for _ in 0..5 {
        outcomes.push(stage.token().await);
        stage.clock.advance(seconds(600)).await;
    }
    outcomes.dedup();
    insta::assert_snapshot!(outcomes.join("\n"), @"reauth_required: token endpoint refused the refresh_token grant with status 400, invalid_grant");
    assert_eq!(stage.script.token_count(), 2, "neither RT2 nor RT1 again");
    let stored = stage.store.load(stage.client.store_key()).await;
    assert!(stored.expect("readable").is_none(), "taken out");
}

#[tokio::test]
async fn a_refused_first_refresh_token_is_sent_once() {
    let stage = Stage::refresh_token("RT1");
    stage.script.tokens([Reply::error(400, "invalid_grant")]);
    for _ in 0..3 {
        assert!(stage.token().await.starts_with("reauth_required"));
        assert!(stage.refresh().await.starts_with("reauth_required"));
        stage.clock.advance(seconds(600)).await;
    }
    assert_eq!(stage.script.token_count(), 1);
}

#[tokio::test]
async fn a_refused_step_up_keeps_the_record_but_is_not_repeated() {
    let step_up = Reply::body(
        400,
        r#"{"error":"invalid_grant","suberror":"basic_action","claims":"{\"a\":1}"}"#,
    );
    let stage = Stage::refresh_token("RT1");
    stage.script.tokens([rotating("RT2"), step_up]);
    stage.token().await;
    stage.clock.advance(seconds(3700)).await;
    for _ in 0..3 {
        assert!(stage.token().await.starts_with("interaction_required"));
        stage.clock.advance(seconds(60)).await;
    }
    assert_eq!(stage.script.token_count(), 2);
    let stored = stage.store.load(stage.client.store_key()).await;
    assert!(stored.expect("readable").is_some());
}

#[tokio::test]
async fn a_valid_token_outlives_its_refused_refresh_token() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([rotating("RT2"), Reply::error(400, "invalid_grant")]);
    stage.token().await;
    stage.clock.advance(seconds(3400)).await;
    for _ in 0..3 {
        assert_eq!(stage.token().await, "AT1");
        stage.clock.advance(seconds(60)).await;
    }
    stage.clock.advance(seconds(60)).await;
    assert!(stage.token().await.starts_with("reauth_required"));
    assert_eq!(stage.script.token_count(), 2);
}

#[tokio::test]
async fn a_new_sign_in_in_the_store_ends_the_refusal() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([Reply::error(400, "invalid_grant"), rotating("RT10")]);
    assert!(stage.token().await.starts_with("reauth_required"));
    let signed_in = TokenRecord {
        refresh_token: Some(Secret::new("RT9")),
        ..TokenRecord::default()
    };
    let key = stage.client.store_key();
    stage.store.save(key, &signed_in).await.expect("saved");
    assert_eq!(stage.token().await, "AT1");
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    0.000 POST grant_type=refresh_token&refresh_token=RT9&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn a_lost_answer_is_followed_by_one_more_try_and_then_an_error() {
    let lost = Reply::Fail(TransportErrorKind::Reset);
    let stage = Stage::refresh_token("RT1");
    stage.script.tokens([lost.clone(), rotating("RT2")]);
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.script.token_count(), 2);

    let stage = Stage::refresh_token("RT1");
    stage.script.tokens([lost]);
    insta::assert_snapshot!(stage.token().await, @"transient: connection lost before the answer was complete: scripted");
    for _ in 0..29 {
        assert!(stage.token().await.starts_with("transient"));
        stage.clock.advance(seconds(1)).await;
    }
    assert_eq!(stage.script.token_count(), 2, "quiet for half a minute");

    // The token was not given up: the server may never have seen it.
    stage.script.tokens([rotating("RT2")]);
    stage.clock.advance(seconds(1)).await;
    assert_eq!(stage.token().await, "AT1");
}

#[tokio::test]
async fn the_loser_of_a_race_takes_the_winners_token() {
    let source = || GrantSource::RefreshToken(Secret::new("RT1"));
    let store = Unleased::default();
    let stage = Stage::new(source(), |builder| builder.store(store.clone()));
    let winner = stage.sibling_on(store.clone(), source());
    // Both hold RT1 when they send; the server answers the winner first.
    stage
        .script
        .tokens([Reply::error(400, "invalid_grant").held(), rotating("RT2")]);
    let loser = stage.client.clone();
    let losing = tokio::spawn(async move { shown(loser.token().await) });
    quiet().await;
    assert_eq!(
        shown(stage.clock.run(async move { winner.token().await }).await),
        "AT1"
    );
    stage.script.open_gate();
    assert_eq!(losing.await.expect("no panic"), "AT1");
    assert_eq!(stage.script.token_count(), 2);

    stage.clock.advance(seconds(3700)).await;
    stage.script.tokens([rotating("RT3")]);
    assert_eq!(stage.token().await, "AT2");
    let last = stage.script.seen().pop().expect("a request");
    assert!(last.body.contains("refresh_token=RT2"), "{}", last.body);
}

#[tokio::test]
async fn the_loser_goes_on_with_the_winners_refresh_token_if_that_is_all_there_is() {
    let stage = Stage::refresh_token("RT1");
    let spent = TokenRecord {
        refresh_token: Some(Secret::new("RT2")),
        ..TokenRecord::default()
    };
    stage
        .script
        .tokens([Reply::error(400, "invalid_grant").held(), rotating("RT3")]);
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { shown(client.token().await) });
    quiet().await;
    let key = stage.client.store_key();
    stage.store.save(key, &spent).await.expect("saved");
    stage.script.open_gate();
    assert_eq!(waiting.await.expect("no panic"), "AT1");
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    0.000 POST grant_type=refresh_token&refresh_token=RT2&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn a_pause_ends_with_a_look_into_the_store() {
    // While one client waits for its next try, another renews: the old refresh token is not sent.
    let stage = Stage::refresh_token("RT1");
    let source = GrantSource::RefreshToken(Secret::new("RT1"));
    let other = stage.sibling(source);
    let busy = Reply::body(429, "").with("retry-after", "30");
    stage
        .script
        .tokens([busy, rotating("RT2"), rotating("RT3")]);
    let waiter = stage.client.clone();
    let waiting = tokio::spawn(async move { shown(waiter.token().await) });
    stage.clock.advance(seconds(10)).await;
    assert_eq!(shown(other.token().await), "AT1");
    stage.clock.advance(seconds(20)).await;
    assert_eq!(waiting.await.expect("no panic"), "AT1");
    assert_eq!(stage.script.token_count(), 2);

    // A forced refresh wants a token of its own, and gets it with the new refresh token.
    let busy = Reply::body(429, "").with("retry-after", "30");
    stage
        .script
        .tokens([busy, rotating("RT4"), rotating("RT5")]);
    let forcer = stage.client.clone();
    let forcing = tokio::spawn(async move { shown(forcer.refresh().await) });
    stage.clock.advance(seconds(10)).await;
    assert_eq!(shown(other.refresh().await), "AT2");
    stage.clock.advance(seconds(20)).await;
    assert_eq!(forcing.await.expect("no panic"), "AT3");
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    10.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    30.000 POST grant_type=refresh_token&refresh_token=RT2&scope=api&client_id=app&client_secret=client-secret
    40.000 POST grant_type=refresh_token&refresh_token=RT2&scope=api&client_id=app&client_secret=client-secret
    60.000 POST grant_type=refresh_token&refresh_token=RT4&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn a_narrower_grant_is_not_asked_to_widen() {
    let stage = Stage::new(GrantSource::RefreshToken(Secret::new("RT1")), |builder| {
        builder.scopes(["read", "write"])
    });
    stage
        .script
        .tokens([Reply::token(r#","expires_in":3600,"scope":"api read""#)]);
    for _ in 0..2 {
        stage.token().await;
        stage.clock.advance(seconds(3700)).await;
    }
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api+read+write&client_id=app&client_secret=client-secret
    3700.000 POST grant_type=refresh_token&refresh_token=RT1&client_id=app&client_secret=client-secret
    ");
}
