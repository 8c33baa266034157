//! Where token records are kept between calls, processes and restarts.

#[cfg(any(test, feature = "mongodb", feature = "redis"))]
mod database;
mod file;
mod key;
mod lease;
mod memory;
mod seal;
mod written;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{BoxFuture, Secret, TokenRecord};

#[cfg(any(test, feature = "mongodb", feature = "redis"))]
pub use self::database::DatabaseStore;
pub use self::file::FileStore;
pub use self::key::StoreKey;
pub use self::lease::Lease;
pub use self::memory::MemoryStore;
pub use self::seal::SealingKey;

/// Keeps one [`TokenRecord`] per [`StoreKey`].
///
/// The client reads the store before every token request and writes a new record before it hands
/// the token out, so several clients, in one process or in many, can share a store. Every method
/// must be atomic on its own.
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// The record under `key`, if there is one.
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>>;

    /// Puts `record` under `key`, in place of what was there.
    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Takes out a record whose refresh token the server has refused.
    ///
    /// Removes the record only if it still holds the refresh token `refused`, and returns what is
    /// stored afterwards. When two clients race, the loser's token is refused although the
    /// winner's new one is already here: an unconditional removal would sign both out.
    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>>;

    /// Waits until nobody else renews the record, and has others wait until the lease is given back.
    ///
    /// A rotating refresh token that two processes send at once is taken for a stolen one, and everybody is signed out. So the
    /// client asks for the lease, looks whether somebody else has renewed the record meanwhile, and sends its request only if not.
    ///
    /// `limit` bounds the wait, and it is the longest time that the lease is needed: a store whose leases outlive their holders'
    /// death ends them then. The default is for stores that no other process shares: it waits for nobody.
    ///
    /// # Errors
    /// [`StoreError`] if the lease cannot be had in time. No request is sent then.
    fn lease<'a>(
        &'a self,
        key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        let _ = (key, limit);
        Box::pin(std::future::ready(Ok(Lease::unshared())))
    }
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        (**self).load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        (**self).save(key, record)
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        (**self).remove(key, refused)
    }

    fn lease<'a>(
        &'a self,
        key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        (**self).lease(key, limit)
    }
}

/// A store could not do what was asked. Names what failed, never what was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token store could not {action}: {detail}")]
#[non_exhaustive]
pub struct StoreError {
    /// What was asked of it: `load`, `save`, `remove` or `lease`.
    pub action: &'static str,
    /// The cause in words, without any token.
    pub detail: String,
}

impl StoreError {
    /// The failure of `action`, with its cause in words.
    pub fn new(action: &'static str, detail: impl Into<String>) -> Self {
        Self {
            action,
            detail: detail.into(),
        }
    }
}
