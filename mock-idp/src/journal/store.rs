//! The journal itself: bounded, in order of arrival.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::entry::{Entry, Held, ReplyFacts};
use super::follow::Log;
use super::query::Query;
use crate::expect::{Record, Requests};

/// What came in and what went out, newest last.
///
/// It keeps a bounded number of entries (10,000 unless the builder says otherwise); [`dropped`](Self::dropped) counts the older ones that made room.
#[derive(Debug)]
pub struct Journal {
    capacity: usize,
    /// Shared with those who follow it.
    pub(super) state: Arc<Mutex<State>>,
    /// Tells followers that there is something to read, and by its end that there will be nothing more.
    pub(super) told: watch::Sender<()>,
}

#[derive(Debug)]
pub(super) struct State {
    /// Shared with what was saved of it, until one of the two changes.
    pub(super) entries: Arc<Entries>,
    pub(super) log: Log,
    /// How often it was restored.
    restored: u64,
}

/// An entry that was opened and may be completed, unless the journal was restored since: its number may be another's then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    number: u64,
    restored: u64,
}

/// The journal of an instant.
#[derive(Clone, Debug)]
pub(crate) struct SavedJournal(Arc<Entries>);

#[derive(Clone, Debug)]
pub(super) struct Entries {
    kept: VecDeque<Arc<Entry>>,
    written: u64,
    /// Up to this number they were taken out on request: no reason to doubt what is left.
    cleared: u64,
    /// When it was begun or cleared last, on the timeline of its entries.
    begun: Timestamp,
}

impl Entries {
    /// The entry of this number, if it is kept.
    pub(super) fn numbered(&self, number: u64) -> Option<&Arc<Entry>> {
        self.kept.get(self.place(number)?)
    }

    fn place(&self, number: u64) -> Option<usize> {
        let oldest = self.written - self.kept.len() as u64 + 1;
        let place = usize::try_from(number.checked_sub(oldest)?).ok()?;
        (place < self.kept.len()).then_some(place)
    }

    fn copies(&self) -> Vec<Entry> {
        self.kept.iter().map(|entry| Entry::clone(entry)).collect()
    }

    fn dropped(&self) -> u64 {
        self.written - self.cleared - self.kept.len() as u64
    }
}

impl Journal {
    pub(crate) fn with_capacity(capacity: usize, begun: Timestamp) -> Self {
        Self {
            capacity: capacity.max(1),
            state: Arc::new(Mutex::new(State {
                entries: Arc::new(Entries {
                    kept: VecDeque::new(),
                    written: 0,
                    cleared: 0,
                    begun,
                }),
                log: Log::default(),
                restored: 0,
            })),
            told: watch::Sender::default(),
        }
    }

    /// A copy of every entry that is kept.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.now().copies()
    }

    /// How many requests have come in, kept or not.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.lock().entries.written
    }

    /// How many entries were dropped to make room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.lock().entries.dropped()
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
        let entries = self.now();
        let wanted = entries.kept.iter().filter(|entry| query.admits(entry));
        let most = query.limit();
        let wanted = wanted.map(|entry| Entry::clone(entry));
        let mut found: Vec<Entry> = if query.since.is_some() {
            wanted.take(most).collect()
        } else {
            wanted.rev().take(most).collect()
        };
        found.sort_by_key(|entry| entry.number);
        found
    }

    /// Takes out every entry, as of `now` on the timeline of its entries. Numbers go on; requests under way are not noted any
    /// further.
    pub(crate) fn clear(&self, now: Timestamp) {
        let mut state = self.lock();
        let entries = Arc::make_mut(&mut state.entries);
        entries.kept.clear();
        entries.cleared = entries.written;
        entries.begun = now;
        state.log.forget();
    }

    /// What has been seen since the beginning, as of `until`.
    pub(crate) fn record(&self, until: Timestamp) -> Record {
        let entries = self.now();
        Record {
            from: entries.begun,
            until,
            forgotten: entries.dropped(),
            entries: entries.copies(),
        }
    }

    /// The journal as it is now, to be put back.
    pub(crate) fn saved(&self) -> SavedJournal {
        SavedJournal(self.now())
    }

    /// Has the journal be as it was. Whoever is about to complete an entry comes too late.
    pub(crate) fn restore(&self, saved: &SavedJournal) {
        let mut state = self.lock();
        state.entries = saved.0.clone();
        state.restored += 1;
        state.log.forget();
    }

    /// Has an empty journal begin at `now`, on the timeline of its entries.
    pub(crate) fn begin_anew(&self, now: Timestamp) {
        let mut state = self.lock();
        if state.entries.kept.is_empty() {
            Arc::make_mut(&mut state.entries).begun = now;
        }
    }

    /// Writes an entry and gives it its number.
    pub(crate) fn open(&self, mut entry: Entry) -> Opened {
        let mut state = self.lock();
        let restored = state.restored;
        let entries = Arc::make_mut(&mut state.entries);
        entries.written += 1;
        entry.number = entries.written;
        if entries.kept.len() == self.capacity {
            entries.kept.pop_front();
        }
        entries.kept.push_back(Arc::new(entry));
        let number = entries.written;
        state.log.note(false, number, self.capacity);
        self.told.send_replace(());
        Opened { number, restored }
    }

    pub(crate) fn held(&self, opened: Opened, name: &str, from: Timestamp) {
        self.edit(opened, |entry| {
            entry.held = Some(Held {
                name: name.to_owned(),
                from,
                until: None,
            })
        });
    }

    pub(crate) fn let_go(&self, opened: Opened, until: Timestamp) {
        self.edit(opened, |entry| {
            if let Some(held) = &mut entry.held {
                held.until = Some(until);
            }
        });
    }

    pub(crate) fn close(&self, opened: Opened, answered_at: Option<Timestamp>, reply: ReplyFacts) {
        let is_noted = self.edit(opened, |entry| {
            entry.answered_at = answered_at;
            entry.reply = Some(reply);
        });
        if let Some(mut state) = is_noted {
            state.log.note(true, opened.number, self.capacity);
            self.told.send_replace(());
        }
    }

    /// None, and nothing is changed, if the entry is gone.
    fn edit(
        &self,
        opened: Opened,
        change: impl FnOnce(&mut Entry),
    ) -> Option<MutexGuard<'_, State>> {
        let mut state = self.lock();
        if state.restored != opened.restored {
            return None;
        }
        let entries = Arc::make_mut(&mut state.entries);
        let place = entries.place(opened.number)?;
        change(Arc::make_mut(entries.kept.get_mut(place)?));
        Some(state)
    }

    /// What there is now, to be read without keeping others from writing.
    fn now(&self) -> Arc<Entries> {
        self.lock().entries.clone()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
