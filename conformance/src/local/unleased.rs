//! A store in which nobody waits for a turn.

use token_client::{BoxFuture, MemoryStore, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// The client library's store in memory without its leases: scenarios let clients race for a record, and one that waits for the other
/// has no race to lose.
#[derive(Debug)]
pub(super) struct Unleased(pub(super) MemoryStore);

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
