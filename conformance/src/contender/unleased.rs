//! A store in which nobody waits for a turn.

use token_client::{BoxFuture, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// A store of the client library without its leases: scenarios let clients race for a record, and one that waits for the other has
/// no race to lose.
#[derive(Debug)]
pub(crate) struct Unleased<S>(pub(crate) S);

impl<S: TokenStore> TokenStore for Unleased<S> {
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
