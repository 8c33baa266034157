//! How fast a case is played for a client whose clock cannot be moved: in real time, with everything lasting a fraction of what the
//! scenario says.
//!
//! The client is as it is in production. What is small is what the provider says: a token that lives for an hour in the scenario
//! lives for seconds. For a client that renews long before the end, the lifetime on the wire is the margin and those seconds, so that
//! what is left for use is short.

mod choose;
mod demand;
mod obstacle;

use std::time::Duration;

use crate::case::PlannedCheck;
use crate::scenario::Lifetime;

/// What a token lives if its scenario does not say so, as both vendors have it.
const USUAL_LIFE: Duration = Duration::from_secs(3600);
/// How much longer than its use a token is waited for that is to be too old: clients count in whole seconds, and machines are slow.
pub(crate) const PAUSE: Duration = Duration::from_millis(2200);

/// What is closer together in real time cannot be told apart.
const RESOLUTION: Duration = Duration::from_millis(250);

/// How fast a case is played in real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So many seconds of the scenario pass in one of real time.
    factor: u32,
    /// Every lifetime is a multiple of so many seconds of the scenario: on the wire are whole seconds. None where nothing gets old.
    unit: Option<u32>,
    /// The margin of the client, in real time.
    margin: Duration,
    /// What an access token lives in the scenario.
    life: Lifetime,
    /// What passes in the scenario.
    passes: Duration,
    /// How often a token is to be too old.
    pauses: u32,
}

impl Pace {
    /// So many seconds of the scenario pass in one of real time.
    #[must_use]
    pub fn factor(self) -> u32 {
        self.factor
    }

    /// How long a run takes, in real time, beside what clients and the machine take.
    #[must_use]
    pub fn takes(self) -> Duration {
        self.real(self.passes) + PAUSE * self.pauses
    }

    /// How long all runs take that may be made of a case.
    #[must_use]
    pub fn takes_in_all(self) -> Duration {
        std::iter::successors(Some(self), |pace| pace.slower())
            .take(ATTEMPTS)
            .map(Self::takes)
            .sum()
    }

    /// How long something of the scenario lasts in real time.
    #[must_use]
    pub(crate) fn real(self, length: Duration) -> Duration {
        length / self.factor
    }

    /// How long something lasts in the scenario that takes so long in real time.
    #[must_use]
    pub(crate) fn stretched(self, real: Duration) -> Duration {
        real.saturating_mul(self.factor)
    }

    /// What an access token lives in the scenario.
    pub(crate) fn life(self) -> Duration {
        self.life.for_margin(self.stretched(self.margin))
    }

    /// The lifetime of an access token on the wire, in real time; none where it is as the provider has it.
    pub(crate) fn told_life(self) -> Option<Duration> {
        /// Tokens say in whole seconds when they end, which may be up to one too early; clients are told whole seconds, too.
        const ROUNDED: Duration = Duration::from_millis(999);
        self.unit?;
        let told = self.said_life();
        Some(told.saturating_add(ROUNDED))
    }

    /// The lifetime that the client is told.
    fn said_life(self) -> Duration {
        match self.life {
            Lifetime::Fixed(life) => {
                let whole = self.real(life.0).as_secs();
                // Who renews early, renews within the last tenth of the life that the scenario has in mind.
                let usable = self.margin.as_secs().saturating_add(whole * 9 / 10);
                Duration::from_secs(usable.max(whole))
            }
            Lifetime::OverMargin(more) => self.margin.saturating_add(self.real(more.0)),
        }
    }

    /// The checks that speak of a time that cannot be told from what a token lives, at this pace.
    pub(crate) fn blurred(self, checks: &[PlannedCheck]) -> Vec<String> {
        let resolution = self.stretched(RESOLUTION);
        let is_blurred = |planned: &&PlannedCheck| {
            let lengths = demand::lengths(&planned.check);
            lengths
                .iter()
                .any(|length| length.abs_diff(self.life()) < resolution)
        };
        let blurred = checks.iter().filter(is_blurred);
        let of_time = blurred.filter(|_| self.unit.is_some() && self.factor > 1);
        of_time.map(|planned| planned.check.id.clone()).collect()
    }

    /// From what age on, in the scenario, the client no longer uses a token, if its margin is what it is said to be.
    pub(crate) fn used_until(self) -> Option<Duration> {
        self.unit?;
        let told = self.said_life();
        Some(self.stretched(told.saturating_sub(self.margin)))
    }

    /// Whether calls that are made so often see a token at any age.
    pub(crate) fn is_fine(self, every: Duration) -> bool {
        every < self.life() / 4
    }

    /// The next slower pace, if there is one that can be waited for: more real time is between one thing and the next.
    #[must_use]
    pub fn slower(self) -> Option<Self> {
        let slower = choose::divisors(self.unit.unwrap_or(1))
            .find(|factor| *factor <= self.factor / 2)
            .map(|factor| Self { factor, ..self })?;
        (slower.takes() <= choose::LONGEST * 3).then_some(slower)
    }
}

/// How often a case is tried, each time slower, if the machine is too slow.
pub(crate) const ATTEMPTS: usize = 3;

#[cfg(test)]
mod tests;
