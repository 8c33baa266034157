//! The ledger itself: one lock, so that of several redemptions of one token exactly one wins.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::access_events::AccessEvents;
use super::access_tokens::{AccessToken, AccessTokens};
use super::attempts::Attempts;
use super::authorizations::Authorizations;
use super::codes::Codes;
use super::consents::Consents;
use super::contexts::Contexts;
use super::device_codes::DeviceCodes;
use super::facts::{TokenFacts, TokenState};
use super::grantees::Grantees;
use super::label::TokenLabel;
use super::lockouts::Lockouts;
use super::manner::Manner;
use super::pushed::Pushed;
use super::refresh_family::{
    Family, Fingerprint, Grantee, RefreshLifetime, RefreshToken, Refusal, Succession,
};
use super::sessions::Sessions;
use super::used_assertions::UsedAssertions;
use crate::directory::{Rotation, RotationMode};
use crate::secret::Secret;

/// How many refresh families a world remembers. The tokens of older ones are forgotten and then count as foreign.
const REMEMBERED: usize = 20_000;

/// Every token a world has issued.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Arc<Book>>);

/// The ledger of an instant.
#[derive(Clone, Debug)]
pub(crate) struct SavedLedger(Arc<Book>);

#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    grantees: Grantees,
    pub(super) access: AccessTokens,
    /// By serial, and so in order of sign-in: the oldest is found without a search.
    pub(super) families: BTreeMap<u32, Family>,
    family_serials: u32,
    pub(super) refresh_serials: u32,
    /// Where a refresh token stands: its family and its place in it.
    pub(super) refresh_by_value: BTreeMap<Fingerprint, (u32, usize)>,
    pub(super) device_codes: DeviceCodes,
    pub(super) used_assertions: UsedAssertions,
    pub(super) access_events: AccessEvents,
    pub(super) contexts: Contexts,
    pub(super) authorizations: Authorizations,
    pub(super) codes: Codes,
    pub(super) sessions: Sessions,
    pub(super) consents: Consents,
    pub(super) lockouts: Lockouts,
    pub(super) attempts: Attempts,
    pub(super) pushed: Pushed,
}

/// A redeemed refresh token: what the answer carries and for whom.
#[derive(Debug)]
pub(crate) struct Redeemed {
    pub(crate) grantee: Grantee,
    /// The token that was shown.
    pub(crate) parent: TokenLabel,
    /// The refresh token to answer with.
    pub(crate) next: TokenLabel,
    /// Its value, if it is a new one; else the one shown is returned.
    pub(crate) next_value: Option<String>,
    pub(crate) family: u32,
    /// How its user signed in.
    pub(crate) manner: Manner,
}

impl Ledger {
    /// Starts a family with its first refresh token, of a sign-in of which nothing more is known.
    pub(crate) fn start_family(
        &self,
        grantee: Grantee,
        lifetime: RefreshLifetime,
        value: &str,
        now: Timestamp,
    ) -> (u32, TokenLabel) {
        self.start_family_by(Manner::default(), grantee, lifetime, value, now)
    }

    /// Starts a family with its first refresh token.
    pub(crate) fn start_family_by(
        &self,
        manner: Manner,
        grantee: Grantee,
        lifetime: RefreshLifetime,
        value: &str,
        now: Timestamp,
    ) -> (u32, TokenLabel) {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        book.family_serials += 1;
        let family = book.family_serials;
        if book.families.len() >= REMEMBERED {
            book.forget_oldest_family();
        }
        let grantee = book.grantees.hold(&grantee);
        book.families
            .insert(family, Family::new(manner, grantee, lifetime, now));
        let label = book.add_refresh(family, None, value, now);
        (family, label)
    }

    /// Redeems a refresh token for the client it was issued to. Atomic: whoever comes second finds the token replaced.
    ///
    /// `make` makes the value of the next token, if there is one.
    #[cfg(test)]
    pub(crate) fn redeem(
        &self,
        value: &str,
        client: &str,
        now: Timestamp,
        rotation: &Rotation,
        make: impl FnOnce() -> String,
    ) -> Result<Redeemed, Refusal> {
        self.redeem_if(value, |owner| owner == client, now, rotation, make)
    }

