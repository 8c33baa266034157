//! A store in which nobody waits for a turn.

use crate::{BoxFuture, MemoryStore, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// A store as somebody may write it who knows nothing of leases: clients race for a record here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unleased(pub(crate) MemoryStore);

impl TokenStore for Unleased {
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
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.0.remove(key, refused)
    }
}
