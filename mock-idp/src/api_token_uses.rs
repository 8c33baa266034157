//! When each API token was last used: what its 30 days are counted from.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use crate::directory::ApiToken;

/// The last use of each API token of a world, by the token's id. A token that was never used counts as used when the world came
/// to know it. What is no longer in the directory is forgotten.
#[derive(Default)]
pub(crate) struct ApiTokenUses(RwLock<Arc<HashMap<String, Timestamp>>>);

/// The uses of an instant.
pub(crate) type SavedUses = Arc<HashMap<String, Timestamp>>;

impl ApiTokenUses {
    /// Takes note of the tokens that there are now; those of `before` that are still the same go on as they were.
    pub(crate) fn learn(&self, before: &[ApiToken], after: &[ApiToken], now: Timestamp) {
        // Nothing under this lock panics.
        let mut uses = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let was_there = |token: &ApiToken| {
            let mut before = before.iter();
            before.any(|known| known.id == token.id && known.value == token.value)
        };
        let known: HashMap<String, Timestamp> = after
            .iter()
            .map(|token| {
                let last = uses.get(&token.id).filter(|_| was_there(token));
                (token.id.clone(), last.copied().unwrap_or(now))
            })
            .collect();
        if **uses != known {
            *uses = Arc::new(known);
        }
    }

    /// A token is used.
    pub(crate) fn note(&self, id: &str, now: Timestamp) {
        let mut uses = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // One that was just taken away is not remembered.
        if uses.get(id).is_some_and(|last| *last != now)
            && let Some(last) = Arc::make_mut(&mut uses).get_mut(id)
        {
            *last = now;
        }
    }

    /// When a token was last used; none for one that the directory does not have.
    pub(crate) fn last(&self, id: &str) -> Option<Timestamp> {
        self.saved().get(id).copied()
    }

    /// As they are now, to be put back.
    pub(crate) fn saved(&self) -> SavedUses {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Has them be as they were.
    pub(crate) fn restore(&self, saved: &SavedUses) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = saved.clone();
    }
}

impl fmt::Debug for ApiTokenUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiTokenUses({})", self.saved().len())
    }
}
