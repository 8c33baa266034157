//! A timeline that runs with real time: what the clocks of others show at an instant of it, and how far it is behind its plan.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mock_idp::clock::{Clock as _, SystemClock};

use crate::pace::Pace;

/// The pace of a case, from its beginning on. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Pacing {
    pub(super) pace: Pace,
    /// Where the timeline begins.
    epoch: Timestamp,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// What the machine's clock showed then.
    wall: Timestamp,
    /// Every stretch of time that the play has let pass, in order.
    legs: Vec<Leg>,
}

/// A stretch of time that the play lets pass.
#[derive(Clone, Copy, Debug)]
struct Leg {
    from: Timestamp,
    /// None as long as it lasts.
    to: Option<Timestamp>,
    /// How long it is in the scenario.
    planned: Duration,
}

impl Leg {
    /// How much of it is over at an instant.
    fn over_at(self, at: Timestamp) -> SignedDuration {
        let planned = signed(self.planned);
        match self.to {
            Some(to) if at >= to => planned,
            _ => at
                .duration_since(self.from)
                .clamp(SignedDuration::ZERO, planned),
        }
    }
}

impl Pacing {
    pub(super) fn new(pace: Pace, epoch: Timestamp) -> Self {
        Self {
            pace,
            epoch,
            state: Arc::new(Mutex::new(State {
                wall: SystemClock.now(),
                legs: Vec::new(),
            })),
        }
    }

    /// The timeline is at its epoch now.
    pub(super) fn begin(&self) {
        self.state().wall = SystemClock.now();
    }

    /// What the clock of the machine shows at an instant of the timeline; the server goes by it too.
    pub(super) fn wall(&self, at: Timestamp) -> Timestamp {
        let passed = at.duration_since(self.epoch);
        let real = passed.checked_div(self.factor()).unwrap_or_default();
        self.state().wall.saturating_add(real).unwrap_or(at)
    }

    /// The instant of the timeline at which that clock shows this.
    pub(super) fn instant(&self, wall: Timestamp) -> Timestamp {
        let real = wall.duration_since(self.state().wall);
        let passed = real.checked_mul(self.factor());
        let passed = passed.unwrap_or(SignedDuration::MAX);
        self.epoch.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }

    /// The play lets time pass.
    pub(super) fn set_out(&self, from: Timestamp, planned: Duration) {
        let to = None;
        self.state().legs.push(Leg { from, to, planned });
    }

    /// It has passed.
    pub(super) fn arrive(&self, at: Timestamp) {
        if let Some(leg) = self.state().legs.last_mut() {
            leg.to = Some(at);
        }
    }

    /// How much later it is than planned, of what has passed between two instants.
    pub(super) fn delay(&self, from: Timestamp, to: Timestamp) -> Duration {
        let planned = self.planned(from, to);
        let delay = to.duration_since(from).saturating_sub(signed(planned));
        Duration::try_from(delay).unwrap_or_default()
    }

    /// How much time the play has let pass between two instants.
    pub(super) fn planned(&self, from: Timestamp, to: Timestamp) -> Duration {
        let state = self.state();
        let legs = state.legs.iter();
        let planned: SignedDuration = legs.fold(SignedDuration::ZERO, |sum, leg| {
            let part = leg.over_at(to).saturating_sub(leg.over_at(from));
            sum.saturating_add(part)
        });
        Duration::try_from(planned).unwrap_or_default()
    }

    fn factor(&self) -> i32 {
        i32::try_from(self.pace.factor()).unwrap_or(i32::MAX)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn signed(length: Duration) -> SignedDuration {
    SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests;
