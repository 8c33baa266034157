//! What a client knows between calls.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::credentials::Credentials;
use super::flight::Flight;
use super::held::Held;
use super::lineage::Lineage;
use crate::clock::{Moment, Wait};
use crate::error::Misuse;
use crate::fingerprint::{draw, fingerprint};
use crate::watch::Watched;
use crate::{
    Clock, DpopKey, Entropy, Error, GrantKind, ManagedIdentity, Policy, Provider, Secret, Spawn,
    StoreKey, TokenRecord, TokenStore, Transport,
};

/// The shared insides of all clones of a client.
pub(super) struct Inner {
    pub(super) key: StoreKey,
    /// There is none for a token that only a person makes.
    pub(super) provider: Option<Provider>,
    pub(super) credentials: Mutex<Arc<Credentials>>,
    pub(super) scope: Option<String>,
    pub(super) capabilities: Vec<String>,
    /// Set for the identity of a machine, which needs neither provider nor credentials.
    pub(super) managed: Option<ManagedIdentity>,
    /// Whether its user signs in while it runs.
    pub(super) signs_in: bool,
    pub(super) policy: Arc<dyn Policy>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) spawn: Arc<dyn Spawn>,
    pub(super) store: Arc<dyn TokenStore>,
    /// What its tokens are bound to.
    pub(super) dpop: Option<DpopKey>,
    pub(super) watched: Watched,
    pub(super) jitter_seed: u64,
    /// The state's, for readers.
    pub(super) held: Held,
    pub(super) state: Mutex<State>,
}

impl Inner {
    /// The state, for a moment: no seam is called and nothing is awaited while it is held.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Each change leaves the state whole, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether its token is one that only a person can replace.
    pub(super) fn is_unrenewable(&self) -> bool {
        self.credentials().grant.kind() == GrantKind::ApiToken
    }

    /// Where tokens are had.
    pub(super) fn provider(&self) -> Result<&Provider, Misuse> {
        self.provider
            .as_ref()
            .ok_or(Misuse::NoEndpoint("token URL"))
    }

    /// The record whose access token may be handed out, and since when there is one.
    pub(super) fn held(&self) -> Option<(Arc<TokenRecord>, Moment)> {
        self.held.record()
    }

    pub(super) fn present(&self) -> Moment {
        Moment::of(&*self.clock)
    }

    /// The time by which something is judged that there is since then, on a clock that may have been set back meanwhile.
    pub(super) fn shown_since(&self, since: Moment) -> Timestamp {
        self.present().shown_since(since)
    }

    /// The next drawn number from 0 to 999.
    pub(super) fn jitter(&self) -> u16 {
        let mut state = self.state();
        let drawn = draw(self.jitter_seed, state.draws);
        state.draws = state.draws.wrapping_add(1);
        (drawn % 1000) as u16
    }

    /// The error of a quiet time that is not over, with the wait that is left.
    pub(super) fn quiet_error(&self) -> Option<Error> {
        let present = self.present();
        let state = self.state();
        let quiet = state.quiet.as_ref()?;
        let wait = quiet.wait.left(present);
        (!wait.is_zero()).then(|| quiet.error.with_wait_left(wait))
    }
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// What the last renewal brought; its access token is never empty and never the rejected one.
    pub(super) held: Held,
    /// A record that the store could not save. It holds the only copy of a refresh token.
    pub(super) unsaved: Option<TokenRecord>,
    /// Since when there are the access tokens that were had last, by fingerprint, newest last.
    had: VecDeque<(u128, Moment)>,
    /// The token request under way.
    pub(super) flight: Option<Flight>,
    /// Until when no token request is made.
    pub(super) quiet: Option<Quiet>,
    /// The refresh tokens there were.
    pub(super) lineage: Lineage,
    /// The refresh token given at the start of which the store says that it has been replaced, by fingerprint.
    pub(super) buried: Option<u128>,
    /// An access token the caller does not want to see again.
    rejected: Option<Secret>,
    /// The claims that were last asked for because of a challenge, and the access token they
    /// brought.
    answered: Option<(String, Secret)>,
    /// Grants the server refused for good, by fingerprint, newest last.
    refused: VecDeque<(u128, Error)>,
    /// How long a resource asked to be left alone.
    resources: BTreeMap<String, Wait>,
    /// The nonces that servers want in proofs, by origin (RFC 9449 section 8).
    nonces: BTreeMap<String, String>,
    /// How many random numbers were drawn.
    draws: u64,
}

