//! What the store holds, and what the client knows beside it.

use std::sync::Arc;

use super::flight::Landed;
use super::state::Inner;
use crate::clock::Moment;
use crate::fingerprint::fingerprint;
use crate::{Error, GrantSource, Secret, TokenRecord, TokenStore as _};

impl Inner {
    /// What the store holds, after handing it what it could not take last time.
    pub(super) async fn look_up(&self) -> Result<Option<TokenRecord>, Error> {
        let unsaved = self.state().unsaved.clone();
        let known = match unsaved {
            Some(record) => {
                self.store.save(&self.key, &record).await?;
                self.state().unsaved = None;
                Some(record)
            }
            None => self.store.load(&self.key).await?,
        };
        let mut known = known.map(|record| self.caught_up(record));
        let renews = |known: &Option<TokenRecord>| {
            let known = known.as_ref();
            known.is_some_and(|record| record.refresh_token.is_some())
        };
        if !renews(&known) && self.recalls_replaced().await? {
            // Perhaps it was replaced only since the record was read.
            let record = self.store.load(&self.key).await?;
            known = record.map(|record| self.caught_up(record));
        }
        Ok(known)
    }

    /// Learns from a record which refresh token is the newest. One that is of the past, in a store that went back, gives way to
    /// the one in hand: sending it would look like theft to the server.
    pub(super) fn caught_up(&self, mut record: TokenRecord) -> TokenRecord {
        let Some(token) = &record.refresh_token else {
            return record;
        };
        let is_of_the_past = !self.state().lineage.see(token);
        if is_of_the_past {
            record.refresh_token = self.state().lineage.newest().cloned();
        } else {
            self.note_successor(token);
        }
        record
    }

    /// Learns from an answer which refresh token is the newest.
    pub(super) fn note_answer(&self, record: &TokenRecord) {
        if let Some(token) = &record.refresh_token {
            self.state().lineage.take(token);
            self.note_successor(token);
        }
    }

    /// Remembers when the refresh token given at the start has been replaced.
    fn note_successor(&self, token: &Secret) {
        if let GrantSource::RefreshToken(first) = &self.credentials().grant
            && !token.matches(first)
        {
            self.state().lineage.replace(first);
        }
    }

    /// The refresh token from which this client starts, and its fingerprint, where other clients may start from it too.
    fn first(&self) -> Option<(Secret, u128)> {
        match &self.credentials().grant {
            GrantSource::RefreshToken(first) if !self.signs_in => {
                Some((first.clone(), fingerprint(first.expose())))
            }
            _ => None,
        }
    }

    /// Whether this refresh token was given to the client, and did not come out of the store.
    pub(super) fn starts_from(&self, token: &Secret) -> bool {
        match &self.credentials().grant {
            GrantSource::RefreshToken(first) => first.matches(token),
            _ => false,
        }
    }

    /// Whether the store says that the refresh token given at the start has been replaced, which this client did not know. The
    /// record that said so may be gone: a refusal takes it out.
    async fn recalls_replaced(&self) -> Result<bool, Error> {
        let Some((first, name)) = self.first() else {
            return Ok(false);
        };
        if self.state().lineage.is_replaced(&first) {
            return Ok(false);
        }
        let buried = self.store.load(&self.key.of_replaced(name)).await?;
        if buried.is_some() {
            self.state().lineage.replace(&first);
        }
        Ok(buried.is_some())
    }

    /// Has the store remember that the refresh token given at the start has been replaced by that of a record.
    pub(super) async fn bury_replaced(&self, record: &TokenRecord) {
        let Some((first, name)) = self.first() else {
            return;
        };
        let replaced = record.refresh_token.as_ref();
        let replaced = replaced.is_some_and(|newer| !newer.matches(&first));
        if !replaced || self.state().buried == Some(name) {
            return;
        }
        let note = TokenRecord {
            created_at: record.created_at,
            ..TokenRecord::default()
        };
        // The record itself says it too as long as it is there, so a failure is made good by the next renewal.
        let saved = self.store.save(&self.key.of_replaced(name), &note).await;
        if saved.is_ok() {
            self.state().buried = Some(name);
        }
    }

    /// Since when there is the access token of a record, as far as this client knows.
    pub(super) fn known_since(&self, record: &TokenRecord) -> Moment {
        let since = self.state().since(&record.access_token);
        since.unwrap_or_else(|| self.present())
    }

    /// Makes a record the one that is handed out.
    pub(super) fn hold(&self, record: TokenRecord, since: Moment, requested: bool) -> Landed {
        let record = Arc::new(record);
        let mut state = self.state();
        state.had_since(&record.access_token, since);
        state.held.put(Arc::clone(&record), since);
        Landed { record, requested }
    }

    /// As [`hold`](Self::hold), for a record from the store.
    pub(super) fn hold_known(&self, record: TokenRecord, requested: bool) -> Landed {
        let since = self.known_since(&record);
        self.hold(record, since, requested)
    }
}
