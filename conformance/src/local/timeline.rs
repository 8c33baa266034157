//! One timeline and the clocks on it: the server's and one for each client, each with an offset and each able to stand still.
//!
//! What is moved, frozen and thawed is what a clock shows. Deadlines are on the timeline: they stay where they are when a clock
//! is stepped or stands still, as those of a machine do whose wall clock is wrong.

mod supervise;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mock_idp::clock::{BoxFuture, Clock as _, Rate, VirtualClock};

use super::activity::Activity;
use super::pacing::Pacing;
use super::pulse::Pulse;
use crate::contender::Limits;
use crate::pace::Pace;
use crate::scenario::Side;

/// Where every local run begins: 2030-01-01T00:00:00Z.
const EPOCH: i64 = 1_893_456_000;

/// The time of one case. Clones share it.
#[derive(Clone)]
pub(super) struct Timeline {
    base: VirtualClock,
    dials: Arc<Mutex<Dials>>,
    followers: Arc<Mutex<Followers>>,
    pub(super) activity: Activity,
    /// Only with clients outside of this process.
    pub(super) pulse: Option<Pulse>,
    /// Only if it runs with real time.
    pub(super) pacing: Option<Pacing>,
}

/// Who is to be told what the clock of a client shows, by the client's place, and what was told last.
type Followers = BTreeMap<usize, (Follower, Told)>;

/// Is told what a clock shows.
pub(crate) type Follower = Arc<dyn Fn(Told) + Send + Sync>;

/// What a client outside is told of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// What its clock shows.
    pub(crate) now: Timestamp,
    /// How much time has passed since the case began, whatever clocks show.
    pub(crate) elapsed: Duration,
}

#[derive(Clone, Debug, Default)]
struct Dials {
    server: Dial,
    clients: Vec<Dial>,
}

/// What one clock shows of the timeline.
#[derive(Clone, Copy, Debug, Default)]
struct Dial {
    /// How far it is ahead.
    offset: SignedDuration,
    /// The instant of the timeline at which it stands still.
    frozen: Option<Timestamp>,
}

impl Dial {
    fn shows(self, now: Timestamp) -> Timestamp {
        let running = self.frozen.unwrap_or(now);
        // Beyond the end of time it shows the end of time.
        running.saturating_add(self.offset).unwrap_or(running)
    }

    fn freeze(&mut self, now: Timestamp) {
        self.frozen = self.frozen.or(Some(now));
    }

    /// It goes on from where it stood.
    fn thaw(&mut self, now: Timestamp) {
        if let Some(since) = self.frozen.take() {
            let missed = now.duration_since(since);
            self.offset = self.offset.saturating_sub(missed);
        }
    }
}

impl Dials {
    fn of(&mut self, side: Side) -> impl Iterator<Item = &mut Dial> {
        let server = (side != Side::Client).then_some(&mut self.server);
        let clients = (side != Side::Server).then_some(&mut self.clients);
        server.into_iter().chain(clients.into_iter().flatten())
    }
}

impl Timeline {
    /// A timeline at its epoch, with the clients' clocks so far ahead of the server's.
    pub(super) fn new(clients_ahead: impl IntoIterator<Item = SignedDuration>) -> Self {
        let ahead = |offset| Dial {
            offset,
            frozen: None,
        };
        let dials = Dials {
            server: Dial::default(),
            clients: clients_ahead.into_iter().map(ahead).collect(),
        };
        Self {
            base: VirtualClock::starting_at(epoch()),
            dials: Arc::new(Mutex::new(dials)),
            followers: Arc::default(),
            activity: Activity::default(),
            pulse: None,
            pacing: None,
        }
    }

    /// The same for clients outside of this process.
    pub(super) fn with_pulse(self, limits: Limits) -> Self {
        let pulse = Some(Pulse::new(&self.activity, limits));
        Self { pulse, ..self }
    }

    /// The same for clients whose clocks are the machine's: it runs with that, so much faster.
    pub(super) fn with_pace(self, pace: Pace) -> Self {
        let pacing = Some(Pacing::new(pace, epoch()));
        Self { pacing, ..self }
    }

    /// The play begins. Only a timeline that runs by itself has to know.
    pub(super) fn begin(&self) {
        let Some(pacing) = &self.pacing else { return };
        pacing.begin();
        // A factor is a rate.
        if let Ok(rate) = Rate::new(pacing.pace.factor().into()) {
            self.base.run(rate);
        }
    }

