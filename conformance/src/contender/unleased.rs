//! A store in which nobody waits for a turn.

use std::sync::Arc;

use token_client::{BoxFuture, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// A store without its leases: scenarios let clients race for a record, and some broken clients get in each other's way. Who waits for
/// the other has no race to lose.
#[derive(Debug)]
pub(crate) struct Unleased(pub(crate) Arc<dyn TokenStore>);

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
