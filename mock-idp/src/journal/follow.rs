//! Following the journal while it is written: one bounded log of what has happened, which every follower reads at a pace of its own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::entry::Entry;
use super::store::{Journal, State};

/// Something that was written into the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Followed {
    /// A request has arrived: its entry as it was then, without a reply.
    Arrived(Arc<Entry>),
    /// A request was answered, or will not be: its entry, which says what became of it. An answer that is sent in pieces is told
    /// twice, first as one that is cut off; to a follower who comes late, both times as it ended.
    Answered(Arc<Entry>),
    /// So many events are gone: the follower was slower than entries make room in the journal, or it was cleared or restored.
    Missed(u64),
}

/// Whoever follows a journal, from the moment it was made. It keeps no world alive and stops no world.
#[derive(Debug)]
pub struct Follower {
    /// Not the world, which is to end though somebody follows it.
    state: Arc<Mutex<State>>,
    told: watch::Receiver<()>,
    feed: Feed,
    /// The place of the event that was read last.
    behind: u64,
}

/// Which events somebody follows. They have places, counted up from 1 for each feed by itself.
#[derive(Clone, Copy, Debug)]
enum Feed {
    All,
    Answers,
}

/// What has happened, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    events: VecDeque<Event>,
    /// How many events made room.
    forgotten: u64,
    /// How many answers there ever were.
    answers: u64,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    is_answer: bool,
    /// Of its entry.
    number: u64,
    /// How many answers there were up to this event.
    answers: u64,
}

impl Journal {
    /// Follows what is written from now on.
    #[must_use]
    pub fn follow(&self) -> Follower {
        self.follower(Feed::All, None)
    }

    /// Follows what is answered, behind a place: of this process, or else from the beginning; from now on without one.
    pub(crate) fn follow_answers(&self, behind: Option<u64>) -> Follower {
        self.follower(Feed::Answers, behind)
    }

    fn follower(&self, feed: Feed, behind: Option<u64>) -> Follower {
        let latest = self.lock().log.latest(feed);
        let behind = behind.map(|place| if place > latest { 0 } else { place });
        Follower {
            state: self.state.clone(),
            told: self.told.subscribe(),
            feed,
            behind: behind.unwrap_or(latest),
        }
    }
}

impl Follower {
    /// The next event, as soon as there is one; none once the world has ended and all of it was read.
    pub async fn next(&mut self) -> Option<Followed> {
        loop {
            self.told.borrow_and_update();
            if let Some(followed) = self.read() {
                return Some(followed);
            }
            self.told.changed().await.ok()?;
        }
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Followed> + Send {
        stream::unfold(self, |mut follower| async move {
            let next = follower.next().await?;
            Some((next, follower))
        })
    }

    /// The place of the event that was read last.
    pub(crate) fn place(&self) -> u64 {
        self.behind
    }

    fn read(&mut self) -> Option<Followed> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let found = state.log.behind(self.feed, self.behind).find_map(
            // Its entry may be gone before it is.
            |(place, event)| Some((place, event, state.entries.numbered(event.number)?)),
        );
        let next = match &found {
            Some((place, ..)) => *place,
            None => state.log.latest(self.feed) + 1,
        };
        let missed = next - 1 - self.behind;
        if missed > 0 {
            self.behind += missed;
            return Some(Followed::Missed(missed));
        }
        let (place, event, entry) = found?;
        self.behind = place;
        Some(match event.is_answer {
            true => Followed::Answered(entry.clone()),
            false => Followed::Arrived(Arc::new(entry.as_it_arrived())),
        })
    }
}

impl Log {
    /// Notes that the entry of a number was opened or completed. Of as many entries as are kept, both are remembered.
    pub(super) fn note(&mut self, is_answer: bool, number: u64, capacity: usize) {
        if self.events.len() >= capacity.saturating_mul(2) {
            self.events.pop_front();
            self.forgotten += 1;
        }
        self.answers += u64::from(is_answer);
        self.events.push_back(Event {
            is_answer,
            number,
            answers: self.answers,
        });
    }

    /// The entries are gone: their numbers may be given again.
    pub(super) fn forget(&mut self) {
        self.forgotten += self.events.len() as u64;
        self.events.clear();
    }

    /// The place of the latest event.
    fn latest(&self, feed: Feed) -> u64 {
        match feed {
            Feed::All => self.forgotten + self.events.len() as u64,
            Feed::Answers => self.answers,
        }
    }

    /// The events that are kept behind a place, with theirs.
    fn behind(&self, feed: Feed, place: u64) -> impl Iterator<Item = (u64, Event)> {
        let start = match feed {
            Feed::All => {
                usize::try_from(place.saturating_sub(self.forgotten)).unwrap_or(usize::MAX)
            }
            Feed::Answers => self.events.partition_point(|event| event.answers <= place),
        };
        let places = self.forgotten + 1..;
        let events = places.zip(self.events.iter().copied()).skip(start);
        events.filter_map(move |(place, event)| match feed {
            Feed::All => Some((place, event)),
            Feed::Answers => event.is_answer.then_some((event.answers, event)),
        })
    }
}
