//! The right to renew a record while others who share the store wait.

use std::fmt;

use crate::BoxFuture;

type Release = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + Sync>;

/// The right to renew one record, given by [`TokenStore::lease`](crate::TokenStore::lease).
///
/// [`release`](Self::release) gives it back. One that is dropped instead ends by itself, at the latest when its time is over.
#[must_use = "a lease that is dropped protects nothing"]
pub struct Lease(Option<Release>);

impl Lease {
    /// The lease of a store that keeps nobody waiting.
    pub fn unshared() -> Self {
        Self(None)
    }

    /// A lease that `release` gives back. Dropping `release` uncalled should give it back too, if that can be done at once.
    pub fn new(release: impl FnOnce() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(release)))
    }

    /// Whether there may be others, who may have renewed the record meanwhile.
    pub fn is_shared(&self) -> bool {
        self.0.is_some()
    }

    /// Gives it back.
    pub async fn release(self) {
        if let Some(release) = self.0 {
            release().await;
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("shared", &self.is_shared())
            .finish()
    }
}
