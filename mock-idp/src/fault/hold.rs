//! Holds: answers kept back until a name is released.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The holds of a world. A hold exists from the first request that waits in it; a release lets go of those that wait then.
#[derive(Debug, Default)]
pub(crate) struct Holds(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<String, Vec<Waiting>>,
    tickets: u64,
}

#[derive(Debug)]
struct Waiting {
    ticket: HeldTicket,
    release: oneshot::Sender<()>,
}

/// One answer that is kept back, for whoever wants to let go of several in an order of his own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldTicket(u64);

impl Holds {
    /// Waits in the hold `name` until it is released.
    pub(crate) fn enter(&self, name: &str) -> oneshot::Receiver<()> {
        let (release, wait) = oneshot::channel();
        let mut state = self.state();
        state.tickets += 1;
        let ticket = HeldTicket(state.tickets);
        let waiting = state.waiting.entry(name.to_owned()).or_default();
        waiting.retain(Waiting::is_there);
        waiting.push(Waiting { ticket, release });
        wait
    }

    /// Lets go of whoever waits in `name`, in order of arrival, and says how many they were.
    pub(crate) fn release(&self, name: &str) -> usize {
        let waiting = self.state().waiting.remove(name).unwrap_or_default();
        // A peer that hung up has dropped its receiver; it does not count.
        waiting
            .into_iter()
            .filter_map(|waiting| waiting.release.send(()).ok())
            .count()
    }

    /// Lets go of everybody.
    pub(crate) fn release_all(&self) {
        let waiting = std::mem::take(&mut self.state().waiting);
        for held in waiting.into_values().flatten() {
            // A peer that hung up has dropped its receiver.
            let _ = held.release.send(());
        }
    }

    /// Who waits in `name`, in order of arrival.
    pub(crate) fn waiting(&self, name: &str) -> Vec<HeldTicket> {
        let state = self.state();
        let waiting = state.waiting.get(name).into_iter().flatten();
        waiting
            .filter(|waiting| waiting.is_there())
            .map(|waiting| waiting.ticket)
            .collect()
    }

    /// Lets go of one, and says whether it still waited.
    pub(crate) fn release_one(&self, ticket: HeldTicket) -> bool {
        let mut state = self.state();
        let found = state.waiting.values_mut().find_map(|waiting| {
            let place = waiting.iter().position(|held| held.ticket == ticket)?;
            Some(waiting.remove(place))
        });
        state.waiting.retain(|_, waiting| !waiting.is_empty());
        drop(state);
        found.is_some_and(|held| held.release.send(()).is_ok())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Whether the request still waits; its peer may have hung up.
    fn is_there(&self) -> bool {
        !self.release.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_let_go_one_by_one_and_the_rest_together() {
        let holds = Holds::default();
        let mut first = holds.enter("herd");
        let mut second = holds.enter("herd");
        let gone = holds.enter("herd");
        let mut fourth = holds.enter("herd");
        let mut other = holds.enter("other");
        drop(gone);
        let held = holds.waiting("herd");
        assert_eq!(held.len(), 3);
        assert!(holds.release_one(held[1]));
        assert!(!holds.release_one(held[1]), "it has gone");
        assert!(second.try_recv().is_ok() && first.try_recv().is_err());
        assert_eq!(holds.waiting("herd"), [held[0], held[2]]);
        assert_eq!(holds.release("herd"), 2);
        assert!(first.try_recv().is_ok() && fourth.try_recv().is_ok());
        assert!(other.try_recv().is_err());
        assert_eq!(holds.waiting("herd"), []);
        assert_eq!(holds.waiting("nobody"), []);
    }
}
