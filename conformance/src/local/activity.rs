//! Who is busy and whose turn it is: the proof that a case comes to rest, and that it always does so in the same way.
//!
//! Two things count. A *task* is busy while it is runnable: from the moment its waker is called until it has been polled to
//! `Pending`. An *exchange* is busy from the moment a client asks for it until the answer has been read, or until both ends
//! have let go of it, except while the mock has parked it on purpose. Whatever wakes a task makes it count in the same
//! instant, so there is no window in which work is pending and nobody is busy. The one exception is a task that yields to
//! the scheduler, which wakes it only when nobody else is left; so does the [usher](Activity::usher), and looks again.
//! Everything of one case runs on one thread.
//!
//! Exchanges move one at a time. The next one is sent, and a parked one goes on, when every task is at rest and no other
//! exchange moves. Of those that wait for their turn, the first is the one that belongs to the earliest call, and of one
//! call's the one that asked first. Otherwise it would be up to the kernel whose request comes first, and up to the
//! scheduler who sends one. It follows that at one instant a client's own deadlines come before what the server does then.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The count of what is busy in one case. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    runnable: usize,
    /// Exchanges under way, by the client's end of the connection.
    exchanges: HashMap<SocketAddr, Known>,
    /// How often a turn was asked for.
    asked: u64,
    /// What the mock said last of the handler that is being polled.
    said: Option<Said>,
    /// The usher, while there is nothing for it to do.
    usher: Option<Waker>,
    /// The play, if it waits for quiet.
    play: Option<Waker>,
}

#[derive(Debug)]
struct Known {
    /// The call it belongs to, by its number.
    call: usize,
    stage: Stage,
}

/// How far an exchange is.
#[derive(Debug)]
enum Stage {
    /// It wants to begin or to go on, since that asking.
    Waiting { asked: u64, waker: Waker },
    /// It is on its way.
    Moving,
    /// The mock keeps it waiting on purpose.
    Parked,
    /// The client has given it up, and the mock does not know yet.
    GivenUp,
}

/// What the mock says of an exchange while it handles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It now waits on purpose.
    Parked(SocketAddr),
    /// It goes on.
    Resumed,
}

impl Known {
    /// Its place among those that wait for their turn.
    fn place(&self) -> Option<(usize, u64)> {
        match self.stage {
            Stage::Waiting { asked, .. } => Some((self.call, asked)),
            Stage::Moving | Stage::Parked | Stage::GivenUp => None,
        }
    }
}

impl State {
    /// Whether nobody is on the move: all that is left to happen is up to the usher and to the play.
    fn is_at_rest(&self) -> bool {
        let moves = |known: &Known| matches!(known.stage, Stage::Moving | Stage::GivenUp);
        self.runnable == 0 && !self.exchanges.values().any(moves)
    }

    /// The exchange whose turn it is, if any waits for one. It moves from now on.
    fn next(&mut self) -> Option<Waker> {
        let waiting = self
            .exchanges
            .values_mut()
            .filter(|known| known.place().is_some());
        let first = waiting.min_by_key(|known| known.place())?;
        match std::mem::replace(&mut first.stage, Stage::Moving) {
            Stage::Waiting { waker, .. } => Some(waker),
            _ => None,
        }
    }

    fn is_anybody_waiting(&self) -> bool {
        self.exchanges.values().any(|known| known.place().is_some())
    }

    fn wait(&mut self, waker: Waker) -> Stage {
        self.asked += 1;
        Stage::Waiting {
            asked: self.asked,
            waker,
        }
    }
}

impl Activity {
    /// One task more is runnable.
    pub(super) fn begin(&self) {
        self.change(|state| state.runnable += 1);
    }

    /// One task less is.
    pub(super) fn end(&self) {
        self.change(|state| state.runnable -= 1);
    }

    /// Asks for an exchange on behalf of a call. It counts as busy from now on, and may begin with its
    /// [`turn`](Exchange::turn).
    pub(super) fn exchange(&self, client_end: SocketAddr, call: usize) -> Exchange {
        self.change(|state| {
            let stage = state.wait(Waker::noop().clone());
            state.exchanges.insert(client_end, Known { call, stage });
        });
        Exchange {
            activity: self.clone(),
            client_end,
        }
    }

    /// The mock says something of the exchange that it handles.
    pub(super) fn hear(&self, client_end: SocketAddr, said: Said) {
        self.change(|state| {
            state.said = Some(said);
            let Some(known) = state.exchanges.get_mut(&client_end) else {
                return;
            };
            match (&known.stage, said) {
                // It stays so until the mock has noticed.
                (Stage::GivenUp, _) => {}
                (_, Said::Parked(_)) => known.stage = Stage::Parked,
                (_, Said::Resumed) => known.stage = Stage::Moving,
            }
        });
    }

    /// What the mock has said since the last time it was asked for.
    pub(super) fn heard(&self) -> Option<Said> {
        self.state().said.take()
    }

    /// Whether an exchange may move. If not, it waits for its turn from now on, if it did not already.
    pub(super) fn poll_turn(&self, client_end: SocketAddr, cx: &mut Context<'_>) -> Poll<()> {
        let mut turn = Poll::Pending;
        self.change(|state| {
            let anew = state.wait(cx.waker().clone());
            let Some(known) = state.exchanges.get_mut(&client_end) else {
                // Somebody else's connection: not ours to order.
                turn = Poll::Ready(());
                return;
            };
            match &mut known.stage {
                Stage::Moving => turn = Poll::Ready(()),
                Stage::Parked => known.stage = anew,
                Stage::Waiting { waker, .. } => waker.clone_from(cx.waker()),
                Stage::GivenUp => {}
            }
        });
        turn
    }

