//! How far a conversation is.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::driver::fault::DriverFault;
use crate::driver::protocol::Outcome;
use crate::driver::transcript::Transcript;
use crate::local::Alarm;
use crate::local::pulse::{Kind, Ticket};
use crate::watchdog::Stopwatch;

/// How far a conversation is.
#[derive(Debug)]
pub(super) struct State {
    pub(super) asked: BTreeMap<u64, Asked>,
    /// What was answered, for those who answer twice.
    pub(super) answered: BTreeMap<u64, &'static str>,
    pub(super) background: Background,
    /// Since the last sign of life, where no case has an eye on it.
    pub(super) since: Stopwatch,
    /// Nothing more is asked, and what comes is of no interest.
    pub(super) over: bool,
    pub(super) fault: Option<DriverFault>,
    pub(super) transcript: Transcript,
}

impl Default for State {
    fn default() -> Self {
        Self {
            asked: BTreeMap::new(),
            answered: BTreeMap::new(),
            background: Background::default(),
            since: Stopwatch::start(),
            over: false,
            fault: None,
            transcript: Transcript::default(),
        }
    }
}

/// What the client does that nobody waits for.
#[derive(Debug, Default)]
pub(super) struct Background {
    /// It works or sleeps.
    pub(super) ticket: Option<Ticket>,
    /// Kept for as long as it is to ring.
    pub(super) _alarm: Option<Alarm>,
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) op: &'static str,
    pub(super) kind: Kind,
    /// None before there is a case, and for what was called back.
    pub(super) ticket: Option<Ticket>,
    /// Without a sign of life for so long, it hangs.
    pub(super) patience: Duration,
    /// It was called back.
    pub(super) given_up: bool,
    /// Nobody waits for it without this.
    pub(super) reply: Option<oneshot::Sender<Outcome>>,
    pub(super) alarm: Option<Alarm>,
}
