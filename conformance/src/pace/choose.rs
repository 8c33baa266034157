//! As fast as may be: every stretch of time that means something has to be long enough to be told from none.

use std::time::Duration;

use super::demand::Demand;
use super::{Pace, obstacle};
use crate::case::Case;
use crate::judge::span::span;

/// How long a run may take in real time.
pub(super) const LONGEST: Duration = Duration::from_secs(100);
/// How long a token lives at least, in real time. Clients count in whole seconds.
const LEAST_LIFE: Duration = Duration::from_secs(5);

impl Pace {
    /// The pace for a case and a client that renews so long before expiry.
    ///
    /// # Errors
    ///
    /// Why the case cannot be played in real time, in words.
    pub fn of(case: &Case, margin: Duration) -> Result<Self, String> {
        let bodies = || case.variations.iter().map(|variation| &variation.body);
        if let Some(obstacle) = bodies().find_map(obstacle::of) {
            return Err(obstacle.to_owned());
        }
        let checks = case.checks.iter().map(|planned| &planned.check);
        let demand = Demand::of(bodies(), checks);
        let Some(life) = demand.life else {
            return Err("its runs have tokens of different lifetimes".to_owned());
        };
        let unit = demand.unit();
        let factor = divisors(unit.unwrap_or(1)).find(|factor| suits(*factor, &demand));
        let pace = Self {
            factor: factor.unwrap_or(1),
            unit,
            margin,
            life,
            passes: demand.passes,
            pauses: demand.pauses,
        };
        let takes = pace.takes();
        if takes > LONGEST {
            let rounded = Duration::from_secs(takes.as_secs());
            return Err(format!(
                "its shortest times cannot be told apart unless it takes {} of real time, and no more than {} are taken",
                span(rounded),
                span(LONGEST)
            ));
        }
        Ok(pace)
    }
}

fn suits(factor: u32, demand: &Demand) -> bool {
    let mut lifetimes = demand.lifetimes.iter();
    let mut spans = demand.spans.iter();
    lifetimes.all(|life| *life / factor >= LEAST_LIFE)
        && spans.all(|(span, least)| *span / factor >= *least)
}

/// The divisors of a number, falling.
pub(super) fn divisors(number: u32) -> impl Iterator<Item = u32> {
    /// Faster than this a second of real time is more than half a day.
    const FASTEST: u32 = 50_000;
    (1..=number.min(FASTEST))
        .rev()
        .filter(move |factor| number.is_multiple_of(*factor))
}
