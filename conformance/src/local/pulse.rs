//! Clients outside of this process: what is known of their being busy.
//!
//! In this process quiet is proven ([`activity`](super::activity)). Outside it can only be watched. An operation that the
//! client was asked for is *under way* until it is answered. It counts as busy, except while the client has said that it sleeps.
//! One that gives no sign of life for a while, neither a message nor a request to the mock, is taken to have *settled*: it waits for
//! something that is not going to happen by itself. Too short a while can miss what a bad client would yet have done; it never
//! blames a good one, since the play awaits the end of a call wherever it can.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::activity::Activity;
use crate::contender::Limits;
use crate::watchdog::{Stopwatch, within};

/// Without a sign of life for so long, what is under way has settled if the mock keeps a request waiting on purpose, or a part of
/// the client sleeps: the rest most likely waits for that.
const SETTLE: Duration = Duration::from_millis(250);
/// How long a client that nobody waits for may take to make something of an answer: to ask again at once, for one.
const ECHO: Duration = Duration::from_millis(60);
/// How many requests a case may send, as in this process.
const REQUESTS: u32 = super::play::REQUEST_BUDGET;

/// The pulse of all outside clients of one case, as one of them feels it. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    shared: Arc<Shared>,
    /// Whose operations are begun through this, by its place in the cast.
    place: usize,
}

#[derive(Debug)]
struct Shared {
    activity: Activity,
    limits: Limits,
    state: Mutex<State>,
    /// There is something to watch, or a sign of life.
    beat: Notify,
}

#[derive(Debug)]
struct State {
    last: u64,
    under_way: HashMap<Ticket, Waiting>,
    /// How many answers have gone out since an operation was begun when none was under way.
    answers: u32,
    /// Whether an answer has gone out that may not have been an operation's own.
    echoes: bool,
    /// Requests that the mock keeps waiting on purpose.
    parked: HashSet<SocketAddr>,
    /// How many requests have come in.
    requests: u32,
    beats: u64,
    since: Stopwatch,
    /// Whether what is under way counts in `activity`.
    counted: bool,
}

/// What is known of an operation under way.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    of: Kind,
    /// Whose it is.
    place: usize,
    /// Until when it sleeps, on the timeline.
    until: Option<Timestamp>,
}

/// What an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// The client's work: it may have to wait for whatever the play does next.
    Work,
    /// Something that is taken note of. Only a driver that does one thing after another has it wait.
    Notice,
    /// A sleep that nobody has asked for. It is nothing to wait for, but others of the client may wait for its end.
    Sleep,
}

/// An operation under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ticket(u64);

impl State {
    fn is_running(&self) -> bool {
        // Whoever sends without end is stopped and not waited for.
        !self.is_exhausted() && (self.echoes || self.is_awake())
    }

    /// Whether an operation is under way that does not sleep.
    fn is_awake(&self) -> bool {
        self.awaited().any(|op| op.until.is_none())
    }

    fn is_exhausted(&self) -> bool {
        self.requests > REQUESTS
    }

    /// Whether something waits that can explain why the rest does: of a client of which a part sleeps, the others may wait for
    /// that part. The sleep of one client explains nothing about another.
    fn is_explained(&self) -> bool {
        let sleeps = |place| {
            let mut its = self.under_way.values().filter(|op| op.place == place);
            its.any(|op| op.until.is_some())
        };
        !self.parked.is_empty()
            || (!self.under_way.is_empty() && self.awaited().all(|op| sleeps(op.place)))
    }

    fn awaited(&self) -> impl Iterator<Item = &Waiting> {
        self.under_way.values().filter(|op| op.of != Kind::Sleep)
    }

    fn has_notice(&self) -> bool {
        self.under_way.values().any(|op| op.of == Kind::Notice)
    }

    /// Without a sign of life for so long, what is under way has settled.
    fn patience(&self, limits: &Limits) -> Duration {
        if !self.is_awake() {
            ECHO
        } else if self.is_explained() && !self.has_notice() {
            SETTLE
        } else {
            limits.unexplained
        }
    }
}

impl Pulse {
    /// Nothing is under way yet.
    pub(super) fn new(activity: &Activity, limits: Limits) -> Self {
        let shared = Arc::new(Shared {
            activity: activity.clone(),
            limits,
            state: Mutex::new(State {
                last: 0,
                under_way: HashMap::new(),
                answers: 0,
                echoes: false,
                parked: HashSet::new(),
                requests: 0,
                beats: 0,
                since: Stopwatch::start(),
                counted: false,
            }),
            beat: Notify::new(),
        });
        Self { shared, place: 0 }
    }

    /// The same, for the client at this place.
    pub(super) fn at(self, place: usize) -> Self {
        Self { place, ..self }
    }

    /// An operation begins.
    pub(crate) fn begin(&self, of: Kind) -> Ticket {
        let mut begun = Ticket(0);
        self.beat(|state| {
            state.last += 1;
            begun = Ticket(state.last);
            let (place, until) = (self.place, None);
            if !state.is_awake() {
                state.answers = 0;
            }
            state.under_way.insert(begun, Waiting { of, place, until });
        });
        begun
    }

