//! Snapshot, restore, reset.

use super::MockIdp;
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
        self.at_start.clone()
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
        self.restore(&self.at_start);
    }
}
