//! The order in which the entries of a journal are complete, for whoever follows it from afar, breaks off and comes back. One
//! whose answer goes out piece by piece is complete twice.

use std::collections::VecDeque;

use tokio::sync::watch;

use super::entry::Entry;
use super::store::Journal;

/// The order in which entries were completed, bounded like the journal.
#[derive(Debug, Default)]
pub(super) struct Completed {
    /// The numbers of the entries, oldest first.
    numbers: VecDeque<u64>,
    /// How many were ever completed.
    count: u64,
    /// Tells followers of the count.
    told: watch::Sender<u64>,
}

/// What a follower has not seen yet.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Entries with their places in the order of completion, counted up from 1.
    pub(crate) entries: Vec<(u64, Entry)>,
    /// How many before them are no longer to be had.
    pub(crate) missed: u64,
    /// The place to go on behind.
    pub(crate) behind: u64,
}

impl Completed {
    /// An entry was completed, of which as many are remembered as are kept.
    pub(super) fn push(&mut self, number: u64, capacity: usize) {
        if self.numbers.len() >= capacity {
            self.numbers.pop_front();
        }
        self.numbers.push_back(number);
        self.count += 1;
        self.told.send_replace(self.count);
    }

    /// The entries are gone: their numbers may be given again.
    pub(super) fn forget(&mut self) {
        self.numbers.clear();
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }

    /// What was completed behind a place, up to so many of them.
    pub(super) fn behind(
        &self,
        place: u64,
        most: usize,
        entry: impl Fn(u64) -> Option<Entry>,
    ) -> News {
        // A place of an earlier process may lie ahead of all.
        let place = if place > self.count { 0 } else { place };
        let oldest = self.count - self.numbers.len() as u64;
        let from = place.max(oldest);
        let mut news = News {
            missed: from - place,
            behind: from,
            ..News::default()
        };
        let skipped = usize::try_from(from - oldest).unwrap_or(usize::MAX);
        for number in self.numbers.iter().skip(skipped).take(most) {
            news.behind += 1;
            match entry(*number) {
                Some(entry) => news.entries.push((news.behind, entry)),
                None => news.missed += 1,
            }
        }
        news
    }
}

impl Journal {
    /// The place of the entry that was completed last; changes with each. Ends with the world.
    pub(crate) fn completed(&self) -> watch::Receiver<u64> {
        self.lock().completed.subscribe()
    }

    /// The entries that were completed behind a place, up to so many.
    pub(crate) fn news(&self, behind: u64, most: usize) -> News {
        let state = self.lock();
        state
            .completed
            .behind(behind, most, |number| state.entries.numbered(number))
    }
}
