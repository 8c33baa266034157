//! What expectations are held against.

use jiff::Timestamp;

use super::matching::select;
use super::requests::Requests;
use crate::journal::Entry;

/// What a world has seen up to now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// When it begins, on the journal's timeline: when the world started, or its journal was cleared.
    pub from: Timestamp,
    /// When it ends: now.
    pub until: Timestamp,
    /// How many older entries made room and are gone. What turns on them is not decided.
    pub forgotten: u64,
    /// The exchanges, in order of arrival.
    pub entries: Vec<Entry>,
}

impl Record {
    /// A record in which everything is kept.
    #[must_use]
    pub fn new(from: Timestamp, until: Timestamp, entries: Vec<Entry>) -> Self {
        Self {
            from,
            until,
            forgotten: 0,
            entries,
        }
    }

    /// The entries that are meant; none where that turns on what is not there.
    pub(crate) fn matching(&self, requests: &Requests) -> Vec<Entry> {
        match select(self, requests) {
            Ok(matches) => matches.sent.iter().map(|sent| sent.entry.clone()).collect(),
            Err(_) => Vec::new(),
        }
    }
}
