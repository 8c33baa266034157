//! Snapshot, restore, reset.

#[cfg(feature = "serve")]
use std::sync::Arc;
use std::sync::{MutexGuard, PoisonError};

use super::MockIdp;
#[cfg(feature = "serve")]
use crate::directory::Directory;
use crate::snapshot::Snapshot;

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
    /// [`at_start`](Self::at_start).
    pub fn reset(&self) {
        let at_start = self.at_start();
        self.restore(&at_start);
    }

    /// Has the world's start be now, for whoever sets it up before it is handed out.
    #[cfg(feature = "serve")]
    pub(crate) fn start_here(&self) {
        let now = self.snapshot();
        *self.start() = now;
    }

    /// Changes the directory, also of the world's start: a reset leaves the change.
    #[cfg(feature = "serve")]
    pub(crate) fn begin_with(&self, directory: Directory) {
        let directory = Arc::new(directory);
        let mut at_start = self.start();
        self.change_directory(|current| *current = Directory::clone(&directory));
        *at_start = at_start.clone().with_directory(directory);
    }

    fn start(&self) -> MutexGuard<'_, Snapshot> {
        // Nothing under this lock panics.
        self.at_start.lock().unwrap_or_else(PoisonError::into_inner)
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
