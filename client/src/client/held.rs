//! The record that is handed out, for readers who wait for nobody.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::TokenRecord;

/// Holds the record whose access token may be handed out. Clones hold the same.
///
/// It is read by every call and changes once in a token's life, so reading takes no lock. Who changes it has the state in hand.
#[derive(Clone, Default)]
pub(super) struct Held(Arc<ArcSwapOption<TokenRecord>>);

impl Held {
    /// The record, if there is one.
    pub(super) fn record(&self) -> Option<Arc<TokenRecord>> {
        self.0.load_full()
    }

    pub(super) fn put(&self, record: Arc<TokenRecord>) {
        self.0.store(Some(record));
    }

    pub(super) fn clear(&self) {
        self.0.store(None);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Held").field(&self.record()).finish()
    }
}
