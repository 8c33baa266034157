//! One timeline, two clocks on it: the server's and the client's, each with an offset.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mock_idp::clock::{BoxFuture, Clock as _, VirtualClock};

use super::activity::{Activity, Said};
use super::handling::Handling;
use super::tracked::Tracked;
use crate::scenario::Side;

/// Where every local run begins: 2030-01-01T00:00:00Z.
const EPOCH: i64 = 1_893_456_000;

/// The time of one case. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    base: VirtualClock,
    offsets: Arc<Mutex<Offsets>>,
    pub(super) activity: Activity,
}

#[derive(Clone, Copy, Debug, Default)]
struct Offsets {
    server: SignedDuration,
    client: SignedDuration,
}

impl Timeline {
    /// A timeline at its epoch, with the client's clock so far ahead of the server's.
    pub(super) fn new(client_ahead: SignedDuration) -> Self {
        let epoch = Timestamp::from_second(EPOCH).unwrap_or(Timestamp::UNIX_EPOCH);
        let offsets = Offsets {
            server: SignedDuration::ZERO,
            client: client_ahead,
        };
        Self {
            base: VirtualClock::starting_at(epoch),
            offsets: Arc::new(Mutex::new(offsets)),
            activity: Activity::default(),
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

    /// The client's clock.
    pub(super) fn client(&self) -> Arc<ClientClock> {
        Arc::new(ClientClock(self.clone()))
    }

    /// Lets time pass for both sides, from one armed deadline to the next, never past one that somebody waits for.
    pub(super) async fn advance(&self, by: Duration) {
        let target = later(self.now(), by);
        loop {
            self.activity.quiet().await;
            match self.base.next_deadline() {
                Some(deadline) if deadline <= target => self.base.set(deadline),
                _ => break,
            }
        }
        self.base.set(target);
        self.activity.quiet().await;
    }

    /// Moves to the next armed deadline, if there is one no later than `limit`, and lets it take effect.
    pub(super) async fn step(&self, limit: Timestamp) -> bool {
        self.activity.quiet().await;
        match self.base.next_deadline() {
            Some(deadline) if deadline <= limit => {
                self.base.set(deadline);
                self.activity.quiet().await;
                true
            }
            _ => false,
        }
    }

    /// Moves one side's clock alone: it is offset from then on. Deadlines stay where they are, as with a stepped wall clock.
    pub(super) async fn skew(&self, by: Duration, side: Side) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        {
            let mut offsets = self.offsets.lock().unwrap_or_else(PoisonError::into_inner);
            match side {
                Side::Server => offsets.server = offsets.server.saturating_add(by),
                Side::Client => offsets.client = offsets.client.saturating_add(by),
                Side::Both => {}
            }
        }
        self.activity.quiet().await;
    }

    fn offsets(&self) -> Offsets {
        *self.offsets.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        offset(self.0.now(), self.0.offsets().server)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.base.sleep(duration)
    }

    fn timeline(&self) -> Timestamp {
        self.0.now()
    }
}

/// The client's clock.
#[derive(Debug)]
pub(super) struct ClientClock(Timeline);

impl token_client::Clock for ClientClock {
    fn now(&self) -> Timestamp {
        offset(self.0.now(), self.0.offsets().client)
    }

    fn sleep(&self, duration: Duration) -> token_client::BoxFuture<'static, ()> {
        self.0.base.sleep(duration)
    }
}

fn offset(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}

/// The mock reports to the timeline what its handlers do.
impl mock_idp::supervise::Supervisor for Timeline {
    fn supervise(&self, handling: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        let handling = Handling::new(&self.activity, handling);
        Box::pin(Tracked::new(&self.activity, handling))
    }

    fn parked(&self, peer: SocketAddr) {
        self.activity.hear(peer, Said::Parked(peer));
    }

    fn resumed(&self, peer: SocketAddr) {
        self.activity.hear(peer, Said::Resumed);
    }
}
