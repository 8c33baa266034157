//! The record that is handed out, for readers who wait for nobody.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::TokenRecord;
use crate::clock::Moment;

/// Holds the record whose access token may be handed out. Clones hold the same.
///
/// It is read by every call and changes once in a token's life, so reading takes no lock. Who changes it has the state in hand.
#[derive(Clone, Default)]
pub(super) struct Held(Arc<ArcSwapOption<Kept>>);

struct Kept {
    record: Arc<TokenRecord>,
    since: Moment,
}

impl Held {
    /// The record, if there is one, and since when it is held.
    pub(super) fn record(&self) -> Option<(Arc<TokenRecord>, Moment)> {
        let kept = self.0.load();
        let kept = kept.as_ref()?;
        Some((Arc::clone(&kept.record), kept.since))
    }

    pub(super) fn put(&self, record: Arc<TokenRecord>, since: Moment) {
        self.0.store(Some(Arc::new(Kept { record, since })));
    }

    pub(super) fn clear(&self) {
        self.0.store(None);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record().map(|(record, _)| record);
        f.debug_tuple("Held").field(&record).finish()
    }
}
