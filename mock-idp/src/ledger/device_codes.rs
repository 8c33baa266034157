//! Device codes: sign-ins that wait for a user on another device (RFC 8628).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::facts::{TokenFacts, TokenState};
use super::label::TokenLabel;
use super::manner::Manner;
use super::refresh_family::Fingerprint;

/// How many sign-ins a world remembers. Older ones are forgotten, and then their codes are unknown.
const REMEMBERED: usize = 10_000;
/// How many bytes of scopes they may ask for, all together: a request may name as many as it likes.
const SCOPE_BYTES: usize = 16 * 1024 * 1024;
/// What each `slow_down` adds to the interval (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// How often another user code is made when one is in use already.
const TRIES: usize = 16;

/// The sign-ins of a world that began on a device.
#[derive(Clone, Debug, Default)]
pub(super) struct DeviceCodes {
    /// By serial, and so in order of arrival: the oldest is found without a search.
    sign_ins: BTreeMap<u32, SignIn>,
    serials: u32,
    by_code: BTreeMap<Fingerprint, u32>,
    by_user_code: BTreeMap<String, u32>,
    scope_bytes: usize,
}

#[derive(Clone, Debug)]
struct SignIn {
    asked: AskedFor,
    fingerprint: Fingerprint,
    /// As it is shown to the user.
    user_code: String,
    asked_at: Timestamp,
    expires_at: Timestamp,
    /// How long a client has to wait between two polls.
    interval: Duration,
    last_poll: Option<Timestamp>,
    standing: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    Pending,
    /// Allowed by a user.
    Approved(Approval),
    Denied,
    /// It was approved by this user and has given its tokens.
    Redeemed(Approval),
}

/// What a device asks to be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AskedFor {
    pub(crate) client: String,
    /// Tenant id (Entra) or authorization server id (Okta).
    pub(crate) issuer: String,
    pub(crate) scope: Vec<String>,
    /// Whether no issuer in particular was asked, so that who signs in decides (Entra's `common`).
    pub(crate) any_issuer: bool,
}

/// Who has allowed a device what it asks, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Approval {
    /// The user's id.
    pub(crate) user: String,
    /// Where the user is known: tenant id (Entra) or authorization server id (Okta).
    pub(crate) issuer: String,
    pub(crate) manner: Manner,
}

/// How long a device code lives and how often it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DevicePace {
    pub(crate) lifetime: Duration,
    pub(crate) interval: Duration,
}

/// A sign-in that a device has begun and nobody has decided on yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSignIn {
    /// The code that the device shows its user.
    pub user_code: String,
    /// The client id of the application that asks.
    pub client: String,
    /// The tenant (Entra) or authorization server (Okta) it asks.
    pub issuer: String,
    /// The scopes it asks for.
    pub scope: Vec<String>,
    /// When it began, on the server's clock.
    pub asked_at: Timestamp,
    /// When it can no longer be decided on, on the server's clock.
    pub expires_at: Timestamp,
}

/// What a device has been allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    /// The id of the user who has approved it.
    pub(crate) user: String,
    pub(crate) manner: Manner,
    pub(crate) scope: Vec<String>,
    /// The device code that was redeemed.
    pub(crate) code: TokenLabel,
}

/// Why a device code gives nothing, or nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PollRefusal {
    /// The user refused.
    Denied,
    /// Too old, decided on or not.
    Expired,
    /// Given to another client.
    OtherClient,
    /// Nobody has decided yet.
    Pending,
    /// It has given its tokens already.
    Redeemed,
    /// Nobody has decided yet, and the client asks too often.
    SlowDown,
    /// Never given out by this tenant or authorization server, or forgotten.
    Unknown,
}

/// Why a sign-in cannot be decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undecidable {
    Unknown,
    Expired,
    Decided,
}

impl DeviceCodes {
    /// Begins a sign-in. `make` makes user codes; another is made while one is in use.
    pub(super) fn begin(
        &mut self,
        asked: AskedFor,
        pace: DevicePace,
        fingerprint: Fingerprint,
        mut make: impl FnMut() -> String,
        now: Timestamp,
    ) -> (TokenLabel, String) {
        self.scope_bytes += asked.scope_bytes();
        while self.sign_ins.len() >= REMEMBERED
            || (self.scope_bytes > SCOPE_BYTES && !self.sign_ins.is_empty())
        {
            self.forget_oldest();
        }
        let mut user_code = make();
        for _ in 1..TRIES {
            if !self.by_user_code.contains_key(&plain(&user_code)) {
                break;
            }
            user_code = make();
        }
        self.serials += 1;
        let serial = self.serials;
        let sign_in = SignIn {
            asked,
            fingerprint,
            user_code: user_code.clone(),
            asked_at: now,
            expires_at: now.checked_add(pace.lifetime).unwrap_or(Timestamp::MAX),
            interval: pace.interval,
            last_poll: None,
            standing: Standing::Pending,
        };
        self.by_code.insert(fingerprint, serial);
        self.by_user_code.insert(plain(&user_code), serial);
        self.sign_ins.insert(serial, sign_in);
        (TokenLabel::device_code(serial), user_code)
    }

