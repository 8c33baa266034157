//! Fixed windows: so many requests in so long, counted from a window's first request.

use std::time::Duration;

use jiff::Timestamp;

/// How many requests a window admits and how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Requests per window.
    pub requests: u32,
    /// Length of a window.
    pub per: Duration,
}

/// One window, opened by its first request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    opened_at: Timestamp,
    used: u32,
}

/// What a window says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Metered {
    pub(crate) admitted: bool,
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// When the window ends.
    pub(crate) reset: Timestamp,
}

/// Counts a request at `now` against the window, opening a new one if the last is over.
pub(crate) fn meter(window: &mut Option<Window>, limit: Limit, now: Timestamp) -> Metered {
    let end_of = |window: &Window| {
        window
            .opened_at
            .checked_add(limit.per)
            .unwrap_or(Timestamp::MAX)
    };
    // A clock set back before the window opened starts afresh, or the window would last for ever.
    let current = match window {
        Some(current) if current.opened_at <= now && now < end_of(current) => current,
        _ => window.insert(Window {
            opened_at: now,
            used: 0,
        }),
    };
    let admitted = current.used < limit.requests;
    if admitted {
        current.used += 1;
    }
    Metered {
        admitted,
        limit: limit.requests,
        remaining: limit.requests - current.used,
        reset: end_of(current),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_893_456_000_000 + milliseconds).unwrap()
    }

    proptest! {
        /// Whatever the arrivals, no window admits more than its limit, and headers agree with admission.
        #[test]
        fn never_more_than_the_limit(gaps in prop::collection::vec(0i64..30_000, 1..80), requests in 0u32..6) {
            let limit = Limit { requests, per: Duration::from_secs(60) };
            let mut window = None;
            let mut now = 0;
            let mut admitted: Vec<(Timestamp, Timestamp)> = Vec::new();
            for gap in gaps {
                now += gap;
                let metered = meter(&mut window, limit, at(now));
                prop_assert!(metered.reset > at(now));
                prop_assert!(metered.remaining < metered.limit || !metered.admitted);
                if metered.admitted {
                    admitted.push((at(now), metered.reset));
                } else {
                    prop_assert_eq!(metered.remaining, 0);
                }
            }
            for (_, reset) in &admitted {
                let in_window = admitted.iter().filter(|(_, other)| other == reset).count();
                prop_assert!(in_window <= requests as usize);
            }
        }
    }
}
