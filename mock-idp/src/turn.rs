//! Turns and eras: how a world is put back into an earlier state under requests that are under way.
//!
//! A request is handled in turns: in one it is noted and counted, in another carried out, in a third its answer is dressed. It may
//! wait between two of them and never within one. A world is saved and restored between turns, so a snapshot holds each of these
//! steps whole or not at all; a request that was noted and not yet carried out stands in it as one without an answer. Restoring
//! begins a new era, and a request of an older one gets no turn any more: its connection is reset.
//!
//! Outside its turns a request only reads, and ends what it began in one: it completes its entry, which the journal does not let it
//! do once the world was restored, and gives up its place among the requests in progress, which no snapshot holds.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

/// The turns of a world.
#[derive(Debug)]
pub(crate) struct Turns {
    era: RwLock<Era>,
    /// Tells those who wait.
    begun: watch::Sender<Era>,
}

/// The time between one restoring and the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Era(u64);

/// While there is one of these, the world is neither saved nor restored. Not to be held while waiting, nor twice by one thread.
#[derive(Debug)]
pub(crate) struct Turn<'t>(
    #[expect(dead_code, reason = "it is held, not read")] RwLockReadGuard<'t, Era>,
);

impl Turns {
    /// The present era.
    pub(crate) fn era(&self) -> Era {
        // Nothing under this lock panics but what handles a request, and that leaves the era alone.
        *self.era.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn for whoever came in this era; none if it is over.
    pub(crate) fn take(&self, era: Era) -> Option<Turn<'_>> {
        let present = self.era.read().unwrap_or_else(PoisonError::into_inner);
        (*present == era).then_some(Turn(present))
    }

    /// Saves what `save` saves, between turns.
    pub(crate) fn between<T>(&self, save: impl FnOnce() -> T) -> T {
        let _present = self.write();
        save()
    }

    /// Begins a new era with what `restore` does, between turns.
    pub(crate) fn begin(&self, restore: impl FnOnce()) {
        let mut present = self.write();
        restore();
        present.0 += 1;
        self.begun.send_replace(*present);
    }

    /// Completes when this era is over.
    pub(crate) async fn over(&self, era: Era) {
        let mut begun = self.begun.subscribe();
        // The sender lives as long as whoever asks.
        let _ = begun.wait_for(|present| *present != era).await;
    }

    fn write(&self) -> RwLockWriteGuard<'_, Era> {
        self.era.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            era: RwLock::default(),
            begun: watch::Sender::new(Era::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_era_ends_for_those_who_act_and_those_who_wait() {
        let turns = Turns::default();
        let first = turns.era();
        assert!(turns.take(first).is_some());
        turns.between(|| ());
        assert!(turns.take(first).is_some(), "saving ends nothing");
        turns.begin(|| ());
        assert!(turns.take(first).is_none());
        turns.over(first).await;
        let second = turns.era();
        assert!(turns.take(second).is_some());
        let waiting = turns.over(second);
        tokio::pin!(waiting);
        let still = std::future::ready(());
        let first = futures_util::future::select(&mut waiting, still).await;
        assert!(matches!(first, futures_util::future::Either::Right(_)));
        turns.begin(|| ());
        waiting.await;
    }
}
