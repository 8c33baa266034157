//! [`Snapshot`]: what a world was like at an instant, to be put back.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::api_token_uses::SavedUses;
use crate::clock::{Rate, VirtualClock};
#[cfg(feature = "serve")]
use crate::directory::Directory;
use crate::directory::SavedSecrets;
use crate::fault::SavedRules;
use crate::journal::SavedJournal;
use crate::keys::SavedKeys;
use crate::ledger::SavedLedger;
use crate::limits::SavedMeters;
use crate::okta::SavedLog;
#[cfg(feature = "serve")]
use crate::setup::Setup;
use crate::world::{Rooms, Standing};

/// A world at an instant: what it has issued and revoked, its keys, directory and settings, faults with what they have counted, rate
/// limits, journal, and how far its randomness has been drawn.
///
/// Taking one costs next to nothing: it shares what the world has issued and noted until the world changes it, which copies it
/// once. It is bound to no world, but means something only to the one it was taken of.
#[derive(Clone)]
pub struct Snapshot {
    drawn: u64,
    keys: SavedKeys,
    ledger: SavedLedger,
    journal: SavedJournal,
    faults: SavedRules,
    meters: SavedMeters,
    former_secrets: SavedSecrets,
    api_token_uses: SavedUses,
    system_log: SavedLog,
    standing: Standing,
    clock: Option<ClockSetting>,
    moves_clock: bool,
}

/// What a virtual clock showed and how fast it ran.
#[derive(Clone, Copy)]
struct ClockSetting {
    shown: Timestamp,
    rate: Option<Rate>,
}

impl Snapshot {
    /// The same, with the clock: restoring it sets the world's [virtual clock](crate::clock::VirtualClock) back too, and has it run
    /// as it ran. Nothing is added if the world has none.
    ///
    /// Without this the clock goes on, as clocks do, and may be shared with a client or with other worlds.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.moves_clock = true;
        self
    }

    /// The directory as it was.
    #[cfg(feature = "serve")]
    pub(crate) fn directory(&self) -> &Arc<Directory> {
        &self.standing.directory
    }

    /// Has a world, and what is kept of it here, go by another directory: `before` is what the last one had it begin with, `after`
    /// what this one does. What it does not change stays as it has become.
    #[cfg(feature = "serve")]
    pub(crate) fn follow(
        &mut self,
        rooms: &Rooms,
        directory: &Arc<Directory>,
        before: &Setup,
        after: &Setup,
    ) {
        rooms.turns.between(|| {
            rooms.change_directory(|current| *current = Directory::clone(directory));
            rooms.keys.follow(&before.keys, &after.keys, &mut self.keys);
            if before.limits != after.limits {
                rooms.meters.follow(&after.limits, &mut self.meters);
            }
            rooms
                .faults
                .follow(&before.faults, &after.faults, Some(&mut self.faults));
        });
        self.standing.directory = rooms.standing().directory;
    }

    pub(crate) fn of(rooms: &Rooms) -> Self {
        // Named one by one, so that a new room is not forgotten here.
        let Rooms {
            clock,
            entropy,
            keys,
            ledger,
            journal,
            faults,
            meters,
            turns,
            former_secrets,
            api_token_uses,
            system_log,
            // Taken as a whole.
            standing: _,
            // Empty after a restoring: whoever waits belongs to the past.
            holds: _,
            // None is ever forgotten.
            secrets: _,
            // As long as the world lasts.
            provider: _,
            supervisor: _,
            origins: _,
            patience: _,
            connections: _,
        } = rooms;
        turns.between(|| Self {
            drawn: entropy.drawn(),
            keys: keys.saved(),
            ledger: ledger.saved(),
            journal: journal.saved(),
            faults: faults.saved(),
            meters: meters.saved(),
            former_secrets: former_secrets.saved(),
            api_token_uses: api_token_uses.saved(),
            system_log: system_log.events(),
            standing: rooms.standing(),
            clock: clock.as_virtual().map(ClockSetting::of),
            moves_clock: false,
        })
    }

    pub(crate) fn restore(&self, rooms: &Rooms) {
        rooms.turns.begin(|| {
            rooms.entropy.rewind(self.drawn);
            rooms.keys.restore(&self.keys);
            rooms.ledger.restore(&self.ledger);
            rooms.journal.restore(&self.journal);
            rooms.faults.restore(&self.faults);
            rooms.meters.restore(&self.meters);
            rooms.former_secrets.restore(&self.former_secrets);
            rooms.api_token_uses.restore(&self.api_token_uses);
            rooms.system_log.restore(&self.system_log);
            rooms.stand(self.standing.clone());
            if let (true, Some(setting), Some(clock)) =
                (self.moves_clock, self.clock, rooms.clock.as_virtual())
            {
                setting.restore(&clock);
            }
            rooms.journal.begin_anew(rooms.clock.timeline());
            // Whoever waited in a hold finds that its era is over. Afterwards others might wait there already.
            rooms.holds.release_all();
        });
    }
}

impl ClockSetting {
    fn of(clock: VirtualClock) -> Self {
        use crate::clock::Clock as _;
        Self {
            shown: clock.now(),
            rate: clock.rate(),
        }
    }

    fn restore(self, clock: &VirtualClock) {
        // First: what runs does not show for long what it was set to.
        clock.freeze();
        clock.set(self.shown);
        if let Some(rate) = self.rate {
            clock.run(rate);
        }
    }
}

/// What a world holds is not shown.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("at", &self.clock.map(|setting| setting.shown))
            .field("moves_clock", &self.moves_clock)
            .finish_non_exhaustive()
    }
}
