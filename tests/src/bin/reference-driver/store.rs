//! A store in a file in which nobody waits for a turn.

use token_client::{BoxFuture, FileStore, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// The library's file store without its leases, as the store in memory of the local road has none: scenarios let clients race for a
/// record here, and one that waits for the other has no race to lose.
#[derive(Debug)]
pub(super) struct Unleased(pub(super) FileStore);

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
