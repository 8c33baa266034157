//! What the model is told of.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::later;

/// What a token request shows: the client alone, a password, or a refresh token by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shown {
    Client,
    Password,
    Refresh(usize),
}

/// What an answer brings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issued {
    pub(super) access: usize,
    pub(super) refresh: Option<usize>,
    /// When it was asked for.
    pub(super) at: Timestamp,
    pub(super) life: Duration,
    pub(super) refresh_in: Option<u64>,
}

/// How a try ended without a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed {
    /// How long nothing is sent afterwards, at least.
    pub(super) pause: Duration,
    /// Whether what was shown must not be shown again.
    pub(super) ends_grant: bool,
    /// Whether a refresh token that was shown is taken out of the store.
    pub(super) spent: bool,
    /// Whether the connection broke after the request may have arrived.
    pub(super) lost: bool,
}

/// What a caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Call,
    Refresh,
    Token,
}

impl Issued {
    pub(super) fn end(&self) -> Timestamp {
        later(self.at, self.life)
    }

    /// Its last five minutes, at most the last fifth, and a tenth more; or when the server said.
    pub(super) fn due_from(&self) -> Timestamp {
        let margin = Duration::from_secs(300).min(self.life / 5) * 11 / 10;
        let early = later(self.at, self.life.saturating_sub(margin));
        let told = self.refresh_in.filter(|told| *told > 0);
        let told = told.map(|told| later(self.at, Duration::from_secs(told)));
        told.map_or(early, |told| early.min(told))
    }
}
