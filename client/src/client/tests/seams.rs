//! Every decision goes through a seam: replacing one method changes it. Each client here is wrong
//! on purpose; its test shows the fault on the wire.

use std::time::Duration;

use jiff::Timestamp;

use super::seconds;
use crate::testkit::{Reply, Stage};
use crate::{
    AfterAnswer, ApiResponse, Attempt, BoxFuture, Failure, Freshness, GrantSource, MemoryStore,
    Next, Policy, Secret, StandardPolicy, StoreError, StoreKey, TokenRecord, TokenStore,
};

fn with_policy(grant: GrantSource, policy: impl Policy) -> Stage {
    Stage::new(grant, |builder| builder.policy(policy))
}

fn refresh_token() -> GrantSource {
    GrantSource::RefreshToken(Secret::new("RT1"))
}

#[derive(Debug)]
struct NoEarlyRefresh;

impl Policy for NoEarlyRefresh {
    fn freshness(&self, record: &TokenRecord, now: Timestamp) -> Freshness {
        match record.expiry() {
            Some(expiry) if expiry <= now => Freshness::Expired,
            _ => Freshness::Fresh,
        }
    }
}

#[tokio::test]
async fn no_early_refresh() {
    let stage = with_policy(GrantSource::ClientCredentials, NoEarlyRefresh);
    stage.script.tokens([Reply::hour()]);
    stage.token().await;
    stage.clock.advance(seconds(3599)).await;
    stage.token().await;
    assert_eq!(stage.script.token_count(), 1);
}

#[derive(Debug)]
struct RefreshesEveryCall;

impl Policy for RefreshesEveryCall {
    fn freshness(&self, _record: &TokenRecord, _now: Timestamp) -> Freshness {
        Freshness::Expired
    }
}

#[tokio::test]
async fn refresh_every_call() {
    let stage = with_policy(GrantSource::ClientCredentials, RefreshesEveryCall);
    stage.script.tokens([Reply::hour()]);
    for expected in ["AT1", "AT2", "AT3"] {
        assert_eq!(stage.token().await, expected);
    }
}

#[derive(Debug)]
struct IgnoresRetryAfter;

impl Policy for IgnoresRetryAfter {
    fn wait_hint(&self, _: &http::response::Parts, _: Timestamp) -> Option<Duration> {
        None
    }
}

#[derive(Debug)]
struct SecondsOnly;

impl Policy for SecondsOnly {
    fn wait_hint(&self, parts: &http::response::Parts, _: Timestamp) -> Option<Duration> {
        let value = parts.headers.get("retry-after")?.to_str().ok()?;
        value.parse().ok().map(Duration::from_secs)
    }
}

#[derive(Debug)]
struct LocalClockForReset;

impl Policy for LocalClockForReset {
    fn wait_hint(&self, parts: &http::response::Parts, now: Timestamp) -> Option<Duration> {
        let mut parts = parts.clone();
        parts.headers.remove("date");
        StandardPolicy::new().wait_hint(&parts, now)
    }
}

