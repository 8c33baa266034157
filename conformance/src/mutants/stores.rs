//! Mutants by store.

use std::sync::Arc;

use token_client::{
    BoxFuture, MemoryStore, Secret, StandardPolicy, StoreError, StoreKey, TokenRecord, TokenStore,
};

use crate::contender::{LocalClient, ReferenceClient, Setup};

/// Removes a record whatever refresh token it holds by now.
#[derive(Debug, Default)]
struct Wiping(MemoryStore);

impl TokenStore for Wiping {
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
            let Some(held) = self
                .0
                .load(key)
                .await?
                .and_then(|record| record.refresh_token)
            else {
                return Ok(None);
            };
            self.0.remove(key, &held).await
        })
    }
}

pub(super) fn wipes_tokens_on_lost_race(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    let client = ReferenceClient::open(
        setup,
        Arc::new(StandardPolicy::new()),
        Arc::new(Wiping::default()),
    )?;
    Ok(Arc::new(client))
}
