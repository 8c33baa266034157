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

/// Every window of a world. A window is named by the bucket and, where it is a share, the principal.
#[derive(Default)]
pub(crate) struct Meters(Mutex<HashMap<String, Option<Window>>>);

impl Meters {
    /// Counts one request at `now` against the window `name`.
    pub(crate) fn count(&self, name: String, limit: Limit, now: Timestamp) -> Metered {
        let name = if name.len() > LONGEST {
            String::new()
        } else {
            name
        };
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KEPT && !windows.contains_key(&name) {
            windows.clear();
        }
        meter(windows.entry(name).or_default(), limit, now)
    }
}

/// Names of windows hold what clients called themselves: they are not shown.
impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}
