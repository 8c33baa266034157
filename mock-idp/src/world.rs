//! A world: one provider with its own directory, clock, keys, faults and journal.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::clock::Clock;
use crate::directory::{Application, ClientSecrets, Directory, Rotation};
use crate::entropy::Entropy;
use crate::fault::{FaultScript, Holds};
use crate::journal::{Endpoint, Hygiene, Journal, KnownSecrets, Origin};
use crate::keys::KeyRing;
use crate::ledger::Ledger;
use crate::limits::{Limit, Meters};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::supervise::Supervisor;

/// How long a peer may take over its request unless the builder says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything one provider is. Shared by its listeners.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) provider: Provider,
    pub(crate) directory: Directory,
    /// What has become of the secrets of its applications.
    pub(crate) client_secrets: ClientSecrets,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Entropy,
    pub(crate) keys: KeyRing,
    pub(crate) ledger: Ledger,
    pub(crate) journal: Journal,
    pub(crate) faults: FaultScript,
    pub(crate) holds: Holds,
    pub(crate) meters: Meters,
    pub(crate) supervisor: Arc<dyn Supervisor>,
    /// The directory's secrets and those that came later, to be hunted for.
    pub(crate) secrets: KnownSecrets,
    /// Scheme, host and port of each origin; known once the listeners are bound.
    pub(crate) origins: OnceLock<HashMap<Origin, String>>,
}

/// Departures from the vendor's usual lifetimes, rotation and limits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) access_lifetime: Option<Duration>,
    pub(crate) refresh_in: Option<Duration>,
    pub(crate) refresh_lifetime: Option<Duration>,
    pub(crate) rotation: Option<Rotation>,
    pub(crate) limits: Vec<(Endpoint, Limit)>,
    pub(crate) patience: Option<Duration>,
}

impl World {
    /// Scheme, host and port of an origin, without a slash at the end; empty before the listeners are bound.
    pub(crate) fn origin(&self, origin: Origin) -> &str {
        self.origins
            .get()
            .and_then(|origins| origins.get(&origin))
            .map_or("", String::as_str)
    }

    /// The application with this client id, in whichever tenant.
    pub(crate) fn application(&self, client_id: &str) -> Option<&Application> {
        self.directory
            .applications(self.provider)
            .find(|application| application.id.eq_ignore_ascii_case(client_id))
    }

    /// Every pair of client id and secret that works or once did.
    pub(crate) fn client_credentials(&self) -> Vec<(&str, Secret)> {
        self.directory
            .applications(self.provider)
            .flat_map(|application| {
                let secrets = self.client_secrets.ever(application).into_iter();
                secrets.map(|secret| (application.id.as_str(), secret))
            })
            .collect()
    }

    /// What keeps the journal free of secrets.
    pub(crate) fn hygiene(&self) -> Hygiene<'_> {
        Hygiene {
            secrets: self.secrets.now(),
            ledger: &self.ledger,
        }
    }

    /// How long, in real time, a peer may take over its request.
    pub(crate) fn patience(&self) -> Duration {
        self.settings.patience.unwrap_or(PATIENCE)
    }

    /// The limit that replaces the vendor's own for an endpoint.
    pub(crate) fn limit(&self, endpoint: Endpoint) -> Option<Limit> {
        self.settings
            .limits
            .iter()
            .find(|(at, _)| *at == endpoint)
            .map(|(_, limit)| *limit)
    }
}

/// Every secret of a directory, for the hygiene check.
pub(crate) fn known_secrets(provider: Provider, directory: &Directory) -> KnownSecrets {
    let secrets = KnownSecrets::default();
    for secret in directory
        .applications(provider)
        .flat_map(|application| &application.secrets)
    {
        secrets.add("client_secret", secret.value.reveal());
    }
    for password in directory
        .users(provider)
        .filter_map(|user| user.password.as_ref())
    {
        secrets.add("password", password.reveal());
    }
    if provider == Provider::Okta {
        for token in &directory.okta.api_tokens {
            secrets.add("api_token", token.value.reveal());
        }
    }
    secrets
}
