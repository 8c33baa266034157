//! A store that cannot keep what it is given.

use super::rotation::rotating;
use crate::testkit::{HandClock, Reply, Script, Stage, shown};
use crate::{
    BoxFuture, GrantSource, MemoryStore, Secret, StoreError, StoreKey, TokenRecord, TokenStore,
};

/// A store that can be broken.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragile {
    inside: MemoryStore,
    broken: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Fragile {
    pub(super) fn set_broken(&self, broken: bool) {
        self.broken
            .store(broken, std::sync::atomic::Ordering::Relaxed);
    }
}

impl TokenStore for Fragile {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.inside.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.broken.load(std::sync::atomic::Ordering::Relaxed) {
            return Box::pin(async { Err(StoreError::new("save", "disk full")) });
        }
        self.inside.save(key, record)
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.inside.remove(key, refused)
    }
}

fn on_fragile(grant: GrantSource) -> (Fragile, Script, HandClock, crate::TokenClient) {
    let store = Fragile::default();
    let stage = Stage::new(grant, |builder| builder.store(store.clone()));
    (store, stage.script, stage.clock, stage.client)
}

#[tokio::test]
async fn a_refresh_token_is_saved_before_its_access_token_is_handed_out() {
    let (store, script, clock, client) = on_fragile(GrantSource::RefreshToken(Secret::new("RT1")));
    script.tokens([rotating("RT2")]);
    store.set_broken(true);
    for _ in 0..3 {
        let client = client.clone();
        let outcome = clock.run(async move { client.token().await }).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(outcome), @"other: token store could not save: disk full");
        }
    }
    assert_eq!(script.token_count(), 1, "RT2 is still in hand");
    store.set_broken(false);
    let again = client.clone();
    assert_eq!(
        shown(clock.run(async move { again.token().await }).await),
        "AT1"
    );
    let stored = store.load(client.store_key()).await.expect("readable");
    let token = stored.and_then(|record| record.refresh_token);
    assert!(token.is_some_and(|token| token.matches(&Secret::new("RT2"))));
}

#[tokio::test]
async fn a_store_that_is_only_a_cache_does_not_stop_anybody() {
    let (store, script, clock, client) = on_fragile(GrantSource::ClientCredentials);
    script.tokens([Reply::hour()]);
    store.set_broken(true);
    let outcome = clock.run(async move { client.token().await }).await;
    assert_eq!(shown(outcome), "AT1");
}
