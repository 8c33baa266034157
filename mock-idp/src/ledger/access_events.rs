//! What has happened that access tokens from before are not to outlive: continuous access evaluation
//! (learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::book::{Book, Ledger, fingerprint};

/// How many people's events are remembered; the oldest make room.
const REMEMBERED: usize = 1_000;

/// Something after which a resource wants a fresh token (Entra).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AccessEvent {
    /// The sign-ins were revoked, the password was changed.
    Revoked,
    /// An administrator has changed a policy.
    Policies,
    /// The client calls from a place that policies do not allow.
    Location,
}

impl AccessEvent {
    /// The code that Graph has for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Revoked => "TokenIssuedBeforeRevocationTimestamp",
            Self::Policies => "TokenCreatedWithOutdatedPolicies",
            Self::Location => "LocationConditionEvaluationSatisfied",
        }
    }
}

/// The events of a world, the newest of each kind for everybody and for each that it concerns alone.
#[derive(Clone, Debug, Default)]
pub(super) struct AccessEvents {
    /// With the access token that was issued last before it: instants do not tell, since clocks may stand still.
    latest: BTreeMap<(Option<String>, AccessEvent), (u32, Timestamp)>,
}

impl AccessEvents {
    fn add(&mut self, whom: Option<&str>, event: AccessEvent, newest: u32, at: Timestamp) {
        let key = (whom.map(str::to_owned), event);
        self.latest.insert(key, (newest, at));
        if self.latest.len() > REMEMBERED {
            let oldest = self
                .latest
                .iter()
                .min_by_key(|(_, (serial, at))| (*serial, *at));
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.latest.remove(&oldest);
            }
        }
    }

    /// The newest event after the token with this serial.
    fn since(&self, serial: u32, whom: &str) -> Option<(AccessEvent, Timestamp)> {
        let concerns = |known: &Option<String>| known.as_deref().is_none_or(|known| known == whom);
        self.latest
            .iter()
            .filter(|((known, _), (newest, _))| concerns(known) && serial <= *newest)
            .max_by_key(|(_, (newest, at))| (*newest, *at))
            .map(|((_, event), (_, at))| (*event, *at))
    }
}

impl Book {
    /// Notes that the access tokens of a user are not to be taken any more by whoever can say so.
    pub(super) fn revoked(&mut self, user: &str, now: Timestamp) {
        let newest = self.access.newest();
        self.access_events
            .add(Some(user), AccessEvent::Revoked, newest, now);
    }
}

impl Ledger {
    /// Notes that something has happened to whoever has this object id, or to everybody.
    pub(crate) fn note_access_event(&self, whom: Option<&str>, event: AccessEvent, now: Timestamp) {
        let mut book = self.book();
        let book = Arc::make_mut(&mut book);
        let newest = book.access.newest();
        book.access_events.add(whom, event, newest, now);
    }

    /// What has happened since an access token was issued to whoever has this object id, the newest first; none if nothing, or if
    /// the token is not remembered.
    pub(crate) fn access_event_since(
        &self,
        token: &str,
        whom: &str,
    ) -> Option<(AccessEvent, Timestamp)> {
        let book = self.book();
        let serial = book.access.label_of(&fingerprint(token))?.serial;
        book.access_events.since(serial, whom)
    }

    /// When an access token was revoked.
    pub(crate) fn access_revoked_at(&self, token: &str) -> Option<Timestamp> {
        let book = self.book();
        book.access.revoked_at(&fingerprint(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_token_concerns_it() {
        let mut events = AccessEvents::default();
        let at = Timestamp::UNIX_EPOCH;
        events.add(Some("ada"), AccessEvent::Revoked, 5, at);
        assert_eq!(events.since(5, "ada"), Some((AccessEvent::Revoked, at)));
        assert_eq!(events.since(6, "ada"), None);
        assert_eq!(events.since(5, "ben"), None);
        events.add(None, AccessEvent::Policies, 7, at);
        assert_eq!(events.since(6, "ben"), Some((AccessEvent::Policies, at)));
        assert_eq!(events.since(5, "ada"), Some((AccessEvent::Policies, at)));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut events = AccessEvents::default();
        for number in 0..5_000 {
            let whom = number.to_string();
            events.add(Some(&whom), AccessEvent::Revoked, number, Timestamp::MAX);
        }
        assert_eq!(events.latest.len(), REMEMBERED);
        assert!(events.since(0, "4999").is_some());
        assert!(events.since(0, "0").is_none());
    }
}
