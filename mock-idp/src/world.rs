//! A world: one provider with its own directory, clock, keys, faults and journal.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::FromRef;

use crate::api_token_uses::ApiTokenUses;
use crate::clock::Clock;
use crate::directory::{Directory, FormerSecrets, Rotation};
use crate::entra;
use crate::entropy::Entropy;
use crate::fault::{FaultScript, Holds};
use crate::journal::{Hygiene, Journal, KnownSecrets, Origin};
use crate::keys::{KeyRings, SigningKey};
use crate::ledger::Ledger;
use crate::lenient::Lenience;
use crate::limits::Meters;
use crate::neighbours;
use crate::okta::{self, SystemLog};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::supervise::Supervisor;
use crate::turn::{Era, Turn, Turns};

/// How long a peer may take over its request unless the builder says otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How many connections a listener serves at once unless the builder says otherwise.
pub(crate) const CONNECTIONS: usize = 1024;

/// A world as one request sees it: its rooms, and who and what it knows at this instant. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct World {
    rooms: Arc<Rooms>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) settings: Arc<Settings>,
    /// When the request came.
    era: Era,
    /// What it has had to be let pass for.
    pub(crate) lenience: Lenience,
}

/// Everything of a world that lasts as long as it does. Shared by its listeners and by whoever steers it.
#[derive(Debug)]
pub(crate) struct Rooms {
    pub(crate) provider: Provider,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Entropy,
    pub(crate) keys: KeyRings,
    pub(crate) ledger: Ledger,
    pub(crate) journal: Journal,
    pub(crate) faults: FaultScript,
    pub(crate) holds: Holds,
    pub(crate) turns: Turns,
    pub(crate) meters: Meters,
    pub(crate) supervisor: Arc<dyn Supervisor>,
    /// The directory's secrets and those that came later, to be hunted for.
    pub(crate) secrets: KnownSecrets,
    /// Client secrets that no longer work.
    pub(crate) former_secrets: FormerSecrets,
    /// What an Okta org's System Log has.
    pub(crate) system_log: SystemLog,
    /// When API tokens were last used.
    pub(crate) api_token_uses: ApiTokenUses,
    /// Scheme, host and port of each origin.
    pub(crate) origins: HashMap<Origin, String>,
    /// How long, in real time, a peer may take over its request, or take nothing of an answer.
    pub(crate) patience: Duration,
    /// How many connections each listener serves at once; more wait in the kernel's queue.
    pub(crate) connections: usize,
    /// What may be changed while the world runs. Whoever handles a request goes on with what was there when it came.
    pub(crate) standing: RwLock<Standing>,
}

/// What may be changed while a world runs, always as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) directory: Arc<Directory>,
    pub(crate) settings: Arc<Settings>,
}

/// Departures from the vendor's usual lifetimes and rotation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) access_lifetime: Option<Duration>,
    pub(crate) refresh_in: Option<Duration>,
    pub(crate) refresh_lifetime: Option<Duration>,
    pub(crate) rotation: Option<Rotation>,
    /// How long the key set may be kept.
    pub(crate) key_set_max_age: Option<Duration>,
    /// Whether answers say which fault has shaped them.
    pub(crate) label_faults: bool,
}

impl Rooms {
    /// The world as it is now.
    pub(crate) fn now(self: &Arc<Self>) -> World {
        // First: a world that is restored in between gives this request no turn.
        let era = self.turns.era();
        let standing = self.standing();
        World {
            rooms: self.clone(),
            era,
            lenience: Lenience::of(&standing.directory),
            directory: standing.directory,
            settings: standing.settings,
        }
    }

    /// Does something to the world as a request does it: not while it is saved or restored.
    pub(crate) fn in_turn<T>(self: &Arc<Self>, act: impl FnOnce(&World) -> T) -> T {
        loop {
            let world = self.now();
            // None if it was restored just now: look again.
            if let Some(_turn) = world.turn() {
                return act(&world);
            }
        }
    }