/// A time without token requests, and the error that explains it.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    pub(super) wait: Wait,
    pub(super) error: Error,
}

impl State {
    /// Never hands out this access token again.
    pub(super) fn reject(&mut self, access_token: Secret) {
        self.held.clear();
        self.rejected = Some(access_token);
    }

    /// Hands out this access token again, if it was rejected before: somebody insists.
    pub(super) fn readmit(&mut self, access_token: &Secret) {
        if let Some(rejected) = &self.rejected
            && rejected.matches(access_token)
        {
            self.rejected = None;
        }
    }

    /// Never hands out this access token again, which a resource challenged.
    pub(super) fn drop_challenged(&mut self, access_token: &Secret) {
        let held = self.held.record();
        if held.is_none_or(|(held, _)| held.access_token.matches(access_token)) {
            self.reject(access_token.clone());
        }
    }

    /// Remembers that these claims brought this access token.
    pub(super) fn answer(&mut self, claims: &str, access_token: Secret) {
        self.answered = Some((claims.to_owned(), access_token));
    }

    /// Whether these claims brought this access token.
    pub(super) fn has_answered(&self, claims: &str, access_token: &Secret) -> bool {
        self.answered
            .as_ref()
            .is_some_and(|(asked, brought)| asked == claims && brought.matches(access_token))
    }

    /// Whether the record's access token can be used at all.
    pub(super) fn accepts(&self, record: &TokenRecord) -> bool {
        let rejected = self
            .rejected
            .as_ref()
            .is_some_and(|rejected| rejected.matches(&record.access_token));
        !record.access_token.is_empty() && !rejected
    }

    /// Remembers since when there is this access token.
    pub(super) fn had_since(&mut self, access_token: &Secret, since: Moment) {
        let token = fingerprint(access_token.expose());
        self.had.retain(|(known, _)| *known != token);
        // A store that was left behind further than this says of itself how old it is.
        if self.had.len() == 64 {
            self.had.pop_front();
        }
        self.had.push_back((token, since));
    }

    /// Since when there is this access token, if it was had.
    pub(super) fn since(&self, access_token: &Secret) -> Option<Moment> {
        let token = fingerprint(access_token.expose());
        let had = self.had.iter().find(|(known, _)| *known == token);
        had.map(|(_, since)| *since)
    }

    /// Remembers that the server refused this refresh token or password for good.
    pub(super) fn refuse(&mut self, grant: &Secret, error: Error) {
        // Every entry is a sign-in of its own, so the oldest can hardly matter any more.
        if self.refused.len() == 64 {
            self.refused.pop_front();
        }
        self.refused.push_back((fingerprint(grant.expose()), error));
    }

    /// The error with which this refresh token or password was refused.
    pub(super) fn refusal_of(&self, grant: &Secret) -> Option<Error> {
        let wanted = fingerprint(grant.expose());
        let found = self.refused.iter().find(|(known, _)| *known == wanted);
        found.map(|(_, error)| error.clone())
    }

    /// The newest error with which any grant was refused for good.
    pub(super) fn last_refusal(&self) -> Option<Error> {
        self.refused.back().map(|(_, error)| error.clone())
    }

    /// Remembers that this resource wants to be left alone for so long.
    pub(super) fn leave_alone(&mut self, resource: String, wait: Duration, present: Moment) {
        self.resources
            .retain(|_, wait| !wait.left(present).is_zero());
        let known = self.left_alone_for(&resource, present);
        if self.resources.len() < 1024 && known < wait {
            self.resources.insert(resource, Wait::from(present, wait));
        }
    }

    /// The nonce that this server wants.
    pub(super) fn nonce_for(&self, origin: &str) -> Option<String> {
        self.nonces.get(origin).cloned()
    }

    /// Remembers the nonce that a server wants. True if it is another than before.
    pub(super) fn keep_nonce(&mut self, origin: String, nonce: String) -> bool {
        // Of more servers than this the oldest by name can be asked again.
        if self.nonces.len() == 64 && !self.nonces.contains_key(&origin) {
            self.nonces.pop_first();
        }
        let before = self.nonces.insert(origin, nonce.clone());
        before != Some(nonce)
    }

    /// How much longer this resource wants to be left alone.
    pub(super) fn left_alone_for(&self, resource: &str, present: Moment) -> Duration {
        let wait = self.resources.get(resource);
        wait.map_or(Duration::ZERO, |wait| wait.left(present))
    }
}
