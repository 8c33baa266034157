//! Holds: answers kept back until a name is released.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The holds of a world. A hold exists from the first request that waits in it; a release lets go of all that wait now.
#[derive(Debug, Default)]
pub(crate) struct Holds(Mutex<HashMap<String, Vec<oneshot::Sender<()>>>>);

impl Holds {
    /// Waits in the hold `name` until it is released.
    pub(crate) fn enter(&self, name: &str) -> oneshot::Receiver<()> {
        let (release, wait) = oneshot::channel();
        self.holds()
            .entry(name.to_owned())
            .or_default()
            .push(release);
        wait
    }

    /// Lets go of whoever waits in `name`, in order of arrival, and says how many they were.
    pub(crate) fn release(&self, name: &str) -> usize {
        let waiting = self.holds().remove(name).unwrap_or_default();
        // A peer that hung up has dropped its receiver; it does not count.
        waiting
            .into_iter()
            .filter_map(|release| release.send(()).ok())
            .count()
    }

    fn holds(&self) -> MutexGuard<'_, HashMap<String, Vec<oneshot::Sender<()>>>> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