    /// It has ended.
    pub(crate) fn end(&self, ticket: Ticket) {
        self.beat(|state| {
            state.under_way.remove(&ticket);
            // One is its own. Of several, any may have been for something that goes on behind its back.
            state.echoes = state.echoes || (!state.is_awake() && state.answers > 1);
        });
    }

    /// It sleeps until then, on the timeline; or it goes on.
    pub(crate) fn sleeps(&self, ticket: Ticket, until: Option<Timestamp>) {
        self.beat(|state| {
            if let Some(sleeping) = state.under_way.get_mut(&ticket) {
                sleeping.until = until;
            }
        });
    }

    /// Who has slept until now goes on.
    pub(super) fn wake(&self, now: Timestamp) {
        self.beat(|state| {
            for sleeping in state.under_way.values_mut() {
                sleeping.until = sleeping.until.filter(|until| *until > now);
            }
        });
    }

    /// Some other sign of life.
    pub(crate) fn stir(&self) {
        self.beat(|_| {});
    }

    /// A request has come in.
    pub(super) fn requested(&self) {
        self.beat(|state| state.requests = state.requests.saturating_add(1));
    }

    /// A request has been answered.
    pub(super) fn answered(&self) {
        self.beat(|state| {
            state.answers = state.answers.saturating_add(1);
            state.echoes = state.echoes || !state.is_awake();
        });
    }

    /// The mock keeps this peer's request waiting on purpose.
    pub(super) fn parked(&self, peer: SocketAddr) {
        self.beat(|state| {
            state.parked.insert(peer);
        });
    }

    /// It no longer does.
    pub(super) fn resumed(&self, peer: SocketAddr) {
        self.beat(|state| {
            state.parked.remove(&peer);
        });
    }

    /// Whether more requests have come in than a case may send.
    pub(super) fn is_exhausted(&self) -> bool {
        self.state().is_exhausted()
    }

    /// Completes when that is so.
    pub(crate) async fn exhausted(&self) {
        loop {
            let beat = self.shared.beat.notified();
            if self.is_exhausted() {
                return;
            }
            beat.await;
        }
    }

    /// Waits in real time for a sign of life. False if there will be none by itself: nothing is under way, all of it waits for
    /// somebody else, or it hangs.
    pub(super) async fn goes_on(&self) -> bool {
        let (seen, patience) = {
            let state = self.state();
            // What hangs is found out by whoever asked, and is no longer under way then.
            let left = if state.is_explained() {
                SETTLE
            } else {
                self.shared.limits.silence.saturating_mul(2)
            };
            (state.beats, left)
        };
        let waiting = async {
            loop {
                let beat = self.shared.beat.notified();
                {
                    let state = self.state();
                    if state.beats != seen {
                        return true;
                    }
                    if !state.is_running() {
                        return false;
                    }
                }
                beat.await;
            }
        };
        within(patience, waiting).await.unwrap_or(false)
    }

    /// How much is left of this time without a sign of life. All of it, as long as something explains why an operation of this
    /// kind waits.
    pub(crate) fn left_of(&self, limit: Duration, of: Kind) -> Duration {
        let state = self.state();
        let is_explained = match of {
            Kind::Work | Kind::Sleep => state.is_explained(),
            Kind::Notice => !state.parked.is_empty(),
        };
        if is_explained {
            limit
        } else {
            limit.saturating_sub(state.since.elapsed())
        }
    }

    /// Notes when what is under way has settled. Runs as long as the case.
    pub(super) async fn watch(self) {
        loop {
            let beat = self.shared.beat.notified();
            let left = {
                let mut state = self.state();
                let left = state
                    .patience(&self.shared.limits)
                    .checked_sub(state.since.elapsed());
                if !state.counted {
                    None
                } else if let Some(left) = left.filter(|left| !left.is_zero()) {
                    Some(left)
                } else {
                    state.counted = false;
                    let faded = std::mem::take(&mut state.echoes);
                    drop(state);
                    self.shared.activity.end();
                    if faded {
                        // Whoever waits for a sign of life looks whether there is anything left to wait for.
                        self.shared.beat.notify_waiters();
                    }
                    None
                }
            };
            match left {
                Some(left) => {
                    // A beat begins the wait anew, at the top.
                    within(left, beat).await;
                }
                None => beat.await,
            }
        }
    }

    fn beat(&self, change: impl FnOnce(&mut State)) {
        let counts = {
            let mut state = self.state();
            change(&mut state);
            state.beats += 1;
            state.since = Stopwatch::start();
            let was = std::mem::replace(&mut state.counted, false);
            state.counted = state.is_running();
            (was, state.counted)
        };
        match counts {
            (false, true) => self.shared.activity.begin(),
            (true, false) => self.shared.activity.end(),
            _ => {}
        }
        self.shared.beat.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
