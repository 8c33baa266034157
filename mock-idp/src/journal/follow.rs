//! Following the journal while it is written.

use std::sync::{Arc, OnceLock};

use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::{self, error::RecvError};

use super::entry::Entry;

/// How many events a follower may be behind before the oldest are dropped for it.
const BEHIND: usize = 1024;

/// Something that was written into the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Followed {
    /// A request has arrived; its entry has no reply yet.
    Arrived(Arc<Entry>),
    /// A request was answered, or will not be: its entry says what became of it. An answer that is sent in pieces is told twice,
    /// first as one that is cut off.
    Answered(Arc<Entry>),
    /// So many events were dropped, because the follower was too slow. The journal itself may still have them:
    /// [`Journal::query`](super::Journal::query).
    Missed(u64),
}

/// Whoever follows a journal, from the moment it was made. It keeps no world alive and stops no world.
#[derive(Debug)]
pub struct Follower(broadcast::Receiver<Event>);

#[derive(Clone, Debug)]
enum Event {
    Arrived(Arc<Entry>),
    Answered(Arc<Entry>),
}

impl Follower {
    /// The next event, as soon as there is one; none once the world has ended.
    pub async fn next(&mut self) -> Option<Followed> {
        match self.0.recv().await {
            Ok(Event::Arrived(entry)) => Some(Followed::Arrived(entry)),
            Ok(Event::Answered(entry)) => Some(Followed::Answered(entry)),
            Err(RecvError::Lagged(missed)) => Some(Followed::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Followed> + Send {
        stream::unfold(self, |mut follower| async move {
            let next = follower.next().await?;
            Some((next, follower))
        })
    }
}

/// The followers of a journal. Nothing is made before the first one comes.
#[derive(Debug, Default)]
pub(super) struct Following(OnceLock<broadcast::Sender<Event>>);

impl Following {
    pub(super) fn follow(&self) -> Follower {
        let sender = self.0.get_or_init(|| broadcast::Sender::new(BEHIND));
        Follower(sender.subscribe())
    }

    pub(super) fn arrived(&self, entry: &Entry) {
        self.tell(|| Event::Arrived(Arc::new(entry.clone())));
    }

    pub(super) fn answered(&self, entry: &Entry) {
        self.tell(|| Event::Answered(Arc::new(entry.clone())));
    }

    fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(sender) = self.0.get()
            && sender.receiver_count() > 0
        {
            // An error means that nobody listens any more.
            let _ = sender.send(event());
        }
    }
}
