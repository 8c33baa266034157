//! Whose turn it is to change a record.

use std::time::Duration;

use super::state::Inner;
use crate::{Error, Lease, Purpose, TokenStore as _};

/// The turn to renew, among those who share the store.
pub(super) struct Turn<'i> {
    inner: &'i Inner,
    lease: Option<Lease>,
}

impl<'i> Turn<'i> {
    /// Not yet begun.
    pub(super) fn of(inner: &'i Inner) -> Self {
        Self { inner, lease: None }
    }

    /// Waits for the turn. True if somebody else may have had it before.
    pub(super) async fn begin(&mut self, purpose: Purpose) -> Result<bool, Error> {
        if self.lease.is_some() {
            return Ok(false);
        }
        let inner = self.inner;
        let limit = inner.policy.request_timeout(purpose) + SAVING;
        let lease = inner.store.lease(&inner.key, limit).await?;
        Ok(self.lease.insert(lease).is_shared())
    }

    /// Lets others have theirs.
    pub(super) async fn end(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.release().await;
        }
    }
}

/// How long a turn may last beyond its request.
const SAVING: Duration = Duration::from_secs(10);
