//! The windows of a world, by name.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::fixed_window::{Limit, Metered, Window, meter};

/// A principal longer than this is none that exists; all of them share one window.
const LONGEST: usize = 256;
/// How many windows a world keeps. Past that all are forgotten and begin anew: memory stays bounded under a flood of principals.
const KEPT: usize = 10_000;

/// The bucket and the principal of a window; no principal for one that all share.
type Name = (&'static str, Option<String>);

/// Every window of a world, by its bucket and, where it is a share, its principal.
#[derive(Default)]
pub(crate) struct Meters(Mutex<HashMap<Name, Option<Window>>>);

impl Meters {
    /// The windows as they are now, to be put back.
    pub(crate) fn saved(&self) -> SavedMeters {
        SavedMeters(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }

    /// Has the windows be as they were.
    pub(crate) fn restore(&self, saved: &SavedMeters) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = saved.0.clone();
    }

    /// Counts one request at `now` against a principal's window of a bucket.
    pub(crate) fn count(
        &self,
        bucket: &'static str,
        principal: String,
        limit: Limit,
        now: Timestamp,
    ) -> Metered {
        let principal = if principal.len() > LONGEST {
            String::new()
        } else {
            principal
        };
        self.count_in((bucket, Some(principal)), limit, now)
    }

    /// Counts one request at `now` against the window that all principals share.
    pub(crate) fn count_shared(
        &self,
        bucket: &'static str,
        limit: Limit,
        now: Timestamp,
    ) -> Metered {
        self.count_in((bucket, None), limit, now)
    }

    fn count_in(&self, name: Name, limit: Limit, now: Timestamp) -> Metered {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KEPT && !windows.contains_key(&name) {
            windows.clear();
        }
        meter(windows.entry(name).or_default(), limit, now)
    }
}

/// The windows of an instant. No `Debug`: see [`Meters`].
#[derive(Clone)]
pub(crate) struct SavedMeters(HashMap<Name, Option<Window>>);

/// Principals are what clients call themselves: they are not shown.
impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}
