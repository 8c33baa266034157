//! The time axis of a timeline: where an instant stands on the page.
//!
//! A run is bunched: many requests within one virtual instant, then hours of nothing. So the axis is not linear. Each
//! instant at which something happens gets the room its requests need, and the time between two grows with its logarithm.

use std::collections::BTreeMap;

/// Room between an instant and the next, however close.
const LEAST_GAP: f64 = 14.0;
/// Room that no gap exceeds.
const WIDEST_GAP: f64 = 110.0;

/// Instants in milliseconds since the run began, and where they stand in pixels.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// By instant: where it begins and where its own room ends.
    places: BTreeMap<i64, (f64, f64)>,
}

impl Axis {
    /// An axis that begins at `left`; for each instant the room that stands there.
    pub(super) fn new(rooms: &BTreeMap<i64, f64>, left: f64) -> Self {
        let mut places = BTreeMap::new();
        let mut at: Option<(i64, f64)> = None;
        for (instant, room) in rooms {
            let begin = match at {
                Some((last, end)) => end + gap(instant.saturating_sub(last)),
                None => left,
            };
            let end = begin + room;
            places.insert(*instant, (begin, end));
            at = Some((*instant, end));
        }
        Self { places }
    }

    /// Where an instant begins. Between two known ones it stands in proportion.
    pub(super) fn x(&self, instant: i64) -> f64 {
        let before = self.places.range(..=instant).next_back();
        let after = self.places.range(instant..).next();
        match (before, after) {
            (Some((at, (begin, _))), _) if *at == instant => *begin,
            (Some((one, (_, end))), Some((other, (begin, _)))) => {
                let share = (instant - one) as f64 / (other - one) as f64;
                end + share * (begin - end)
            }
            (Some((_, (_, end))), None) => *end,
            (None, Some((_, (begin, _)))) => *begin,
            (None, None) => 0.0,
        }
    }

    /// Where the last instant ends.
    pub(super) fn end(&self) -> f64 {
        self.places
            .values()
            .next_back()
            .map_or(0.0, |(_, end)| *end)
    }

    /// Every instant with where it stands, in order.
    pub(super) fn instants(&self) -> impl Iterator<Item = (i64, f64)> {
        self.places.iter().map(|(at, (begin, _))| (*at, *begin))
    }

    /// The time between each instant and the next: where that begins and ends, and how long it is in milliseconds.
    pub(super) fn gaps(&self) -> impl Iterator<Item = (f64, f64, i64)> {
        let next = self.places.iter().skip(1);
        self.places
            .iter()
            .zip(next)
            .map(|((one, (_, from)), (other, (to, _)))| (*from, *to, other.saturating_sub(*one)))
    }
}

fn gap(millis: i64) -> f64 {
    let seconds = millis.max(0) as f64 / 1000.0;
    (LEAST_GAP + 10.0 * seconds.ln_1p()).min(WIDEST_GAP)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_gaps_are_pressed_together() {
        let rooms = [(0, 40.0), (1_000, 40.0), (3_600_000, 40.0)].into();
        let axis = Axis::new(&rooms, 100.0);
        let shown: Vec<String> = axis
            .instants()
            .map(|(at, x)| format!("{at}: {x:.0}"))
            .collect();
        insta::assert_snapshot!(shown.join(", "), @"0: 100, 1000: 161, 3600000: 297");
    }

    proptest! {
        #[test]
        fn later_is_never_further_left(
            rooms in prop::collection::btree_map(-10_000i64..100_000_000, 0.0f64..200.0, 1..20),
            mut asked in prop::collection::vec(-20_000i64..110_000_000, 2..20),
        ) {
            let axis = Axis::new(&rooms, 0.0);
            asked.extend(rooms.keys());
            asked.sort_unstable();
            let places: Vec<f64> = asked.iter().map(|at| axis.x(*at)).collect();
            prop_assert!(places.is_sorted(), "{places:?}");
            prop_assert!(places.iter().all(|x| (0.0..=axis.end()).contains(x)));
        }
    }
}