    /// Shows a device code: whoever is the first to show an approved one has its grant.
    ///
    /// `paced` says whether polling too often is answered with `slow_down`.
    pub(super) fn poll(
        &mut self,
        fingerprint: &Fingerprint,
        client: &str,
        issuer: &str,
        paced: bool,
        now: Timestamp,
    ) -> Result<SignedIn, PollRefusal> {
        let serial = self.by_code.get(fingerprint).ok_or(PollRefusal::Unknown)?;
        let sign_in = self.sign_ins.get_mut(serial).ok_or(PollRefusal::Unknown)?;
        if sign_in.asked.issuer != issuer {
            return Err(PollRefusal::Unknown);
        }
        if sign_in.asked.client != client {
            return Err(PollRefusal::OtherClient);
        }
        let has_expired = sign_in.expires_at <= now;
        let by = match &sign_in.standing {
            Standing::Redeemed(_) => return Err(PollRefusal::Redeemed),
            _ if has_expired => return Err(PollRefusal::Expired),
            Standing::Pending => return Err(sign_in.wait(paced, now)),
            Standing::Denied => return Err(PollRefusal::Denied),
            Standing::Approved(by) => by.clone(),
        };
        sign_in.standing = Standing::Redeemed(by.clone());
        Ok(SignedIn {
            user: by.user,
            manner: by.manner,
            code: TokenLabel::device_code(*serial),
            scope: sign_in.asked.scope.clone(),
        })
    }

    /// What is known of a device code by its label's serial.
    pub(super) fn labelled(&self, serial: u32) -> Option<TokenFacts> {
        let sign_in = self.sign_ins.get(&serial)?;
        Some(TokenFacts {
            label: TokenLabel::device_code(serial),
            parent: None,
            client: sign_in.asked.client.clone(),
            user: match &sign_in.standing {
                Standing::Approved(by) | Standing::Redeemed(by) => Some(by.user.clone()),
                Standing::Pending | Standing::Denied => None,
            },
            issuer: sign_in.asked.issuer.clone(),
            scope: sign_in.asked.scope.clone(),
            issued_at: sign_in.asked_at,
            expires_at: Some(sign_in.expires_at),
        })
    }

    /// A device code by its value, and how it stands at `now`: one that was denied or redeemed is revoked.
    pub(super) fn state_of(
        &self,
        fingerprint: &Fingerprint,
        now: Timestamp,
    ) -> Option<(TokenFacts, TokenState)> {
        let serial = *self.by_code.get(fingerprint)?;
        let sign_in = self.sign_ins.get(&serial)?;
        let state = match sign_in.standing {
            Standing::Denied | Standing::Redeemed(_) => TokenState::Revoked,
            Standing::Pending | Standing::Approved(_) if sign_in.expires_at <= now => {
                TokenState::Expired
            }
            Standing::Pending | Standing::Approved(_) => TokenState::Live,
        };
        Some((self.labelled(serial)?, state))
    }

    /// The sign-ins that can be decided on, oldest first.
    pub(super) fn pending(&self, now: Timestamp) -> impl Iterator<Item = PendingSignIn> {
        let undecided = self.sign_ins.values();
        let undecided = undecided.filter(move |sign_in| sign_in.is_open(now));
        undecided.map(|sign_in| PendingSignIn {
            user_code: sign_in.user_code.clone(),
            client: sign_in.asked.client.clone(),
            issuer: sign_in.asked.issuer.clone(),
            scope: sign_in.asked.scope.clone(),
            asked_at: sign_in.asked_at,
            expires_at: sign_in.expires_at,
        })
    }

    /// How many sign-ins of a client can be decided on.
    pub(super) fn pending_of(&self, client: &str, now: Timestamp) -> usize {
        let open = |sign_in: &&SignIn| sign_in.is_open(now) && sign_in.asked.client == client;
        self.sign_ins.values().filter(open).count()
    }