    /// Redeems a refresh token for a client, if it may redeem those of the client that the token was issued to. Atomic: whoever
    /// comes second finds the token replaced.
    ///
    /// `make` makes the value of the next token, if there is one.
    pub(crate) fn redeem_if(
        &self,
        value: &str,
        may_redeem: impl FnOnce(&str) -> bool,
        now: Timestamp,
        rotation: &Rotation,
        make: impl FnOnce() -> String,
    ) -> Result<Redeemed, Refusal> {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        let (family_id, index) = *book
            .refresh_by_value
            .get(&fingerprint(value))
            .ok_or(Refusal::Unknown)?;
        let family = book.families.get_mut(&family_id).ok_or(Refusal::Unknown)?;
        if !may_redeem(&family.grantee.client) {
            return Err(Refusal::OtherClient);
        }
        let parent = family.token(index).ok_or(Refusal::Unknown)?.label;
        let was_alive = family.revoked_at.is_none();
        let succession = family.redeem(index, now, rotation);
        let grantee = Grantee::clone(&family.grantee);
        let manner = family.manner;
        if was_alive && family.revoked_at.is_some() {
            book.revoke_access_of(family_id, now);
        }
        match succession? {
            Succession::Keep => Ok(Redeemed {
                grantee,
                parent,
                next: parent,
                next_value: None,
                family: family_id,
                manner,
            }),
            Succession::Replace => {
                let next_value = make();
                let next = book.add_refresh(family_id, Some(parent), &next_value, now);
                Ok(Redeemed {
                    grantee,
                    parent,
                    next,
                    next_value: Some(next_value),
                    family: family_id,
                    manner,
                })
            }
        }
    }

    /// Reserves the label of an access token; [`record_access`](Self::record_access) adds its value.
    pub(crate) fn issue_access(
        &self,
        grantee: &Grantee,
        family: Option<u32>,
        parent: Option<TokenLabel>,
        issued_at: Timestamp,
        expires_at: Timestamp,
    ) -> TokenLabel {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        let grantee = book.grantees.hold(grantee);
        let token = AccessToken::new(grantee, parent, issued_at, expires_at);
        let (label, forgotten) = book.access.add(token);
        if let Some(grantee) = forgotten {
            book.grantees.let_go(&grantee);
        }
        if let Some(family) = family.and_then(|family| book.families.get_mut(&family)) {
            family.remember_access(label.serial);
        }
        label
    }

    /// Remembers the value of an access token, as a hash.
    pub(crate) fn record_access(&self, label: TokenLabel, value: &str) {
        let fingerprint = fingerprint(value);
        Arc::make_mut(&mut self.book())
            .access
            .name(label, fingerprint);
    }

    /// Denies that an access token was issued here, and keeps its label.
    pub(crate) fn disown_access(&self, label: TokenLabel) {
        Arc::make_mut(&mut self.book()).access.disown(label.serial);
    }

    /// The label of a token by its value.
    pub(crate) fn label_of(&self, value: &str) -> Option<TokenLabel> {
        let book = self.book();
        let fingerprint = fingerprint(value);
        if let Some(label) = book.access.label_of(&fingerprint) {
            return Some(label);
        }
        let of_code = book.device_codes.label_of(&fingerprint);
        if let Some(label) = of_code.or_else(|| book.codes.label_of(&fingerprint)) {
            return Some(label);
        }
        let (family, index) = book.refresh_by_value.get(&fingerprint)?;
        Some(book.families.get(family)?.token(*index)?.label)
    }

    /// The application an access token was issued to, by the token's value, however it stands.
    pub(crate) fn client_of(&self, access_token: &str) -> Option<String> {
        let fingerprint = fingerprint(access_token);
        let book = self.book();
        Some(book.access.client_of(&fingerprint)?.to_owned())
    }