    /// From now on tells what the clock of this client shows, whenever that has changed. Replaces who was told before.
    pub(super) fn follow(&self, place: usize, follower: Follower) {
        let told = self.told(place);
        self.followers().insert(place, (follower, told));
    }

    /// What the client at this place is to be told.
    pub(super) fn told(&self, place: usize) -> Told {
        Told {
            now: self.shown(place),
            elapsed: Duration::try_from(self.now().duration_since(epoch())).unwrap_or_default(),
        }
    }

    /// What the clock of a client shows.
    pub(super) fn shown(&self, place: usize) -> Timestamp {
        if let Some(pacing) = &self.pacing {
            return pacing.wall(self.now());
        }
        let dial = self.dials().clients.get(place).copied();
        dial.unwrap_or_default().shows(self.now())
    }

    /// A wait on the timeline; armed at once.
    pub(super) fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.base.sleep(duration)
    }

    /// Moves the shared instant.
    fn set(&self, now: Timestamp) {
        self.base.set(now);
        self.tell();
    }

    /// Tells the clients outside what their clocks show now.
    fn tell(&self) {
        let mut told = Vec::new();
        for (place, (follower, last)) in self.followers().iter_mut() {
            let next = self.told(*place);
            if std::mem::replace(last, next) != next {
                told.push((follower.clone(), next));
            }
        }
        for (follower, next) in told {
            follower(next);
        }
        if let Some(pulse) = &self.pulse {
            pulse.wake(self.now());
        }
    }

    /// The shared instant.
    pub(super) fn now(&self) -> Timestamp {
        self.base.now()
    }

    /// The server's clock.
    pub(super) fn server(&self) -> Arc<ServerClock> {
        Arc::new(ServerClock(self.clone()))
    }

    /// The clock of a client, by its place among them.
    pub(super) fn client(&self, place: usize) -> Arc<ClientClock> {
        Arc::new(ClientClock {
            timeline: self.clone(),
            place,
        })
    }

    /// Lets time pass for all, from one armed deadline to the next, never past one that somebody waits for.
    pub(super) async fn advance(&self, by: Duration) {
        if self.pacing.is_some() {
            return self.run_on(by, by).await;
        }
        let target = later(self.now(), by);
        loop {
            self.activity.quiet().await;
            match self.base.next_deadline() {
                Some(deadline) if deadline <= target => self.set(deadline),
                _ => break,
            }
        }
        self.set(target);
        self.activity.quiet().await;
    }

    /// Lets time pass for all at one stroke: what fell due meanwhile happens at its end, in the order of the deadlines.
    pub(super) async fn jump(&self, by: Duration) {
        if self.pacing.is_some() {
            return self.run_on(by, by).await;
        }
        self.activity.quiet().await;
        self.set(later(self.now(), by));
        self.activity.quiet().await;
    }

    /// Moves to the next armed deadline, if there is one no later than `limit`, and lets it take effect.
    pub(super) async fn step(&self, limit: Timestamp) -> bool {
        self.activity.quiet().await;
        match self.base.next_deadline() {
            Some(deadline) if deadline <= limit => {
                if self.pacing.is_some() {
                    let left = deadline.duration_since(self.now());
                    let left = Duration::try_from(left).unwrap_or_default();
                    self.run_on(left, left).await;
                    return true;
                }
                self.set(deadline);
                self.activity.quiet().await;
                true
            }
            _ => false,
        }
    }

    /// Lets a timeline that runs by itself run up to an instant, which takes `planned` unless it is behind.
    pub(super) async fn pass_until(&self, target: Timestamp, planned: Duration) {
        let left = target.duration_since(self.now());
        self.run_on(Duration::try_from(left).unwrap_or_default(), planned)
            .await;
    }

    /// Lets it run on for longer than was planned.
    pub(super) async fn linger(&self, longer: Duration) {
        self.run_on(longer, Duration::ZERO).await;
    }

    /// Lets a timeline that runs by itself run on, and says how much of that was planned.
    async fn run_on(&self, by: Duration, planned: Duration) {
        self.activity.quiet().await;
        if let Some(pacing) = &self.pacing {
            pacing.set_out(self.now(), planned);
        }
        self.base.sleep(by).await;
        if let Some(pacing) = &self.pacing {
            pacing.arrive(self.now());
        }
        self.tell();
        self.activity.quiet().await;
    }

    /// Moves the clocks of a side, forward or back: they are offset from then on.
    pub(super) fn skew(&self, by: SignedDuration, side: Side) {
        for dial in self.dials().of(side) {
            dial.offset = dial.offset.saturating_add(by);
        }
        self.tell();
    }

    /// Has the clocks of a side stand still.
    pub(super) fn freeze(&self, side: Side) {
        let now = self.now();
        self.dials().of(side).for_each(|dial| dial.freeze(now));
    }

    /// Lets the clocks of a side go on from where they stood.
    pub(super) fn thaw(&self, side: Side) {
        let now = self.now();
        self.dials().of(side).for_each(|dial| dial.thaw(now));
    }

    fn followers(&self) -> MutexGuard<'_, Followers> {
        // Nothing under this lock panics.
        self.followers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn dials(&self) -> MutexGuard<'_, Dials> {
        // Nothing under this lock panics.
        self.dials.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline")
            .field("base", &self.base)
            .field("dials", &self.dials)
            .finish_non_exhaustive()
    }
}