    /// Changes the directory. Requests from now on see all of the change, those under way nothing of it.
    pub(crate) fn change_directory<T>(&self, change: impl FnOnce(&mut Directory) -> T) -> T {
        // A change that panics would leave the directory as it was: it is worked on in a copy.
        let mut standing = self
            .standing
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut directory = Directory::clone(&standing.directory);
        let done = change(&mut directory);
        directory.complete();
        self.secrets.add_all_of(self.provider, &directory);
        self.former_secrets
            .note(self.provider, &standing.directory, &directory);
        if self.provider == Provider::Okta {
            let (before, after) = (&standing.directory.okta, &directory.okta);
            let now = self.clock.now();
            self.api_token_uses
                .learn(&before.api_tokens, &after.api_tokens, now);
            if before.rate_limits != after.rate_limits {
                let limits = &after.rate_limits;
                self.meters
                    .sell(okta::usual_limits(limits), limits.warns_at());
            }
        }
        if self.provider == Provider::Entra {
            let (before, after) = (&standing.directory, &directory);
            entra::passwords_changed(&self.ledger, before, after, self.clock.now());
        }
        standing.directory = Arc::new(directory);
        done
    }

    /// Scheme, host and port of an origin, without a slash at the end; empty for one that this world has not.
    pub(crate) fn origin(&self, origin: Origin) -> &str {
        self.origins.get(&origin).map_or("", String::as_str)
    }

    /// What keeps the journal free of secrets.
    pub(crate) fn hygiene(&self) -> Hygiene<'_> {
        Hygiene {
            secrets: self.secrets.now(),
            ledger: &self.ledger,
        }
    }

    /// What may be changed, as it is now.
    pub(crate) fn standing(&self) -> Standing {
        self.standing
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes all of it at once.
    pub(crate) fn stand(&self, standing: Standing) {
        *self
            .standing
            .write()
            .unwrap_or_else(PoisonError::into_inner) = standing;
    }
}

/// Others no longer find it.
impl Drop for Rooms {
    fn drop(&mut self) {
        neighbours::forget(self);
    }
}

impl World {
    /// Leave to touch the rooms for this request; none if the world was restored since it came.
    pub(crate) fn turn(&self) -> Option<Turn<'_>> {
        self.rooms.turns.take(self.era)
    }

    /// Those who sign with keys of their own, as key rings name them: one of an Entra world, the org and each authorization server of
    /// an Okta world.
    pub(crate) fn signers(&self) -> Vec<&str> {
        match self.provider {
            Provider::Entra => vec![""],
            Provider::Okta => {
                let servers = self.directory.okta.authorization_servers.iter();
                let servers = servers.map(|server| server.id.as_str());
                servers.chain(["org"]).collect()
            }
        }
    }

    /// Which of them an issuer is; none for one that is not of this world.
    pub(crate) fn signer(&self, issuer: &str) -> Option<&str> {
        let is_it = |signer: &&str| match (self.provider, *signer) {
            (Provider::Entra, _) => true,
            (Provider::Okta, "org") => issuer == self.origin(Origin::Org),
            (Provider::Okta, id) => issuer
                .strip_prefix(self.origin(Origin::Org))
                .and_then(|rest| rest.strip_prefix("/oauth2/"))
                .is_some_and(|rest| rest == id),
        };
        self.signers().into_iter().find(is_it)
    }

    /// The key of this id that an issuer publishes. What names an issuer that there is not may be signed by any.
    pub(crate) fn published_key(&self, issuer: &str, kid: &str) -> Option<SigningKey> {
        match self.signer(issuer) {
            Some(signer) => self.keys.of(signer).get(kid),
            None => {
                let signers = self.signers().into_iter();
                let mut rings = signers.map(|signer| self.keys.of(signer));
                rings.find_map(|ring| ring.get(kid))
            }
        }
    }

    /// Completes when this request is to be forgotten: the world was restored.
    pub(crate) async fn superseded(&self) {
        self.rooms.turns.over(self.era).await;
    }

    /// Every pair of client id and secret that works or once did.
    pub(crate) fn client_credentials(&self) -> Vec<(String, Secret)> {
        let current = self
            .directory
            .applications(self.provider)
            .flat_map(|application| {
                let secrets = application.secrets.iter();
                secrets.map(|secret| (application.id.clone(), secret.value.clone()))
            });
        current.chain(self.former_secrets.all()).collect()
    }
}

/// What a world is made of is reached through it as if it were its own.
impl Deref for World {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.rooms
    }
}

/// Routes are built once for all requests; each of these sees the world as it is when it comes.
impl FromRef<Arc<Rooms>> for World {
    fn from_ref(rooms: &Arc<Rooms>) -> Self {
        rooms.now()
    }
}
