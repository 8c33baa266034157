//! The journal itself: bounded, in order of arrival.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::entry::{Entry, Held, ReplyFacts};

/// What came in and what went out, newest last.
///
/// It keeps a bounded number of entries (10,000 unless the builder says otherwise); [`dropped`](Self::dropped) counts the older ones that made room.
#[derive(Debug)]
pub struct Journal {
    capacity: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    kept: VecDeque<Entry>,
    written: u64,
}

impl Journal {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            entries: Mutex::default(),
        }
    }

    /// A copy of every entry that is kept.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().kept.iter().cloned().collect()
    }

    /// How many requests have come in, kept or not.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.lock().written
    }

    /// How many entries were dropped to make room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        let entries = self.lock();
        entries.written - entries.kept.len() as u64
    }

    /// Writes an entry and gives it its number.
    pub(crate) fn open(&self, mut entry: Entry) -> u64 {
        let mut entries = self.lock();
        entries.written += 1;
        entry.number = entries.written;
        if entries.kept.len() == self.capacity {
            entries.kept.pop_front();
        }
        entries.kept.push_back(entry);
        entries.written
    }

    pub(crate) fn held(&self, number: u64, name: &str, from: Timestamp) {
        self.edit(number, |entry| {
            entry.held = Some(Held {
                name: name.to_owned(),
                from,
                until: None,
            })
        });
    }

    pub(crate) fn let_go(&self, number: u64, until: Timestamp) {
        self.edit(number, |entry| {
            if let Some(held) = &mut entry.held {
                held.until = Some(until);
            }
        });
    }

    pub(crate) fn close(&self, number: u64, answered_at: Option<Timestamp>, reply: ReplyFacts) {
        self.edit(number, |entry| {
            entry.answered_at = answered_at;
            entry.reply = Some(reply);
        });
    }

    fn edit(&self, number: u64, change: impl FnOnce(&mut Entry)) {
        let mut entries = self.lock();
        let oldest = entries.written - entries.kept.len() as u64 + 1;
        let place = number
            .checked_sub(oldest)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| entries.kept.get_mut(place)) {
            change(entry);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        // Nothing under this lock panics.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
