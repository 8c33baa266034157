//! Turns among clients that share a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use super::rotation::rotating;
use super::seconds;
use crate::testkit::{Reply, Stage, quiet, shown};
use crate::{
    BoxFuture, Error, FileStore, GrantSource, Lease, MemoryStore, Secret, StoreError, StoreKey,
    TokenRecord, TokenStore, TransportErrorKind,
};

/// A store for several processes, which are clients here.
#[derive(Clone, Debug, Default)]
struct Shared {
    records: MemoryStore,
    turn: Arc<Mutex<()>>,
    /// Whether somebody has the turn and does not give it back.
    stuck: Arc<AtomicBool>,
}

impl Shared {
    /// Takes the turn away from the clients for as long as the guard lives.
    fn taken(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.turn).try_lock_owned().expect("free")
    }

    fn is_free(&self) -> bool {
        self.turn.try_lock().is_ok()
    }
}

impl TokenStore for Shared {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.records.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.records.save(key, record)
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.records.remove(key, refused)
    }

    fn lease<'a>(
        &'a self,
        _key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move {
            assert!(limit < seconds(60), "{limit:?}");
            if self.stuck.load(Ordering::Relaxed) {
                return Err(StoreError::new("lease", "another has it"));
            }
            let guard = Arc::clone(&self.turn).lock_owned().await;
            Ok(Lease::new(move || {
                drop(guard);
                Box::pin(std::future::ready(()))
            }))
        })
    }
}

fn stage(grant: GrantSource) -> (Shared, Stage) {
    let store = Shared::default();
    let stage = Stage::new(grant, |builder| builder.store(store.clone()));
    (store, stage)
}

#[tokio::test]
async fn of_two_clients_one_sends_the_refresh_token() {
    let (store, stage) = stage(GrantSource::RefreshToken(Secret::new("RT1")));
    stage
        .script
        .tokens([rotating("RT2").held(), rotating("RT3")]);
    let sibling = stage.sibling_on(store.clone(), GrantSource::RefreshToken(Secret::new("RT1")));
    let clients = [stage.client.clone(), sibling];
    let asking = clients.map(|client| tokio::spawn(async move { shown(client.token().await) }));
    quiet().await;
    assert!(!store.is_free());
    stage.script.open_gate();
    let outcomes = stage
        .clock
        .run(async move {
            let [one, other] = asking;
            [one.await.expect("no panic"), other.await.expect("no panic")]
        })
        .await;
    assert_eq!(outcomes, ["AT1", "AT1"]);
    insta::assert_snapshot!(stage.script.log(), @"0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret");
    assert!(store.is_free());
}

#[tokio::test]
async fn clients_of_one_process_take_turns_too() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([rotating("RT2").held(), rotating("RT3")]);
    let sibling = stage.sibling(GrantSource::RefreshToken(Secret::new("RT1")));
    let clients = [stage.client.clone(), sibling];
    let asking = clients.map(|client| tokio::spawn(async move { shown(client.token().await) }));
    stage.clock.advance(seconds(20)).await;
    assert_eq!(stage.script.token_count(), 1);
    stage.script.open_gate();
    for one in asking {
        assert_eq!(one.await.expect("no panic"), "AT1");
    }
    assert_eq!((stage.script.token_count(), stage.script.busiest()), (1, 1));
}

#[tokio::test]
async fn a_lease_is_not_waited_for_longer_because_a_clock_is_set_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::client_credentials();
    let key = stage.client.store_key().clone();
    let store = FileStore::new(folder.path().join("t")).clock(stage.clock.clone());
    let _kept = store.lease(&key, seconds(40)).await.expect("free");
    let waiting = tokio::spawn(async move { store.lease(&key, seconds(40)).await.map(|_| ()) });
    stage.clock.advance(seconds(10)).await;
    stage.clock.set_back(seconds(86_400));
    stage.clock.advance(seconds(31)).await;
    assert!(waiting.is_finished());
    assert!(waiting.await.expect("no panic").is_err());
}

#[tokio::test]
async fn a_refresh_token_that_another_has_replaced_is_not_sent() {
    let (store, stage) = stage(GrantSource::RefreshToken(Secret::new("RT1")));
    stage.script.tokens([rotating("RT2"), rotating("RT3")]);
    stage.token().await;
    let guard = store.taken();
    let client = stage.client.clone();
    let asking = tokio::spawn(async move { shown(client.refresh().await) });
    tokio::task::yield_now().await;
    // Meanwhile another process renews.
    let renewed = TokenRecord {
        refresh_token: Some(Secret::new("RT9")),
        ..TokenRecord::pasted(Secret::new("AT9"))
    };
    store
        .save(stage.client.store_key(), &renewed)
        .await
        .expect("saved");
    drop(guard);
    let outcome = stage
        .clock
        .run(async move { asking.await.expect("no panic") })
        .await;
    assert_eq!(outcome, "AT2");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    0.000 POST grant_type=refresh_token&refresh_token=RT9&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn without_a_turn_nothing_is_sent_and_a_good_token_serves_on() {
    let (store, stage) = stage(GrantSource::ClientCredentials);
    stage.script.tokens([Reply::hour()]);
    let stuck = |stuck| store.stuck.store(stuck, Ordering::Relaxed);
    stuck(true);
    insta::assert_snapshot!(stage.token().await, @"other: token store could not lease: another has it");
    assert_eq!(stage.script.token_count(), 0);
    stuck(false);
    assert_eq!(stage.token().await, "AT1");
    stuck(true);
    stage.clock.advance(seconds(3500)).await;
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.script.token_count(), 1);
}

#[tokio::test]
async fn a_turn_ends_with_the_request_whatever_came_of_it() {
    let (store, stage) = stage(GrantSource::ClientCredentials);
    stage.script.tokens([
        Reply::error(400, "invalid_scope"),
        Reply::Fail(TransportErrorKind::Connect),
        Reply::hour().held(),
    ]);
    stage.token().await;
    assert!(store.is_free());
    stage.clock.advance(seconds(60)).await;
    // In the pause before the next try it is free for others.
    let client = stage.client.clone();
    let asking = tokio::spawn(async move { client.token().await });
    quiet().await;
    assert!(store.is_free());
    assert_eq!(stage.script.token_count(), 2);
    stage.script.open_gate();
    let outcome: Result<_, Error> = stage
        .clock
        .run(async move { asking.await.expect("no panic") })
        .await;
    assert_eq!(shown(outcome), "AT1");
    assert!(store.is_free());
}