    /// How a token stands at `now`, by its value.
    pub(crate) fn state_of(&self, value: &str, now: Timestamp) -> (Option<TokenFacts>, TokenState) {
        let book = self.book();
        let fingerprint = fingerprint(value);
        if let Some((facts, state)) = book.access.state_of(&fingerprint, now) {
            return (Some(facts), state);
        }
        let of_code = book.device_codes.state_of(&fingerprint, now);
        if let Some((facts, state)) = of_code.or_else(|| book.codes.state_of(&fingerprint, now)) {
            return (Some(facts), state);
        }
        let Some((family, token)) =
            book.refresh_by_value
                .get(&fingerprint)
                .and_then(|(family, index)| {
                    book.families
                        .get(family)
                        .and_then(|family| Some((family, family.token(*index)?)))
                })
        else {
            return (None, TokenState::Foreign);
        };
        let state = if family.revoked_at.is_some() {
            TokenState::Revoked
        } else if token.replaced_at.is_some() {
            TokenState::Rotated
        } else if family.expires_at(token).is_some_and(|end| end <= now) {
            TokenState::Expired
        } else {
            TokenState::Live
        };
        (Some(refresh_facts(family, token)), state)
    }

    /// The ledger as it is now, to be put back.
    pub(crate) fn saved(&self) -> SavedLedger {
        SavedLedger(self.book().clone())
    }

    /// Has the ledger be as it was.
    pub(crate) fn restore(&self, saved: &SavedLedger) {
        *self.book() = saved.0.clone();
    }

    /// To read. What is changed is changed through [`Arc::make_mut`], which leaves alone what was saved.
    pub(super) fn book(&self) -> MutexGuard<'_, Arc<Book>> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn add_refresh(
        &mut self,
        family_id: u32,
        parent: Option<TokenLabel>,
        value: &str,
        now: Timestamp,
    ) -> TokenLabel {
        self.refresh_serials += 1;
        let label = TokenLabel::refresh(self.refresh_serials);
        if let Some(family) = self.families.get_mut(&family_id) {
            let fingerprint = fingerprint(value);
            let token = RefreshToken {
                label,
                parent,
                fingerprint,
                value: Secret::new(value),
                issued_at: now,
                last_used_at: now,
                replaced_at: None,
            };
            let (place, forgotten) = family.remember(token);
            self.refresh_by_value
                .insert(fingerprint, (family_id, place));
            if let Some(forgotten) = forgotten {
                self.refresh_by_value.remove(&forgotten.fingerprint);
            }
        }
        label
    }

    /// The serial of a refresh token's family.
    pub(super) fn serial_of_family(&self, fingerprint: &Fingerprint) -> Option<u32> {
        self.refresh_by_value
            .get(fingerprint)
            .map(|(family, _)| *family)
    }

    /// A refresh token by its label, with its family. A search through all of them: only tests and intruders ask.
    pub(super) fn refresh(&self, label: TokenLabel) -> Option<(u32, &RefreshToken)> {
        self.families.iter().find_map(|(serial, family)| {
            let token = family.tokens().find(|token| token.label == label)?;
            Some((*serial, token))
        })
    }

    /// The family of a refresh token.
    pub(super) fn family_of(&self, fingerprint: &Fingerprint) -> Option<&Family> {
        let (family, _) = self.refresh_by_value.get(fingerprint)?;
        self.families.get(family)
    }

    fn forget_oldest_family(&mut self) {
        let Some((serial, oldest)) = self.families.pop_first() else {
            return;
        };
        self.grantees.let_go(&oldest.grantee);
        for token in oldest.tokens() {
            let place = self.refresh_by_value.entry(token.fingerprint);
            if let Entry::Occupied(place) = place
                && place.get().0 == serial
            {
                place.remove();
            }
        }
    }
}

pub(super) fn refresh_facts(family: &Family, token: &RefreshToken) -> TokenFacts {
    TokenFacts {
        label: token.label,
        parent: token.parent,
        client: family.grantee.client.clone(),
        user: family.grantee.user.clone(),
        issuer: family.grantee.issuer.clone(),
        scope: family.grantee.scope.clone(),
        issued_at: token.issued_at,
        expires_at: family.expires_at(token),
    }
}

pub(super) fn fingerprint(value: &str) -> Fingerprint {
    Sha256::digest(value.as_bytes()).into()
}

/// What Okta's and Entra's refresh tokens do when an application says nothing else.
pub(crate) fn usual_rotation(mode: RotationMode) -> Rotation {
    Rotation {
        mode,
        leeway_seconds: 30,
        reuse_revokes_family: true,
    }
}

#[cfg(test)]
mod tests;
