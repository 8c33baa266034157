//! A store in a database that several machines share.

#[cfg(feature = "mongodb")]
mod mongodb;
#[cfg(feature = "redis")]
mod redis;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::entropy::random_text;
use crate::store::lease::Patience;
use crate::store::written::Writing;
use crate::{
    BoxFuture, Clock, Lease, SealingKey, Secret, StoreError, StoreKey, SystemClock, SystemEntropy,
    TokenRecord, TokenStore,
};

/// Keeps records in a database: `DatabaseStore::redis` (feature `redis`) or `DatabaseStore::mongodb` (feature `mongodb`).
///
/// - Of all processes that want to renew a record one does at a time ([`TokenStore::lease`]). Leases run on the database's own
///   clock, and end by themselves when their holder dies.
/// - A process that was held up until its lease had ended does not write over what another has written since.
/// - Records are JSON, or sealed with a [`SealingKey`] where others can read the database.
#[derive(Clone, Debug)]
pub struct DatabaseStore {
    shelf: Arc<dyn Shelf>,
    writing: Writing,
    clock: Arc<dyn Clock>,
    held: Arc<Mutex<BTreeMap<StoreKey, Held>>>,
}

/// What a database is asked to do. Each step is atomic; errors say what the database said.
trait Shelf: fmt::Debug + Send + Sync + 'static {
    /// The value, and what tells it from all others that were there.
    fn get(&self, name: &str) -> BoxFuture<'static, Result<Option<Found>, String>>;

    /// Writes a value. False if `only_if` does not hold.
    fn put(
        &self,
        name: &str,
        value: String,
        only_if: Option<Held>,
    ) -> BoxFuture<'static, Result<bool, String>>;

    /// Deletes a value, but not another that was written since.
    fn delete(&self, name: &str, revision: String) -> BoxFuture<'static, Result<(), String>>;

    /// Takes a free lease for as long as `limit`. False if another has it.
    fn take(
        &self,
        name: &str,
        holder: &str,
        limit: Duration,
    ) -> BoxFuture<'static, Result<bool, String>>;

    /// Gives a lease back, if it is still the holder's.
    fn give_back(&self, name: &str, holder: &str) -> BoxFuture<'static, Result<(), String>>;
}

/// A value as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    value: String,
    revision: String,
}

/// A lease, and the revision of the value that was seen under it: what a writer must still have, the one or the other.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    holder: String,
    seen: Option<String>,
}

impl DatabaseStore {
    #[cfg(any(test, feature = "mongodb", feature = "redis"))]
    fn on(shelf: impl Shelf) -> Self {
        Self {
            shelf: Arc::new(shelf),
            writing: Writing::default(),
            clock: Arc::new(SystemClock),
            held: Arc::default(),
        }
    }

    /// Seals records with this key. Records that are there open are sealed when they are next written.
    #[must_use]
    pub fn sealed_with(mut self, key: SealingKey) -> Self {
        self.writing = Writing::sealed(key);
        self
    }

    /// Waits for a lease on this clock instead of [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<StoreKey, Held>> {
        // Each change is one call.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find(&self, key: &StoreKey) -> Result<Option<(TokenRecord, String)>, String> {
        let found = self.shelf.get(key.as_str()).await?;
        if let Some(held) = self.held().get_mut(key) {
            held.seen = found.as_ref().map(|found| found.revision.clone());
        }
        let Some(found) = found else {
            return Ok(None);
        };
        let record = self.writing.read_text(key, &found.value)?;
        Ok(Some((record, found.revision)))
    }
}

impl TokenStore for DatabaseStore {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move {
            let found = self.find(key).await;
            let found = found.map_err(|why| StoreError::new("load", why))?;
            Ok(found.map(|(record, _)| record))
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let failed = |why| StoreError::new("save", why);
            let value = self.writing.write_text(key, record).map_err(failed)?;
            let held = self.held().get(key).cloned();
            // Not written means that a later holder of the lease has written: that record is the newer one.
            let written = self.shelf.put(key.as_str(), value, held).await;
            written.map(|_| ()).map_err(failed)
        })
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move {
            let failed = |why| StoreError::new("remove", why);
            let Some((record, revision)) = self.find(key).await.map_err(failed)? else {
                return Ok(None);
            };
            let held = record.refresh_token.as_ref();
            if !held.is_some_and(|held| held.matches(refused)) {
                return Ok(Some(record));
            }
            let deleted = self.shelf.delete(key.as_str(), revision).await;
            deleted.map_err(failed)?;
            let left = self.find(key).await.map_err(failed)?;
            Ok(left.map(|(record, _)| record))
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move {
            let failed = |why| StoreError::new("lease", why);
            let holder =
                random_text::<16>(&SystemEntropy).map_err(|misuse| failed(misuse.to_string()))?;
            let patience = Patience::begin(&*self.clock, limit);
            while !self
                .shelf
                .take(key.as_str(), &holder, limit)
                .await
                .map_err(failed)?
            {
                patience.wait().await?;
            }
            let held = Held {
                holder: holder.clone(),
                seen: None,
            };
            self.held().insert(key.clone(), held);
            let (store, key) = (self.clone(), key.clone());
            Ok(Lease::new(move || Box::pin(store.end(key, holder))))
        })
    }
}

impl DatabaseStore {
    async fn end(self, key: StoreKey, holder: String) {
        {
            let mut held = self.held();
            if held.get(&key).is_some_and(|held| held.holder == holder) {
                held.remove(&key);
            }
        }
        // A lease that cannot be given back ends by itself.
        let _ = self.shelf.give_back(key.as_str(), &holder).await;
    }
}
