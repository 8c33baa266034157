//! Where token records are kept between calls, processes and restarts.

mod key;
mod memory;

use std::fmt;
use std::sync::Arc;

use crate::{BoxFuture, Secret, TokenRecord};

pub use self::key::StoreKey;
pub use self::memory::MemoryStore;

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
}

/// A store could not do what was asked. Names what failed, never what was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token store could not {action}: {detail}")]
#[non_exhaustive]
pub struct StoreError {
    /// What was asked of it: `load`, `save` or `remove`.
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