    /// How the user signed in who has approved a device code.
    pub(super) fn manner_of(&self, fingerprint: &Fingerprint) -> Option<Manner> {
        let serial = self.by_code.get(fingerprint)?;
        match &self.sign_ins.get(serial)?.standing {
            Standing::Approved(by) | Standing::Redeemed(by) => Some(by.manner),
            Standing::Pending | Standing::Denied => None,
        }
    }

    /// What a user code stands for that can be decided on.
    pub(super) fn pending_with(&self, user_code: &str, now: Timestamp) -> Option<&AskedFor> {
        let serial = self.by_user_code.get(&plain(user_code))?;
        let sign_in = self.sign_ins.get(serial)?;
        sign_in.is_open(now).then_some(&sign_in.asked)
    }

    /// Until when a user code can be decided on.
    pub(super) fn end_of(&self, user_code: &str) -> Option<Timestamp> {
        let serial = self.by_user_code.get(&plain(user_code))?;
        Some(self.sign_ins.get(serial)?.expires_at)
    }

    /// What a user code stands for, whatever has become of it.
    pub(super) fn asked_with(&self, user_code: &str) -> Option<&AskedFor> {
        let serial = self.by_user_code.get(&plain(user_code))?;
        Some(&self.sign_ins.get(serial)?.asked)
    }

    /// Approves a sign-in for a user, or denies it.
    pub(super) fn decide(
        &mut self,
        user_code: &str,
        by: Option<Approval>,
        now: Timestamp,
    ) -> Result<(), Undecidable> {
        let serial = self.by_user_code.get(&plain(user_code));
        let sign_in = serial
            .and_then(|serial| self.sign_ins.get_mut(serial))
            .ok_or(Undecidable::Unknown)?;
        if sign_in.standing != Standing::Pending {
            return Err(Undecidable::Decided);
        }
        if sign_in.expires_at <= now {
            return Err(Undecidable::Expired);
        }
        sign_in.standing = match by {
            Some(by) => {
                sign_in.asked.issuer.clone_from(&by.issuer);
                Standing::Approved(by)
            }
            None => Standing::Denied,
        };
        Ok(())
    }

    /// Denies a sign-in, also one that is approved and not redeemed; false if it is not remembered.
    pub(super) fn revoke(&mut self, serial: u32) -> bool {
        let sign_in = self.sign_ins.get_mut(&serial);
        let standing = sign_in.map(|sign_in| &mut sign_in.standing);
        match standing {
            None => return false,
            Some(Standing::Redeemed(_)) => {}
            Some(standing) => *standing = Standing::Denied,
        }
        true
    }

    /// The label of a device code by its value.
    pub(super) fn label_of(&self, fingerprint: &Fingerprint) -> Option<TokenLabel> {
        let serial = self.by_code.get(fingerprint)?;
        Some(TokenLabel::device_code(*serial))
    }

    fn forget_oldest(&mut self) {
        let Some((serial, oldest)) = self.sign_ins.pop_first() else {
            return;
        };
        self.scope_bytes -= oldest.asked.scope_bytes();
        self.by_code.remove(&oldest.fingerprint);
        let user_code = plain(&oldest.user_code);
        if self.by_user_code.get(&user_code) == Some(&serial) {
            self.by_user_code.remove(&user_code);
        }
    }
}

impl AskedFor {
    fn scope_bytes(&self) -> usize {
        self.scope.iter().map(String::len).sum()
    }
}

impl SignIn {
    /// A poll that nobody has decided on yet: how it is answered, and when the next one may come.
    ///
    /// The first poll is never too early, and none is after the clock was set back.
    fn wait(&mut self, paced: bool, now: Timestamp) -> PollRefusal {
        let too_early = self
            .last_poll
            .and_then(|last| Duration::try_from(now.duration_since(last)).ok())
            .is_some_and(|since| since < self.interval);
        self.last_poll = Some(now);
        if paced && too_early {
            self.interval = self.interval.saturating_add(SLOWER);
            PollRefusal::SlowDown
        } else {
            PollRefusal::Pending
        }
    }

    /// Whether it can be decided on.
    fn is_open(&self, now: Timestamp) -> bool {
        self.standing == Standing::Pending && now < self.expires_at
    }
}

/// A user code as it is compared: without case and punctuation (RFC 8628 section 6.1).
fn plain(user_code: &str) -> String {
    user_code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests;
