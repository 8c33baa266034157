//! What is promised, as numbers and as the ways in which it can be broken.

use std::time::Duration;

use jiff::Timestamp;

use super::event::Shown;

/// Requests of one flight with the same grant.
pub(super) const TRIES: u32 = 3;
/// Different grants of one flight.
pub(super) const GRANTS: usize = 3;
/// The longest flight: for every try a wait for the lease and for the answer, and the pauses between the tries of a grant.
pub(super) const FLIGHT: Duration =
    Duration::from_secs(GRANTS as u64 * (TRIES as u64 * (40 + 30) + (TRIES as u64 - 1) * 60));

/// A promise that was not kept.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "the fields are shown when a run fails")]
pub(super) enum Breach {
    /// A token that a renewal should have replaced, and none was tried.
    Edge { client: usize, at: Timestamp },
    /// A refresh token that was replaced or refused, or a password that was refused, was sent again.
    EndedGrant { client: usize, shown: Shown },
    /// An expired token was handed out.
    Expired { client: usize, at: Timestamp },
    /// Neither the store nor a client has the newest refresh token.
    LostRefreshToken(usize),
    /// A request that no flight accounts for.
    NoFlight { client: usize },
    /// A token request although the newest token is good until `due`, and nobody asked for another.
    NoReason {
        client: usize,
        at: Timestamp,
        due: Timestamp,
    },
    /// A resource call was repeated with the token that had been refused.
    SameToken { client: usize },
    /// A caller waited too long, or in vain.
    Slow { client: usize, took: Duration },
    /// More requests in a flight than [`TRIES`] and [`GRANTS`] allow, or more than two for a resource call.
    TooMany { client: usize, shown: Shown },
    /// A request in a pause, a told wait or a quiet time.
    TooSoon { client: usize, at: Timestamp },
    /// Two flights of one client at once.
    TwoFlights { client: usize },
    /// Two token requests of one client at once, or of one store that gives leases.
    TwoRequests { client: usize },
    /// A token that nobody issued.
    Unknown { client: usize },
}

/// What must happen in some run, or the promises say little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happening {
    Aborted,
    /// A request because the token was near its end, or there was none.
    Due,
    GrantEnded,
    /// A request because a caller insisted, or a token had been thrown away.
    Insisted,
    LeaseNotHad,
    LeaseWaitedFor,
    Retried,
    Rotated,
    /// A token was handed out although its renewal had failed.
    ServedOn,
    SetBack,
    StoreFailed,
    TimedOut,
    ToldToWait,
    /// The token was refused by the resource.
    Unauthorized,
    /// The store lost a record, or has an older one again.
    WentBack,
}

impl Happening {
    pub(super) const ALL: [Self; 15] = [
        Self::Aborted,
        Self::Due,
        Self::GrantEnded,
        Self::Insisted,
        Self::LeaseNotHad,
        Self::LeaseWaitedFor,
        Self::Retried,
        Self::Rotated,
        Self::ServedOn,
        Self::SetBack,
        Self::StoreFailed,
        Self::TimedOut,
        Self::ToldToWait,
        Self::Unauthorized,
        Self::WentBack,
    ];
}