/// The gap between the first two token requests after this answer.
async fn gap(policy: impl Policy, first: Reply) -> i64 {
    let stage = with_policy(GrantSource::ClientCredentials, policy);
    stage.script.tokens([first, Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    let seen = stage.script.seen();
    seen[1].at.duration_since(seen[0].at).as_secs()
}

#[tokio::test]
async fn waits_misread() {
    let told = |value: &str| Reply::body(429, "").with("retry-after", value);
    let date = "Tue, 01 Jan 2030 00:00:30 GMT";
    assert_eq!(gap(StandardPolicy::new(), told("30")).await, 30);
    assert_eq!(gap(IgnoresRetryAfter, told("30")).await, 1);
    assert_eq!(gap(SecondsOnly, told("30")).await, 30);
    assert_eq!(gap(StandardPolicy::new(), told(date)).await, 30);
    assert_eq!(gap(SecondsOnly, told(date)).await, 1);

    // The server's clock is ten minutes behind and its window opens in half a minute.
    let reset = Reply::body(429, "")
        .with("x-rate-limit-reset", "1893455430")
        .with("date", "Mon, 31 Dec 2029 23:50:00 GMT");
    assert_eq!(gap(StandardPolicy::new(), reset.clone()).await, 31);
    assert_eq!(gap(LocalClockForReset, reset).await, 1);
}

#[derive(Debug)]
struct RetriesForever;

impl Policy for RetriesForever {
    fn after_failure(&self, _: Attempt, _: &Failure, _: Timestamp) -> Next {
        Next::RetryAfter(Duration::from_secs(1))
    }
}

#[tokio::test]
async fn retry_forever() {
    let stage = with_policy(GrantSource::ClientCredentials, RetriesForever);
    stage.script.tokens([Reply::error(401, "invalid_client")]);
    let client = stage.client.clone();
    tokio::spawn(async move { client.token().await });
    stage.clock.advance(seconds(100)).await;
    assert_eq!(stage.script.token_count(), 101);
}

#[derive(Debug)]
struct RefreshesOn403;

impl Policy for RefreshesOn403 {
    fn after_answer(&self, attempt: Attempt, answer: &ApiResponse, _: Timestamp) -> AfterAnswer {
        if answer.status() == 403 && !attempt.renewed {
            return AfterAnswer::RefreshAndRetry;
        }
        AfterAnswer::Return
    }
}

#[tokio::test]
async fn refresh_on_403() {
    let stage = with_policy(GrantSource::ClientCredentials, RefreshesOn403);
    stage.script.tokens([Reply::hour()]);
    stage.script.api([Reply::body(403, "")]);
    assert!(stage.call().await.starts_with("forbidden"));
    assert_eq!(stage.script.token_count(), 2);
}

#[derive(Debug)]
struct KeepsOldRefreshToken;

impl Policy for KeepsOldRefreshToken {
    fn next_refresh_token(&self, sent: Option<&Secret>, new: Option<&Secret>) -> Option<Secret> {
        sent.or(new).cloned()
    }
}

#[tokio::test]
async fn keep_old_refresh_token() {
    let stage = with_policy(refresh_token(), KeepsOldRefreshToken);
    stage
        .script
        .tokens([Reply::token(r#","expires_in":60,"refresh_token":"RT2""#)]);
    stage.token().await;
    stage.clock.advance(seconds(61)).await;
    stage.token().await;
    let last = stage.script.seen().pop().expect("a request");
    assert!(last.body.contains("refresh_token=RT1"), "{}", last.body);
}

#[derive(Debug)]
struct LoopsAfterInvalidGrant;

impl Policy for LoopsAfterInvalidGrant {
    fn grant_is_dead(&self, _: crate::GrantKind, _: &Failure) -> bool {
        false
    }
}

#[tokio::test]
async fn loop_after_invalid_grant() {
    let stage = with_policy(refresh_token(), LoopsAfterInvalidGrant);
    stage.script.tokens([Reply::error(400, "invalid_grant")]);
    for _ in 0..3 {
        stage.token().await;
        stage.clock.advance(seconds(10)).await;
    }
    assert_eq!(stage.script.token_count(), 3);
}

/// Removes whatever is there.
#[derive(Clone, Debug, Default)]
struct WipesOnLostRace(MemoryStore);

impl TokenStore for WipesOnLostRace {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.save(key, record)
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        _refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move {
            let held = self.0.load(key).await?;
            match held.and_then(|record| record.refresh_token) {
                Some(token) => self.0.remove(key, &token).await,
                None => Ok(None),
            }
        })
    }
}

#[tokio::test]
async fn wipe_tokens_on_lost_race() {
    let store = WipesOnLostRace::default();
    let stage = Stage::new(refresh_token(), |builder| builder.store(store.clone()));
    stage
        .script
        .tokens([Reply::error(400, "invalid_grant").held()]);
    let client = stage.client.clone();
    let losing = tokio::spawn(async move { crate::testkit::shown(client.token().await) });
    crate::testkit::quiet().await;
    let winner = TokenRecord {
        refresh_token: Some(Secret::new("RT2")),
        ..TokenRecord::pasted(Secret::new("winner"))
    };
    let key = stage.client.store_key();
    store.save(key, &winner).await.expect("saved");
    stage.script.open_gate();
    let outcome = losing.await.expect("no panic");
    assert!(outcome.starts_with("reauth_required"), "{outcome}");
    assert!(store.load(key).await.expect("readable").is_none());
}
