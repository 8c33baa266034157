//! The journal itself: bounded, in order of arrival.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::entry::{Entry, Held, ReplyFacts};
use super::follow::{Follower, Following};
use super::query::Query;
use crate::expect::{Record, Requests};

/// What came in and what went out, newest last.
///
/// It keeps a bounded number of entries (10,000 unless the builder says otherwise); [`dropped`](Self::dropped) counts the older ones that made room.
#[derive(Debug)]
pub struct Journal {
    capacity: usize,
    entries: Mutex<Entries>,
    following: Following,
}

#[derive(Debug)]
struct Entries {
    kept: VecDeque<Entry>,
    written: u64,
    /// Taken out on request: no reason to doubt what is left.
    cleared: u64,
    /// When it was begun or cleared last, on the timeline of its entries.
    begun: Timestamp,
}

impl Journal {
    pub(crate) fn with_capacity(capacity: usize, begun: Timestamp) -> Self {
        Self {
            capacity: capacity.max(1),
            entries: Mutex::new(Entries {
                kept: VecDeque::new(),
                written: 0,
                cleared: 0,
                begun,
            }),
            following: Following::default(),
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
        self.lock().dropped()
    }

    /// The entries that are meant, in order of arrival.
    ///
    /// ```
    /// # async fn example(idp: mock_idp::MockIdp) {
    /// use mock_idp::expect::Requests;
    /// use mock_idp::journal::Endpoint;
    ///
    /// let fetched = idp.journal().matching(Endpoint::Token);
    /// let refused = idp.journal().matching(Requests::to(Endpoint::Resource).status(401));
    /// # }
    /// ```
    ///
    /// Where a condition turns on what the journal no longer has, or on a request that never came, none is meant.
    #[must_use]
    pub fn matching(&self, requests: impl Into<Requests>) -> Vec<Entry> {
        let record = self.record(Timestamp::MAX);
        record.matching(&requests.into())
    }

    /// The entries that a query asks for, in order of arrival.
    #[must_use]
    pub fn query(&self, query: &Query) -> Vec<Entry> {
        let entries = self.lock();
        let wanted = entries.kept.iter().filter(|entry| query.admits(entry));
        let most = query.limit();
        let mut found: Vec<Entry> = if query.since.is_some() {
            wanted.take(most).cloned().collect()
        } else {
            wanted.rev().take(most).cloned().collect()
        };
        found.sort_by_key(|entry| entry.number);
        found
    }

    /// Follows what is written from now on.
    #[must_use]
    pub fn follow(&self) -> Follower {
        self.following.follow()
    }

    /// Takes out every entry, as of `now` on the timeline of its entries. Numbers go on; requests under way are not noted any
    /// further.
    pub(crate) fn clear(&self, now: Timestamp) {
        let mut entries = self.lock();
        entries.kept.clear();
        entries.cleared = entries.written;
        entries.begun = now;
    }

    /// What has been seen since the beginning, as of `until`.
    pub(crate) fn record(&self, until: Timestamp) -> Record {
        let entries = self.lock();
        Record {
            from: entries.begun,
            until,
            forgotten: entries.dropped(),
            entries: entries.kept.iter().cloned().collect(),
        }
    }

    /// Writes an entry and gives it its number.
    pub(crate) fn open(&self, mut entry: Entry) -> u64 {
        let mut entries = self.lock();
        entries.written += 1;
        entry.number = entries.written;
        if entries.kept.len() == self.capacity {
            entries.kept.pop_front();
        }
        self.following.arrived(&entry);
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
            self.following.answered(entry);
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

impl Entries {
    fn dropped(&self) -> u64 {
        self.written - self.cleared - self.kept.len() as u64
    }
}
