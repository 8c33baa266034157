//! [`MockIdp`]: one running world and the handles to it.

mod access_events;
mod administration;
mod api_tokens;
mod app_service;
mod authorizations;
mod consent;
mod directory;
mod drain;
mod expecting;
mod faults;
mod federated;
mod identity;
mod keys;
mod limits;
mod minting;
mod redaction;
mod refresh_tokens;
mod sign_ins;
mod state;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::builder::Builder;
use crate::clock::{Clock, VirtualClock};
use crate::directory::{Application, GrantType, User};
use crate::expect::{Standing, UnmetExpectations};
use crate::fault::{FaultScript, HeldTicket};
use crate::journal::{Journal, Origin};
use crate::ledger::{TokenFacts, TokenLabel};
use crate::listener::{Authority, Listener, NoCertificate};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::snapshot::Snapshot;
use crate::world::{Rooms, World};
use crate::{entra, neighbours};

use self::identity::{Realm, api_url, scopes};

pub use self::access_events::BadAccessEvent;
pub use self::app_service::AppService;
pub use self::authorizations::{SentBack, SignInRefusal};
pub use self::federated::{FederatedToken, NoFederatedToken};
pub use self::identity::Identity;
pub(crate) use self::identity::{issuer_url, jwks_url, token_url};
pub use self::keys::ServerKeys;
pub use self::sign_ins::SignInError;
pub(crate) use api_tokens::issued_api_token;
pub(crate) use directory::made_secret;

/// A running mock identity provider. Dropping it closes its ports, and verifies what was [expected](Self::expect) of it.
#[derive(Debug)]
pub struct MockIdp {
    /// First, so that it is verified before anything is torn down.
    expectations: Standing,
    rooms: Arc<Rooms>,
    /// None once the world is closed.
    listeners: Mutex<Vec<Listener>>,
    at_start: Mutex<Snapshot>,
}

/// What an example client needs to sign in: the first entries of the directory that fit together.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// A confidential application.
    pub client_id: String,
    /// A valid secret of it.
    pub client_secret: Secret,
    /// A user who can use the password grant.
    pub username: String,
    /// That user's password.
    pub password: Secret,
    /// An SSWS token (Okta).
    pub api_token: Option<Secret>,
}

/// A refresh token made outside any flow, as if someone had signed in.
#[derive(Clone, Debug)]
pub struct MintedRefreshToken {
    /// Its label.
    pub label: TokenLabel,
    /// Its value.
    pub value: Secret,
}

impl MockIdp {
    pub(crate) fn new(rooms: Arc<Rooms>, listeners: Vec<Listener>) -> Self {
        let at_start = Snapshot::of(&rooms);
        Self {
            expectations: Standing::of(rooms.clone()),
            rooms,
            listeners: Mutex::new(listeners),
            at_start: Mutex::new(at_start),
        }
    }

    /// A world that plays Microsoft Entra ID.
    pub fn entra() -> Builder {
        Builder::new(Provider::Entra)
    }

    /// A world that plays Okta.
    pub fn okta() -> Builder {
        Builder::new(Provider::Okta)
    }

    /// A world that plays the given vendor.
    pub fn of(provider: Provider) -> Builder {
        Builder::new(provider)
    }

