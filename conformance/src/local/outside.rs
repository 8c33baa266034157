//! Clients outside of this process: what they are told beside their setup, and the reins by which the play holds them.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::clock::BoxFuture;

use super::pulse::Pulse;
use super::timeline::{Timeline, Told, later};

/// What a client outside of this process has to be told beside its setup.
#[derive(Clone, Debug)]
pub struct Outside {
    /// What clients are configured with: the authority with its tenant (Entra) or the issuer (Okta).
    pub issuer_url: String,
    /// The scheme, host and port of the authority (Entra) or of the org (Okta).
    pub origin: String,
    /// The key set.
    pub jwks_url: String,
    /// The tenant's id (Entra) or the authorization server's (Okta).
    pub tenant: String,
    /// The file with the CA to trust.
    pub ca_file: PathBuf,
    /// The file for its tokens, if others share them or they outlive it.
    pub store: Option<PathBuf>,
    /// How the play holds it.
    pub(crate) reins: Reins,
}

/// How the play holds a client that is outside of this process. Clones hold the same one.
#[derive(Clone)]
pub(crate) struct Reins {
    timeline: Timeline,
    pulse: Pulse,
    place: usize,
}

/// An instant to which time is moved before it is moved on; as long as this is kept.
pub(crate) struct Alarm {
    /// On the timeline.
    pub(crate) until: Timestamp,
    _armed: BoxFuture<'static, ()>,
}

impl Reins {
    /// The reins of the client at this place; none if the timeline has no clients outside.
    pub(super) fn of(timeline: &Timeline, place: usize) -> Option<Self> {
        Some(Self {
            pulse: timeline.pulse.clone()?.at(place),
            timeline: timeline.clone(),
            place,
        })
    }

    /// Where signs of life are told.
    pub(crate) fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// What the client's clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.timeline.shown(self.place)
    }

    /// What the client is told of time.
    pub(crate) fn told(&self) -> Told {
        self.timeline.told(self.place)
    }

    /// From now on tells what the client's clock shows, whenever that has changed.
    pub(crate) fn follow(&self, follower: impl Fn(Told) + Send + Sync + 'static) {
        self.timeline.follow(self.place, Arc::new(follower));
    }

    /// Time is not moved past this instant of the client's clock without a stop there.
    pub(crate) fn alarm(&self, until: Timestamp) -> Alarm {
        let left = until.duration_since(self.now());
        let left = Duration::try_from(left).unwrap_or_default();
        let left = match &self.timeline.pacing {
            Some(pacing) => pacing.pace.stretched(left),
            None => left,
        };
        Alarm {
            until: later(self.timeline.now(), left),
            _armed: self.timeline.sleep(left),
        }
    }
}

impl fmt::Debug for Reins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reins({})", self.place)
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alarm({})", self.until)
    }
}
