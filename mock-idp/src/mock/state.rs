//! Snapshot, restore, reset.

#[cfg(feature = "serve")]
use std::sync::Arc;
use std::sync::{MutexGuard, PoisonError};

use super::MockIdp;
#[cfg(feature = "serve")]
use super::example_application;
#[cfg(feature = "serve")]
use crate::builder::{NO_APPLICATION, StartError};
#[cfg(feature = "serve")]
use crate::directory::Directory;
#[cfg(feature = "serve")]
use crate::setup::Setup;
use crate::snapshot::Snapshot;

/// A directory that a world is about to go by as if it had begun with it.
#[cfg(feature = "serve")]
pub(crate) struct NewStart<'w> {
    idp: &'w MockIdp,
    directory: Arc<Directory>,
    before: Setup,
    after: Setup,
}

impl MockIdp {
    /// This world as it is now, to be [restored](Self::restore). Requests under way are in it as far as they have come.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.rooms)
    }

    /// This world as it was when it had just started.
    #[must_use]
    pub fn at_start(&self) -> Snapshot {
        self.start().clone()
    }

    /// Has this world be as it was. From here on the same requests get the same answers as they got then, byte for byte if the
    /// clock shows the same: see [`Snapshot::with_clock`].
    ///
    /// Ports and connections stay. A request under way is cut off: its connection is reset, and neither the journal nor anything
    /// else knows of it any more; this includes whoever waits in a hold or a delay. Only what is already on its way to the peer
    /// still arrives. A token issued since is one that this world has not issued: a refresh token is unknown, and an access
    /// token, which resources check by its signature, is good until it expires.
    ///
    /// Secrets that became known since are still looked for in what clients send.
    pub fn restore(&self, snapshot: &Snapshot) {
        snapshot.restore(&self.rooms);
    }

    /// Has this world be as when it had just started; all but the clock. As [`restore`](Self::restore) of
    /// [`at_start`](Self::at_start), but that Okta's API tokens count as used now.
    pub fn reset(&self) {
        // Kept meanwhile: a start that is changed now is not put back.
        let start = self.start();
        start.restore(&self.rooms);
        let tokens = &self.rooms.standing().directory.okta.api_tokens;
        let now = self.rooms.clock.now();
        self.rooms.api_token_uses.learn(&[], tokens, now);
    }

    /// Has the world's start be now, for whoever sets it up before it is handed out.
    #[cfg(feature = "serve")]
    pub(crate) fn start_here(&self) {
        let now = self.snapshot();
        *self.start() = now;
    }

    /// Has another directory be the one that this world began with, once it is told to [go by it](NewStart::take).
    ///
    /// # Errors
    ///
    /// [`StartError`] if no world can begin with it.
    #[cfg(feature = "serve")]
    pub(crate) fn begin_with(
        &self,
        directory: &Arc<Directory>,
    ) -> Result<NewStart<'_>, StartError> {
        let provider = self.provider();
        let mut world = self.world();
        world.directory = directory.clone();
        if example_application(&world).is_none() {
            return Err(NO_APPLICATION);
        }
        let before = self.start().directory().clone();
        Ok(NewStart {
            idp: self,
            directory: directory.clone(),
            before: Setup::of(provider, &before)?,
            after: Setup::of(provider, directory)?,
        })
    }

    fn start(&self) -> MutexGuard<'_, Snapshot> {
        // Nothing under this lock panics.
        self.at_start.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "serve")]
impl NewStart<'_> {
    /// Has the world go by the directory from now on, and after a reset. Keys, limits and faults that are in it as they were in
    /// the last one stay as they have become since, and so does what neither names.
    pub(crate) fn take(self) {
        let mut at_start = self.idp.start();
        at_start.follow(&self.idp.rooms, &self.directory, &self.before, &self.after);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    #[tokio::test]
    async fn restoring_lets_go_of_nobody_who_came_after_it() {
        let idp = MockIdp::okta().plain_http().start().await.expect("a world");
        let snapshot = idp.snapshot();
        let rooms = idp.rooms.clone();
        let is_over = Arc::new(AtomicBool::new(false));
        let watched = is_over.clone();
        let restoring = std::thread::spawn(move || {
            while !watched.load(Ordering::Relaxed) {
                snapshot.restore(&rooms);
            }
        });
        let mut let_go_too_early = 0;
        for _ in 0..500 {
            let (mut held, world) = idp
                .rooms
                .in_turn(|world| (world.holds.enter("late"), world.clone()));
            while held.try_recv() == Err(TryRecvError::Empty) {
                std::thread::yield_now();
            }
            let_go_too_early += usize::from(world.turn().is_some());
        }
        is_over.store(true, Ordering::Relaxed);
        restoring.join().expect("it restores");
        assert_eq!(let_go_too_early, 0);
    }
}
