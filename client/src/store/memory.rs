//! A store that lasts as long as the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{BoxFuture, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// Keeps records in memory. Clones share one set of records.
///
/// It holds one record per key and never drops one by itself; the number of keys is the number
/// of different clients configured.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    records: Arc<Mutex<BTreeMap<StoreKey, TokenRecord>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
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
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

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