    /// The vendor.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.rooms.provider
    }

    /// Scheme, host and port of an origin, without a slash at the end; empty for an origin this vendor has not.
    #[must_use]
    pub fn origin(&self, origin: Origin) -> &str {
        self.rooms.origin(origin)
    }

    /// The sockets it listens on; none once it is [closed](Self::close).
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let listeners = self.listeners.lock();
        let listeners = listeners.unwrap_or_else(PoisonError::into_inner);
        listeners.iter().map(Listener::address).collect()
    }

    /// The tenant id (Entra) or the id of the custom authorization server (Okta) that examples use.
    #[must_use]
    pub fn tenant(&self) -> String {
        Realm::of(&self.world(), 0).map_or_else(String::new, |realm| realm.id.to_owned())
    }

    /// What clients are configured with: the authority with its tenant (Entra) or the custom issuer (Okta).
    #[must_use]
    pub fn issuer(&self) -> String {
        issuer_url(&self.world(), &self.tenant())
    }

    /// The token endpoint.
    #[must_use]
    pub fn token_url(&self) -> String {
        token_url(&self.world(), &self.tenant())
    }

    /// The key set.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        jwks_url(&self.world(), &self.tenant())
    }

    /// A protected resource that takes the tokens of [`token_url`](Self::token_url): Graph's users, or a customer's orders.
    #[must_use]
    pub fn api_url(&self) -> String {
        api_url(&self.world())
    }

    /// The same resource for a client that acts for a user: Graph's `me`, or a customer's orders.
    #[must_use]
    pub fn user_api_url(&self) -> String {
        match self.rooms.provider {
            Provider::Entra => entra::example_user_resource(&self.world()),
            Provider::Okta => self.api_url(),
        }
    }

    /// The scopes that a client asks for to call [`api_url`](Self::api_url) with this grant.
    #[must_use]
    pub fn scopes(&self, grant: GrantType) -> Vec<String> {
        scopes(self.rooms.provider, grant)
    }

    /// The client id that examples use.
    #[must_use]
    pub fn client_id(&self) -> String {
        let world = self.world();
        example_application(&world).map_or_else(String::new, |application| application.id.clone())
    }

    /// A valid secret of [`client_id`](Self::client_id).
    #[must_use]
    pub fn client_secret(&self) -> Secret {
        let world = self.world();
        example_application(&world)
            .and_then(|application| application.newest_secret(world.clock.now()))
            .map_or_else(|| Secret::new(""), |secret| secret.value.clone())
    }

    /// Everything an example client needs to sign in.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        let world = self.world();
        let user = example_user(&world);
        let okta = &world.directory.okta;
        Credentials {
            client_id: self.client_id(),
            client_secret: self.client_secret(),
            username: user.map(|user| user.login.clone()).unwrap_or_default(),
            password: user
                .and_then(|user| user.password.clone())
                .unwrap_or_else(|| Secret::new("")),
            api_token: match world.provider {
                Provider::Entra => None,
                Provider::Okta => okta.api_tokens.first().map(|token| token.value.clone()),
            },
        }
    }

    /// The certificate authority that clients have to trust, in PEM.
    ///
    /// # Errors
    ///
    /// [`NoCertificate`] if this process could not make one.
    pub fn ca_pem() -> Result<&'static str, NoCertificate> {
        Authority::of_process().map(|authority| authority.ca_pem.as_str())
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.rooms.clock
    }

    /// The clock, for another world to go by.
    #[cfg(feature = "serve")]
    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        self.rooms.clock.clone()
    }

    /// The hands of the clock, to set, advance, freeze or run it; none if the world was given a clock that has none, as the
    /// machine's.
    #[must_use]
    pub fn virtual_clock(&self) -> Option<VirtualClock> {
        self.rooms.clock.as_virtual()
    }

    /// What came in and what went out.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.rooms.journal
    }

    /// Scripted departures from the ordinary.
    #[must_use]
    pub fn faults(&self) -> &FaultScript {
        &self.rooms.faults
    }

    /// Lets go of the answers that wait in a hold, and says how many they were.
    pub fn release(&self, hold: &str) -> usize {
        self.rooms.holds.release(hold)
    }

    /// How many answers wait in a hold.
    #[must_use]
    pub fn held_count(&self, hold: &str) -> usize {
        self.held(hold).len()
    }

    /// The answers that wait in a hold, in order of arrival, to be let go one by one with
    /// [`release_ticket`](Self::release_ticket). A ticket stays good while others come and go.
    #[must_use]
    pub fn held(&self, hold: &str) -> Vec<HeldTicket> {
        self.rooms.holds.waiting(hold)
    }

    /// Lets go of one answer, and says whether it still waited.
    pub fn release_ticket(&self, ticket: HeldTicket) -> bool {
        self.rooms.holds.release_one(ticket)
    }

    /// Lets go of the nth of the answers that wait in a hold now, counted from 1 in order of arrival, and says whether there is
    /// one.
    pub fn release_only(&self, hold: &str, nth: usize) -> bool {
        let place = nth.checked_sub(1);
        let ticket = place.and_then(|place| self.held(hold).get(place).copied());
        ticket.is_some_and(|ticket| self.release_ticket(ticket))
    }

    /// Who a client is and where it goes: the so-manieth confidential application, the so-manieth user who can use the password
    /// grant, and the so-manieth tenant (Entra) or custom authorization server (Okta), each counted from 0. None if the directory
    /// has not so many.
    ///
    /// In an Entra world applications and users are those of the tenant; an Okta world has one set for all its servers.
    #[must_use]
    pub fn identity(&self, application: usize, user: usize, tenant: usize) -> Option<Identity> {
        Identity::of(&self.world(), application, user, tenant)
    }

    /// The label of a token this world has issued, by its value.
    #[must_use]
    pub fn label_of(&self, token: &str) -> Option<TokenLabel> {
        self.rooms.ledger.label_of(token)
    }

    /// Every token this world remembers: the newest 50,000 access tokens, and of the newest 20,000 sign-ins the newest 1,000 refresh
    /// tokens each. What is older counts as foreign.
    #[must_use]
    pub fn tokens(&self) -> Vec<TokenFacts> {
        self.rooms.ledger.facts()
    }

    /// Stops the world and waits until its ports are free. Requests in progress are cut off.
    ///
    /// Dropping it does the same without waiting: the ports are free once the runtime has had its turn.
    ///
    /// # Errors
    ///
    /// Every [expectation](Self::expect) that was not met. Dropping a world panics with them instead.
    pub async fn stop(self) -> Result<(), UnmetExpectations> {
        let verdict = self.expectations.settle();
        self.close().await;
        verdict
    }

    /// The same as [`stop`](Self::stop) for a world that others still hold on to. They can go on asking what it remembers.
    pub async fn close(&self) {
        neighbours::forget(&self.rooms);
        for listener in self.take_listeners() {
            listener.stop().await;
        }
    }

    fn take_listeners(&self) -> Vec<Listener> {
        let listeners = self.listeners.lock();
        std::mem::take(&mut *listeners.unwrap_or_else(PoisonError::into_inner))
    }

    /// The world as it is now.
    pub(crate) fn world(&self) -> World {
        self.rooms.now()
    }
}

fn example_application(world: &World) -> Option<&Application> {
    Realm::of(world, 0)?.confidential().next()
}

fn example_user(world: &World) -> Option<&User> {
    Realm::of(world, 0)?.able_users().next()
}