/// Where every timeline begins.
fn epoch() -> Timestamp {
    Timestamp::from_second(EPOCH).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An instant so much later, or the end of time.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The server's clock, for the mock.
#[derive(Debug)]
pub(super) struct ServerClock(Timeline);

impl mock_idp::clock::Clock for ServerClock {
    fn now(&self) -> Timestamp {
        if let Some(pacing) = &self.0.pacing {
            return pacing.wall(self.0.now());
        }
        let dial = self.0.dials().server;
        dial.shows(self.0.now())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.base.sleep(duration)
    }

    fn timeline(&self) -> Timestamp {
        self.0.now()
    }
}

/// A client's clock.
#[derive(Debug)]
pub(super) struct ClientClock {
    timeline: Timeline,
    place: usize,
}

impl token_client::Clock for ClientClock {
    fn now(&self) -> Timestamp {
        self.timeline.shown(self.place)
    }

    fn sleep(&self, duration: Duration) -> token_client::BoxFuture<'static, ()> {
        self.timeline.base.sleep(duration)
    }
}

#[cfg(test)]
mod tests {
    use token_client::Clock as _;

    use super::*;

    /// What the clocks of the server and of two clients show, as seconds after the epoch.
    fn shown(timeline: &Timeline) -> [i64; 3] {
        let server = mock_idp::clock::Clock::now(&*timeline.server());
        let clients = [0, 1].map(|place| timeline.client(place).now());
        [server, clients[0], clients[1]].map(|at| at.as_second() - EPOCH)
    }

    fn pass(timeline: &Timeline, seconds: u64) {
        let target = later(timeline.now(), Duration::from_secs(seconds));
        timeline.base.set(target);
    }

    #[test]
    fn each_side_is_moved_frozen_and_thawed_by_itself() {
        let timeline = Timeline::new([SignedDuration::ZERO, SignedDuration::from_secs(-30)]);
        assert_eq!(shown(&timeline), [0, 0, -30]);
        timeline.skew(SignedDuration::from_secs(-10), Side::Server);
        timeline.skew(SignedDuration::from_secs(5), Side::Client);
        assert_eq!(shown(&timeline), [-10, 5, -25]);
        timeline.freeze(Side::Client);
        pass(&timeline, 100);
        assert_eq!(shown(&timeline), [90, 5, -25]);
        timeline.freeze(Side::Both);
        pass(&timeline, 100);
        assert_eq!(shown(&timeline), [90, 5, -25]);
        timeline.skew(SignedDuration::from_secs(1), Side::Both);
        assert_eq!(shown(&timeline), [91, 6, -24], "a frozen clock can be set");
        timeline.thaw(Side::Server);
        pass(&timeline, 7);
        assert_eq!(shown(&timeline), [98, 6, -24]);
        timeline.thaw(Side::Both);
        timeline.thaw(Side::Client);
        pass(&timeline, 1);
        assert_eq!(shown(&timeline), [99, 7, -23], "they stay behind");
    }

    #[test]
    fn no_move_goes_beyond_the_end_of_time() {
        let timeline = Timeline::new([SignedDuration::MAX, SignedDuration::MIN]);
        timeline.skew(SignedDuration::MAX, Side::Both);
        timeline.freeze(Side::Both);
        pass(&timeline, u64::MAX);
        timeline.thaw(Side::Both);
        let [server, ahead, behind] = shown(&timeline);
        assert!(behind < server && server <= ahead);
    }
}
