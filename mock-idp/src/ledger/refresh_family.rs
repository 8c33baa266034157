//! A refresh family: one sign-in and every refresh token that came from it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::label::TokenLabel;
use super::manner::Manner;
use crate::directory::{Rotation, RotationMode};
use crate::secret::Secret;

/// Who a grant was made to and for what. The same for every token of a family.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grantee {
    pub(crate) client: String,
    /// The user's id; none for app-only tokens.
    pub(crate) user: Option<String>,
    /// Tenant id (Entra) or authorization server id (Okta).
    pub(crate) issuer: String,
    pub(crate) scope: Vec<String>,
}

/// How long refresh tokens of a family live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefreshLifetime {
    /// Dies when unused for so long (Entra: 90 days; Okta custom: 7 days).
    pub(crate) idle: Option<Duration>,
    /// Dies so long after the sign-in, used or not; rotation does not extend it (Okta org: 90 days).
    pub(crate) absolute: Option<Duration>,
}

#[derive(Clone, Debug)]
pub(super) struct Family {
    pub(super) manner: Manner,
    pub(super) grantee: Arc<Grantee>,
    pub(super) lifetime: RefreshLifetime,
    pub(super) started_at: Timestamp,
    pub(super) revoked_at: Option<Timestamp>,
    /// In order of issue; the last one is the newest. Old ones are forgotten from the front.
    tokens: VecDeque<RefreshToken>,
    /// How many were forgotten: places count from the first token ever.
    forgotten: usize,
    /// Serials of the access tokens that came from this sign-in, oldest first.
    access: VecDeque<u32>,
}

/// How many refresh tokens, and how many access tokens, one family remembers.
const REMEMBERED: usize = 1_000;

/// The hash a token is found by.
pub(super) type Fingerprint = [u8; 32];

#[derive(Clone, Debug)]
pub(super) struct RefreshToken {
    pub(super) label: TokenLabel,
    pub(super) parent: Option<TokenLabel>,
    pub(super) fingerprint: Fingerprint,
    /// Kept for whoever steals it.
    pub(super) value: Secret,
    pub(super) issued_at: Timestamp,
    pub(super) last_used_at: Timestamp,
    pub(super) replaced_at: Option<Timestamp>,
}

/// Why a refresh token is not honoured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Never issued here, or forgotten.
    Unknown,
    /// Issued to another client.
    OtherClient,
    /// Unused for too long.
    Idle {
        issued_at: Timestamp,
        limit: Duration,
    },
    /// Past its absolute limit.
    TooOld {
        issued_at: Timestamp,
        limit: Duration,
    },
    /// Revoked.
    Revoked {
        issued_at: Timestamp,
        revoked_at: Timestamp,
    },
    /// Replaced, and used again after the leeway.
    Reused,
}

/// What a redemption asks the ledger to do with the token it presents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Succession {
    /// Hand the same token out again.
    Keep,
    /// Hand out a new one.
    Replace,
}

impl Family {
    pub(super) fn new(
        manner: Manner,
        grantee: Arc<Grantee>,
        lifetime: RefreshLifetime,
        started_at: Timestamp,
    ) -> Self {
        let (tokens, access) = (VecDeque::new(), VecDeque::new());
        Self {
            manner,
            grantee,
            lifetime,
            started_at,
            revoked_at: None,
            tokens,
            forgotten: 0,
            access,
        }
    }

    pub(super) fn token(&self, place: usize) -> Option<&RefreshToken> {
        self.tokens.get(place.checked_sub(self.forgotten)?)
    }

    pub(super) fn tokens(&self) -> impl Iterator<Item = &RefreshToken> {
        self.tokens.iter()
    }

    pub(super) fn access(&self) -> impl Iterator<Item = &u32> {
        self.access.iter()
    }

    /// Adds a token and says at which place; another may have to make room.
    pub(super) fn remember(&mut self, token: RefreshToken) -> (usize, Option<RefreshToken>) {
        self.tokens.push_back(token);
        let place = self.forgotten + self.tokens.len() - 1;
        let oldest = if self.tokens.len() > REMEMBERED {
            self.tokens.pop_front()
        } else {
            None
        };
        self.forgotten += usize::from(oldest.is_some());
        (place, oldest)
    }

    /// Notes an access token of this sign-in. The oldest is forgotten when there are too many: it has long expired.
    pub(super) fn remember_access(&mut self, serial: u32) {
        self.access.push_back(serial);
        if self.access.len() > REMEMBERED {
            self.access.pop_front();
        }
    }

    /// Decides on the redemption of the token at `place`, and changes the family accordingly.
    pub(super) fn redeem(
        &mut self,
        place: usize,
        now: Timestamp,
        rotation: &Rotation,
    ) -> Result<Succession, Refusal> {
        let index = place.checked_sub(self.forgotten).ok_or(Refusal::Unknown)?;
        let token = self.tokens.get_mut(index).ok_or(Refusal::Unknown)?;
        let issued_at = token.issued_at;
        if let Some(revoked_at) = self.revoked_at {
            return Err(Refusal::Revoked {
                issued_at,
                revoked_at,
            });
        }
        if let Some(limit) = self
            .lifetime
            .absolute
            .filter(|limit| has_passed(self.started_at, *limit, now))
        {
            return Err(Refusal::TooOld { issued_at, limit });
        }
        if let Some(limit) = self
            .lifetime
            .idle
            .filter(|limit| has_passed(token.last_used_at, *limit, now))
        {
            return Err(Refusal::Idle { issued_at, limit });
        }
        let leeway = Duration::from_secs(rotation.leeway_seconds.into());
        let dead = token
            .replaced_at
            // Before its replacement, on a clock that was set back, no leeway counts either.
            .is_some_and(|at| now < at || has_passed(at, leeway, now));
        if rotation.mode == RotationMode::Rotate && dead {
            if rotation.reuse_revokes_family {
                self.revoked_at = Some(now);
            }
            return Err(Refusal::Reused);
        }
        token.last_used_at = now;
        match rotation.mode {
            RotationMode::Static => Ok(Succession::Keep),
            RotationMode::Rotate | RotationMode::KeepOld => {
                token.replaced_at.get_or_insert(now);
                Ok(Succession::Replace)
            }
        }
    }

    pub(super) fn expires_at(&self, token: &RefreshToken) -> Option<Timestamp> {
        let idle = self
            .lifetime
            .idle
            .and_then(|limit| token.last_used_at.checked_add(limit).ok());
        let absolute = self
            .lifetime
            .absolute
            .and_then(|limit| self.started_at.checked_add(limit).ok());
        match (idle, absolute) {
            (Some(idle), Some(absolute)) => Some(idle.min(absolute)),
            (one, other) => one.or(other),
        }
    }
}

/// Whether `limit` has passed since `start`. A leeway of zero has passed at once: the old token dies with the redemption.
fn has_passed(start: Timestamp, limit: Duration, now: Timestamp) -> bool {
    start.checked_add(limit).is_ok_and(|end| end <= now)
}
