//! Refresh tokens that were replaced, whatever the store has forgotten of them.

use super::rotation::rotating;
use super::seconds;
use crate::testkit::{Reply, Script, Stage, shown};
use crate::{GrantSource, Secret, TokenRecord, TokenStore};

#[tokio::test]
async fn a_successor_that_vanished_does_not_bring_the_first_token_back() {
    let stage = Stage::refresh_token("RT1");
    stage.script.tokens([rotating("RT2")]);
    stage.token().await;
    let key = stage.client.store_key();
    let rt2 = Secret::new("RT2");
    stage.store.remove(key, &rt2).await.expect("removed");
    stage.clock.advance(seconds(3700)).await;
    insta::assert_snapshot!(stage.token().await, @"reauth_required: no refresh token is left; sign in again");
    assert_eq!(stage.script.token_count(), 1);
}

fn with_refresh_token(token: &str) -> TokenRecord {
    TokenRecord {
        refresh_token: Some(Secret::new(token)),
        ..TokenRecord::default()
    }
}

/// The refresh tokens that were sent, in their order.
fn sent(script: &Script) -> String {
    let sent: Vec<_> = script
        .seen()
        .iter()
        .map(|seen| {
            let token = seen
                .body
                .split('&')
                .find_map(|it| it.strip_prefix("refresh_token="));
            token.unwrap_or("none").to_owned()
        })
        .collect();
    sent.join(" ")
}

#[tokio::test]
async fn a_store_that_went_back_does_not_bring_an_old_refresh_token_back() {
    let stage = Stage::refresh_token("RT1");
    let key = stage.client.store_key();
    stage
        .script
        .tokens([rotating("RT2"), rotating("RT3"), rotating("RT4")]);
    stage.token().await;
    stage.refresh().await;
    // Somebody puts a copy of yesterday's back.
    let copy = with_refresh_token("RT2");
    stage.store.save(key, &copy).await.expect("saved");
    stage.clock.advance(seconds(3700)).await;
    assert_eq!(stage.token().await, "AT3");
    assert_eq!(sent(&stage.script), "RT1 RT2 RT3");
    let mended = stage.store.load(key).await.expect("readable");
    let token = mended.and_then(|record| record.refresh_token);
    assert!(token.is_some_and(|token| token.matches(&Secret::new("RT4"))));

    // Also in the pause before another try.
    let busy = Reply::body(429, "").with("retry-after", "30");
    stage.script.tokens([busy, rotating("RT5")]);
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { shown(client.refresh().await) });
    stage.clock.advance(seconds(10)).await;
    stage.store.save(key, &copy).await.expect("saved");
    stage.clock.advance(seconds(20)).await;
    assert_eq!(waiting.await.expect("no panic"), "AT4");
    assert_eq!(sent(&stage.script), "RT1 RT2 RT3 RT4 RT4");
}

#[tokio::test]
async fn what_a_person_gives_is_good_though_it_was_replaced_before() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([rotating("RT2"), rotating("RT3"), rotating("RT4")]);
    stage.token().await;
    let again = GrantSource::RefreshToken(Secret::new("RT1"));
    stage.client.set_grant(again).await.expect("saved");
    stage.refresh().await;
    assert_eq!(sent(&stage.script), "RT1 RT1");
}

#[tokio::test]
async fn the_first_token_of_a_session_that_has_ended_is_not_sent_by_the_next_client() {
    let first = || GrantSource::RefreshToken(Secret::new("RT1"));
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([rotating("RT2"), Reply::error(400, "invalid_grant")]);
    stage.token().await;
    assert!(stage.refresh().await.starts_with("reauth_required"));
    let stored = stage.store.load(stage.client.store_key()).await;
    assert!(stored.expect("readable").is_none(), "nothing says so here");

    let restarted = stage.sibling(first());
    let outcome = stage
        .clock
        .run(async move { restarted.token().await })
        .await;
    insta::assert_snapshot!(shown(outcome), @"reauth_required: no refresh token is left; sign in again");
    assert_eq!(sent(&stage.script), "RT1 RT2");

    // Another session, for the same account.
    let account = |token: &str| {
        let grant = GrantSource::RefreshToken(Secret::new(token));
        let stage = &stage;
        let store = stage.store.clone();
        Stage::new(grant, |builder| {
            let builder = builder.account("ann").store(store);
            builder
                .clock(stage.clock.clone())
                .transport(stage.script.clone())
        })
        .client
    };
    stage.script.tokens([
        rotating("RT12"),
        Reply::error(400, "invalid_grant"),
        rotating("RT22"),
    ]);
    let old = account("RT11");
    let outcomes = stage
        .clock
        .run(async move { [old.token().await, old.refresh().await].map(shown) })
        .await;
    assert_eq!(outcomes[0], "AT2");
    let (again, new) = (account("RT11"), account("RT21"));
    let outcomes = stage
        .clock
        .run(async move { [again.token().await, new.token().await].map(shown) })
        .await;
    insta::assert_snapshot!(outcomes.join("\n"), @"
    reauth_required: no refresh token is left; sign in again
    AT3
    ");
    assert_eq!(sent(&stage.script), "RT1 RT2 RT11 RT12 RT21");
}

#[tokio::test]
async fn a_session_that_ends_in_a_pause_is_not_gone_on_with() {
    let stage = Stage::refresh_token("RT1");
    let busy = Reply::body(429, "").with("retry-after", "30");
    stage
        .script
        .tokens([rotating("RT2"), busy, rotating("RT3")]);
    stage.token().await;
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { shown(client.refresh().await) });
    stage.clock.advance(seconds(10)).await;
    let key = stage.client.store_key();
    let left = stage.store.remove(key, &Secret::new("RT2")).await;
    assert!(left.expect("removed").is_none());
    stage.clock.advance(seconds(20)).await;
    insta::assert_snapshot!(waiting.await.expect("no panic"), @"reauth_required: no refresh token is left; sign in again");
    assert_eq!(sent(&stage.script), "RT1 RT2");

    // One that starts from the same token, and has not heard of its successor.
    let stage = Stage::refresh_token("RT1");
    let busy = || Reply::body(429, "").with("retry-after", "30");
    let other = stage.sibling(GrantSource::RefreshToken(Secret::new("RT1")));
    stage.script.tokens([
        busy(),
        rotating("RT2"),
        Reply::error(400, "invalid_grant"),
        rotating("RT3"),
    ]);
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { shown(client.token().await) });
    stage.clock.advance(seconds(10)).await;
    assert_eq!(shown(other.token().await), "AT1");
    assert!(shown(other.refresh().await).starts_with("reauth_required"));
    stage.clock.advance(seconds(20)).await;
    insta::assert_snapshot!(waiting.await.expect("no panic"), @"reauth_required: no refresh token is left; sign in again");
    assert_eq!(sent(&stage.script), "RT1 RT1 RT2");
}