    /// Completes when nothing is busy. Only one may wait for it, and only while there is an [`usher`](Self::usher).
    pub(super) async fn quiet(&self) {
        let mut told = false;
        std::future::poll_fn(|cx| {
            let mut state = self.state();
            // Nobody but the usher knows; it takes the waker when it does.
            if told && state.play.is_none() {
                return Poll::Ready(());
            }
            state.play = Some(cx.waker().clone());
            let usher = if told { None } else { state.usher.take() };
            told = true;
            drop(state);
            if let Some(usher) = usher {
                usher.wake();
            }
            Poll::Pending
        })
        .await;
    }

    /// Gives exchanges their turns, and tells the play when all is quiet. Runs as long as the case.
    pub(super) async fn usher(self) {
        loop {
            std::future::poll_fn(|cx| {
                let mut state = self.state();
                let has_work = state.play.is_some() || state.is_anybody_waiting();
                if state.is_at_rest() && has_work {
                    return Poll::Ready(());
                }
                state.usher = Some(cx.waker().clone());
                Poll::Pending
            })
            .await;
            // Whoever has yielded to the scheduler is woken before this goes on, and counts again.
            tokio::task::yield_now().await;
            let next = {
                let mut state = self.state();
                if !state.is_at_rest() {
                    continue;
                }
                state.next().or_else(|| state.play.take())
            };
            if let Some(next) = next {
                next.wake();
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let usher = {
            let mut state = self.state();
            change(&mut state);
            if state.is_at_rest() {
                state.usher.take()
            } else {
                None
            }
        };
        if let Some(usher) = usher {
            usher.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exchange that was asked for; busy until this is dropped.
#[derive(Debug)]
pub(super) struct Exchange {
    activity: Activity,
    client_end: SocketAddr,
}

impl Exchange {
    /// Completes when the exchange may begin.
    pub(super) async fn turn(&self) {
        std::future::poll_fn(|cx| self.activity.poll_turn(self.client_end, cx)).await;
    }

    /// The client gives it up: busy, wherever it stands, until this is dropped.
    pub(super) fn give_up(&self) {
        self.activity.change(|state| {
            if let Some(known) = state.exchanges.get_mut(&self.client_end) {
                known.stage = Stage::GivenUp;
            }
        });
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.activity.change(|state| {
            state.exchanges.remove(&self.client_end);
        });
    }
}

#[cfg(test)]
impl Activity {
    /// Whether nothing is busy at this moment.
    pub(super) fn is_quiet(&self) -> bool {
        let state = self.state();
        state.is_at_rest() && !state.is_anybody_waiting()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    /// Does what the usher does, and says whether this exchange may move then.
    fn may_move(activity: &Activity, port: u16) -> bool {
        let mut state = activity.state();
        if state.is_at_rest() {
            state.next();
        }
        drop(state);
        activity
            .poll_turn(end(port), &mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    #[test]
    fn an_exchange_is_busy_unless_parked() {
        let activity = Activity::default();
        let exchange = activity.exchange(end(1), 1);
        assert!(!activity.is_quiet());
        activity.hear(end(1), Said::Parked(end(1)));
        assert!(activity.is_quiet());
        activity.hear(end(1), Said::Resumed);
        assert!(!activity.is_quiet());
        drop(exchange);
        activity.hear(end(1), Said::Parked(end(1)));
        assert!(activity.is_quiet());
    }

    #[test]
    fn exchanges_take_turns_in_the_order_of_their_calls_and_then_as_they_asked() {
        let activity = Activity::default();
        activity.begin();
        let [third, first, second] =
            [(2, 2), (3, 1), (1, 1)].map(|(port, call)| activity.exchange(end(port), call));
        assert!([3, 1, 2].iter().all(|port| !may_move(&activity, *port)));
        activity.end();
        assert!(may_move(&activity, 3) && !may_move(&activity, 1) && !may_move(&activity, 2));
        drop(first);
        assert!(may_move(&activity, 1) && !may_move(&activity, 2));
        activity.begin();
        drop(second);
        assert!(!may_move(&activity, 2), "a task is runnable");
        activity.end();
        assert!(may_move(&activity, 2));
        drop(third);
        assert!(activity.is_quiet());
    }

    #[test]
    fn a_parked_exchange_makes_way_and_asks_again() {
        let activity = Activity::default();
        let _both = [1, 2].map(|port| activity.exchange(end(port), 1));
        activity.hear(end(1), Said::Parked(end(1)));
        assert!(may_move(&activity, 2));
        assert!(!may_move(&activity, 1), "the other one moves");
        activity.hear(end(2), Said::Parked(end(2)));
        assert!(may_move(&activity, 1));
    }

    #[test]
    fn what_was_given_up_keeps_everybody_waiting_until_both_ends_have_let_go() {
        let activity = Activity::default();
        let given_up = activity.exchange(end(1), 1);
        activity.hear(end(1), Said::Parked(end(1)));
        let _next = activity.exchange(end(2), 2);
        given_up.give_up();
        assert!(!activity.is_quiet());
        // The mock drops its handler, which ends the wait.
        activity.hear(end(1), Said::Resumed);
        assert!(!may_move(&activity, 1) && !may_move(&activity, 2));
        drop(given_up);
        assert!(may_move(&activity, 2));
    }

    #[test]
    fn foreign_connections_are_not_kept_waiting() {
        assert!(may_move(&Activity::default(), 9));
    }
}
