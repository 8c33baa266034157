//! One request for many callers, and what cancellation does not do.

use super::seconds;
use crate::testkit::{Reply, Stage, quiet, shown};
use crate::{BoxFuture, Freshness, GrantSource, Policy, Spawn, TokenRecord};

async fn herd(stage: &Stage, size: usize) -> Vec<tokio::task::JoinHandle<String>> {
    let herd = (0..size)
        .map(|_| {
            let client = stage.client.clone();
            tokio::spawn(async move { shown(client.token().await) })
        })
        .collect();
    quiet().await;
    herd
}

async fn outcomes(stage: &Stage, herd: Vec<tokio::task::JoinHandle<String>>) -> Vec<String> {
    let mut outcomes = stage
        .clock
        .run(async move {
            let mut outcomes = Vec::new();
            for one in herd {
                outcomes.push(one.await.expect("no panic"));
            }
            outcomes
        })
        .await;
    outcomes.dedup();
    outcomes
}

#[tokio::test]
async fn fifty_callers_cause_one_request_and_get_one_token() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour().held(), Reply::hour()]);
    let herd = herd(&stage, 50).await;
    assert_eq!(stage.script.token_count(), 1);
    stage.script.open_gate();
    assert_eq!(outcomes(&stage, herd).await, ["AT1"]);
    assert_eq!(stage.script.token_count(), 1);
}

#[tokio::test]
async fn fifty_callers_share_a_failure_and_do_not_stampede() {
    let stage = Stage::client_credentials();
    stage.script.tokens([
        Reply::body(400, r#"{"error":"invalid_scope"}"#).held(),
        Reply::hour(),
    ]);
    let first = herd(&stage, 50).await;
    stage.script.open_gate();
    let shared = outcomes(&stage, first).await;
    assert_eq!(shared.len(), 1);
    // Those who come right after are told the same, without a request.
    let second = herd(&stage, 50).await;
    assert_eq!(outcomes(&stage, second).await, shared);
    assert_eq!(stage.script.token_count(), 1);
    // Then one request again.
    stage.clock.advance(seconds(10)).await;
    let third = herd(&stage, 50).await;
    assert_eq!(outcomes(&stage, third).await, ["AT1"]);
    assert_eq!(stage.script.token_count(), 2);
}

#[tokio::test]
async fn a_cancelled_caller_takes_nothing_from_the_others() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour().held()]);
    let mut herd = herd(&stage, 3).await;
    herd.remove(0).abort();
    quiet().await;
    stage.script.open_gate();
    assert_eq!(outcomes(&stage, herd).await, ["AT1"]);
    assert_eq!(stage.script.token_count(), 1);
}

#[tokio::test]
async fn forced_refreshes_share_a_request_too() {
    let stage = Stage::client_credentials();
    stage
        .script
        .tokens([Reply::hour(), Reply::hour().held(), Reply::hour()]);
    stage.token().await;
    let herd: Vec<_> = (0..10)
        .map(|_| {
            let client = stage.client.clone();
            tokio::spawn(async move { shown(client.refresh().await) })
        })
        .collect();
    quiet().await;
    assert_eq!(stage.token().await, "AT1", "others are served meanwhile");
    stage.script.open_gate();
    assert_eq!(outcomes(&stage, herd).await, ["AT2"]);
    assert_eq!(stage.script.token_count(), 2);
}

#[tokio::test]
async fn a_forced_refresh_is_not_content_with_what_the_store_had() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.token().await;
    let sibling = stage.sibling(GrantSource::ClientCredentials);
    let (reader, forcer) = (sibling.clone(), sibling);
    let reading = tokio::spawn(async move { shown(reader.token().await) });
    let forcing = tokio::spawn(async move { shown(forcer.refresh().await) });
    assert_eq!(outcomes(&stage, vec![reading]).await, ["AT1"]);
    assert_eq!(outcomes(&stage, vec![forcing]).await, ["AT2"]);
}

#[tokio::test]
async fn two_clients_on_one_store_share_the_token() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    let sibling = stage.sibling(GrantSource::ClientCredentials);
    assert_eq!(stage.token().await, "AT1");
    let token = stage.clock.run(async move { sibling.token().await }).await;
    assert_eq!(shown(token), "AT1");
    assert_eq!(stage.script.token_count(), 1);
}

/// Drops what it is given.
#[derive(Debug)]
struct Dropping;

impl Spawn for Dropping {
    fn spawn(&self, _task: BoxFuture<'static, ()>) {}
}

#[tokio::test]
async fn a_dropped_task_ends_in_cancelled_and_blocks_nobody() {
    let stage = Stage::new(GrantSource::ClientCredentials, |builder| {
        builder.spawn(Dropping)
    });
    let outcomes = [stage.token().await, stage.token().await];
    insta::assert_snapshot!(outcomes.join("\n"), @r"
    cancelled: token request was dropped before it was done
    cancelled: token request was dropped before it was done
    ");
    assert_eq!(stage.script.token_count(), 0);
}

/// Breaks while the shared request is under way.
#[derive(Debug)]
struct Panicking;

impl Policy for Panicking {
    fn lifetime(&self, _stated: Option<std::time::Duration>) -> std::time::Duration {
        unreachable!("a broken policy")
    }

    fn freshness(&self, _record: &TokenRecord, _now: jiff::Timestamp) -> Freshness {
        Freshness::Fresh
    }
}

#[tokio::test]
async fn a_panic_in_a_seam_ends_in_cancelled_and_blocks_nobody() {
    let stage = Stage::new(GrantSource::ClientCredentials, |builder| {
        builder.policy(Panicking)
    });
    stage.script.tokens([Reply::hour()]);
    assert!(stage.token().await.starts_with("cancelled"));
    assert!(stage.token().await.starts_with("cancelled"));
    assert_eq!(stage.script.token_count(), 2, "each had its own try");
}
