//! A store that lasts as long as the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::lease::waited_in_vain;
use crate::{
    BoxFuture, Clock, Lease, Secret, StoreError, StoreKey, SystemClock, TokenRecord, TokenStore,
};

/// Keeps records in memory. Clones share one set of records.
///
/// Of clients that share it one renews a record at a time ([`TokenStore::lease`]); a client that goes away gives its lease back.
///
/// It holds one record per key and never drops one by itself; the number of keys is the number
/// of different clients configured, and of the refresh tokens that they were started from.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    records: Arc<Mutex<BTreeMap<StoreKey, TokenRecord>>>,
    /// One for each key that somebody has renewed.
    turns: Arc<Mutex<BTreeMap<StoreKey, Arc<Turn<()>>>>>,
    clock: Arc<dyn Clock>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            records: Arc::default(),
            turns: Arc::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Waits for a lease on this clock instead of [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Loses all records.
    #[cfg(test)]
    pub(crate) fn clear(&self) {
        self.records().clear();
    }

    fn turn(&self, key: &StoreKey) -> Arc<Turn<()>> {
        // As with the records.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(key.clone()).or_default())
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<StoreKey, TokenRecord>> {
        // The map is valid after any panic: each change is one call.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move { Ok(self.records().get(key).cloned()) })
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.records().insert(key.clone(), record.clone());
            Ok(())
        })
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move {
            let mut records = self.records();
            if let Some(stored) = records.get(key) {
                let still_refused = stored
                    .refresh_token
                    .as_ref()
                    .is_some_and(|held| held.matches(refused));
                if !still_refused {
                    return Ok(Some(stored.clone()));
                }
                records.remove(key);
            }
            Ok(None)
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move {
            let turn = self.turn(key);
            if let Ok(mine) = Arc::clone(&turn).try_lock_owned() {
                return Ok(lease(mine));
            }
            // Whoever has waited longest is next.
            let mine = Box::pin(turn.lock_owned());
            match select(mine, self.clock.sleep(limit)).await {
                Either::Left((mine, _)) => Ok(lease(mine)),
                Either::Right(((), _)) => Err(waited_in_vain(limit)),
            }
        })
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// Dropping what is mine lets the next one have it.
fn lease(mine: OwnedMutexGuard<()>) -> Lease {
    Lease::new(move || {
        drop(mine);
        Box::pin(std::future::ready(()))
    })
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::testkit::{HandClock, quiet};

    fn record(refresh_token: &str) -> TokenRecord {
        TokenRecord {
            refresh_token: Some(Secret::new(refresh_token)),
            ..TokenRecord::pasted(Secret::new("at"))
        }
    }

    #[test]
    fn removal_spares_a_newer_refresh_token() {
        let store = MemoryStore::new();
        let key = StoreKey::from_parts(&["k"]);
        let now = |future: BoxFuture<'_, Result<Option<TokenRecord>, StoreError>>| {
            future.now_or_never().unwrap().unwrap()
        };

        store
            .save(&key, &record("rt2"))
            .now_or_never()
            .unwrap()
            .unwrap();
        let left = now(store.remove(&key, &Secret::new("rt1"))).unwrap();
        assert!(left.refresh_token.unwrap().matches(&Secret::new("rt2")));

        assert!(now(store.remove(&key, &Secret::new("rt2"))).is_none());
        assert!(now(store.load(&key)).is_none());
    }

    #[tokio::test]
    async fn leases_go_to_whoever_has_waited_longest() {
        let clock = HandClock::new();
        let store = MemoryStore::new().clock(clock.clone());
        let key = StoreKey::from_parts(&["k"]);
        let limit = Duration::from_secs(40);
        let first = store.lease(&key, limit).await.unwrap();
        assert!(first.is_shared());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let waiters: Vec<_> = (0..3)
            .map(|number| {
                let (store, key, taken) = (store.clone(), key.clone(), Arc::clone(&taken));
                tokio::spawn(async move {
                    let lease = store.lease(&key, limit).await?;
                    taken.lock().unwrap().push(number);
                    lease.release().await;
                    Ok::<_, StoreError>(())
                })
            })
            .collect();
        quiet().await;
        // One who goes away is in nobody's way.
        waiters[0].abort();
        clock.advance(Duration::from_secs(39)).await;
        assert_eq!(*taken.lock().unwrap(), [0; 0]);
        drop(first);
        quiet().await;
        assert_eq!(*taken.lock().unwrap(), [1, 2]);

        let _kept = store.lease(&key, limit).await.unwrap();
        let waiting = async move { store.lease(&key, limit).await.map(|_| ()) };
        let told = clock.run(waiting).await.unwrap_err();
        insta::assert_snapshot!(told, @"token store could not lease: another has been renewing the record for 40 s");
    }

    #[test]
    fn clones_share_and_debug_hides() {
        let store = MemoryStore::new();
        let key = StoreKey::from_parts(&["k"]);
        store
            .clone()
            .save(&key, &record("canary"))
            .now_or_never()
            .unwrap()
            .unwrap();
        let shown = format!("{store:?}");
        assert!(shown.contains("StoreKey(\"k\")"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
