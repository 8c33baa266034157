//! [`Builder`]: a world before it starts.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::api_token_uses::ApiTokenUses;
use crate::clock::{Clock, SystemClock};
use crate::directory::{Directory, FormerSecrets, Rotation};
use crate::entropy::Entropy;
use crate::fault::{BadRule, FaultScript, Holds};
use crate::journal::{Journal, KnownSecrets, Origin};
use crate::keys::{BadKeys, KeyRings};
use crate::ledger::Ledger;
use crate::limits::{BadLimit, Custom, LimitRule, Meters};
use crate::listener::{Authority, Bound, NoCertificate};
use crate::mock::MockIdp;
use crate::okta::SystemLog;
use crate::provider::Provider;
use crate::setup::Setup;
use crate::supervise::{Supervisor, Unsupervised};
use crate::turn::Turns;
use crate::world::{CONNECTIONS, PATIENCE, Rooms, Settings, Standing};
use crate::{entra, foreign, neighbours, okta};

/// Settings of a world before it starts.
#[derive(Debug)]
#[must_use = "a builder does nothing until `start` is called"]
pub struct Builder {
    provider: Provider,
    directory: Option<Arc<Directory>>,
    clock: Arc<dyn Clock>,
    seed: u64,
    settings: Settings,
    limits: Vec<LimitRule>,
    supervisor: Arc<dyn Supervisor>,
    journal_capacity: usize,
    patience: Duration,
    connections: usize,
    tls: bool,
    foreign_origin: bool,
    ports: HashMap<Origin, u16>,
    bind: IpAddr,
    advertised: Option<String>,
}

/// Why a world could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A port could not be had.
    #[error("cannot listen on {address}: {source}; {}", what_to_do(source))]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No certificate could be made.
    #[error(transparent)]
    Certificate(#[from] NoCertificate),
    /// The directory names keys that cannot sign.
    #[error("the directory's keys cannot be used: {0}")]
    Keys(#[from] BadKeys),
    /// A rate limit cannot be followed.
    #[error(transparent)]
    Limit(#[from] BadLimit),
    /// A fault rule of the directory cannot be followed.
    #[error("a fault rule of the directory cannot be followed: {0}")]
    Fault(#[from] BadRule),
    /// The directory lacks something that every world needs.
    #[error("the directory has no {0}")]
    Incomplete(&'static str),
}

/// What every world needs.
pub(crate) const NO_APPLICATION: StartError =
    StartError::Incomplete("enabled application with a secret");

fn what_to_do(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => "take an address of this machine",
        _ if is_out_of_files(error) => {
            "as many files are open as may be; drop a world or raise the limit (`ulimit -n`)"
        }
        io::ErrorKind::PermissionDenied => "choose a port that needs no privileges, from 1024 on",
        _ => "choose another port or stop whoever uses it",
    }
}

/// Whether the process or the system may open no more files: `EMFILE` or `ENFILE`, for which there is no [`io::ErrorKind`].
fn is_out_of_files(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

impl Builder {
    pub(crate) fn new(provider: Provider) -> Self {
        Self {
            provider,
            directory: None,
            clock: Arc::new(SystemClock),
            seed: 0,
            settings: Settings::default(),
            limits: Vec::new(),
            supervisor: Arc::new(Unsupervised),
            journal_capacity: 10_000,
            patience: PATIENCE,
            connections: CONNECTIONS,
            tls: true,
            foreign_origin: false,
            ports: HashMap::new(),
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            advertised: None,
        }
    }

    /// The directory; the built-in one without it.
    pub fn directory(mut self, mut directory: Directory) -> Self {
        directory.complete();
        self.directory = Some(Arc::new(directory));
        self
    }

    /// The clock; the machine's without it.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The seed of everything random; 0 without it.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// `expires_in` of access tokens, in place of the vendor's.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.access_lifetime = Some(lifetime);
        self
    }

    /// `refresh_in` (Entra): from when a renewal is advised.
    pub fn refresh_in(mut self, refresh_in: Duration) -> Self {
        self.settings.refresh_in = Some(refresh_in);
        self
    }

    /// How long refresh tokens live without being used, in place of the vendor's limits.
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.refresh_lifetime = Some(lifetime);
        self
    }

    /// What happens to refresh tokens that are used, for every application.
    pub fn rotation(mut self, rotation: Rotation) -> Self {
        self.settings.rotation = Some(rotation);
        self
    }

    /// How long clients may keep the key set (`max-age` of its `Cache-Control`), in place of the vendor's.
    pub fn key_set_max_age(mut self, age: Duration) -> Self {
        self.settings.key_set_max_age = Some(age);
        self
    }

    /// A rate limit, in place of the vendor's or on top, beside those already given; those of the directory do not count then. [`MockIdp::set_limits`] changes them later.
    pub fn limit(mut self, rule: LimitRule) -> Self {
        self.limits.push(rule);
        self
    }

    /// Whether an answer that a fault has shaped says so in a header, `x-tokenproof-fault: fault#1`, and a request that a rate limit
    /// refuses is told which, `x-tokenproof-limit: limits[0].requests`. No vendor sends them, so they are not there unless asked
    /// for; the journal always has both.
    pub fn label_faults(mut self, labels: bool) -> Self {
        self.settings.label_faults = labels;
        self
    }

    /// Serves plain HTTP. Real clients insist on TLS; harnesses that bring their own transport save the handshakes.
    pub fn plain_http(mut self) -> Self {
        self.tls = false;
        self
    }

    /// Adds an origin that is not the provider's, [`Origin::Foreign`], for redirects to lead to. It notes what arrives and answers
    /// with 404.
    pub fn foreign_origin(mut self) -> Self {
        self.foreign_origin = true;
        self
    }

    /// The port of an origin; a free one without it.
    pub fn port(mut self, origin: Origin, port: u16) -> Self {
        self.ports.insert(origin, port);
        self
    }

    /// The address to listen on; 127.0.0.1 without it. Any other host that reaches it can use the world: its secrets are public.
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = address;
        self
    }

    /// The host in every URL, where clients reach the world by another than the bound address: a container's name, say. The
    /// certificate has to be good for it.
    pub fn advertise(mut self, host: impl Into<String>) -> Self {
        self.advertised = Some(host.into());
        self
    }

    /// How long, in real time, a peer may take over its handshake, its headers and its body, and for how long it may take nothing of
    /// an answer that waits for it; 30 seconds without it.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many connections each of the world's ports serves at once, at least one; 1,024 without it. More of them wait.
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How many journal entries are kept.
    pub fn journal_capacity(mut self, entries: usize) -> Self {
        self.journal_capacity = entries;
        self
    }

    /// Who watches the handling of requests.
    pub fn supervisor(mut self, supervisor: Arc<dyn Supervisor>) -> Self {
        self.supervisor = supervisor;
        self
    }

    /// Starts the world, within the current tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError`] when a port cannot be had, no certificate can be made, a limit or fault rule cannot be followed, or the directory lacks a confidential application.
    pub async fn start(self) -> Result<MockIdp, StartError> {
        let directory = self.directory.unwrap_or_else(Directory::built_in);
        let secrets = KnownSecrets::default();
        secrets.add_all_of(self.provider, &directory);
        let Setup {
            keys,
            limits,
            faults: rules,
        } = Setup::of(self.provider, &directory)?;
        let tls = if self.tls {
            Some(TlsAcceptor::from(Authority::of_process()?.server.clone()))
        } else {
            None
        };
        let scheme = if self.tls { "https" } else { "http" };
        let origins: &[Origin] = match self.provider {
            Provider::Entra => &[Origin::Login, Origin::Graph, Origin::ManagedIdentity],
            Provider::Okta => &[Origin::Org, Origin::Api],
        };
        let mut bound = Vec::with_capacity(origins.len() + 1);
        let foreign = self.foreign_origin.then_some(&Origin::Foreign);
        for origin in origins.iter().chain(foreign) {
            let port = self.ports.get(origin).copied().unwrap_or(0);
            let address = SocketAddr::new(self.bind, port);
            bound.push((
                *origin,
                Bound::to(address)
                    .await
                    .map_err(|source| StartError::Bind { address, source })?,
            ));
        }
        let names: HashMap<Origin, String> = bound
            .iter()
            .map(|(origin, bound)| {
                let scheme = if is_plain(*origin) { "http" } else { scheme };
                let address = bound.address();
                let host = match &self.advertised {
                    Some(host) if host.contains(':') => format!("[{host}]:{}", address.port()),
                    Some(host) => format!("{host}:{}", address.port()),
                    None => address.to_string(),
                };
                (*origin, format!("{scheme}://{host}"))
            })
            .collect();
        let usual_limits = match self.provider {
            Provider::Entra => Vec::new(),
            Provider::Okta => okta::usual_limits(&directory.okta.rate_limits),
        };
        // What is asked of the builder counts before what a file says.
        let limits = match self.limits.is_empty() {
            true => &limits,
            false => &self.limits,
        };
        let mut custom = Custom::of(self.provider);
        if self.provider == Provider::Okta {
            custom.warns_at = directory.okta.rate_limits.warns_at();
        }
        let meters = Meters::new(custom, usual_limits, limits)?;
        let faults = FaultScript::on(self.clock.clone(), self.seed);
        faults.follow(&[], &rules, None);
        let api_token_uses = ApiTokenUses::default();
        if self.provider == Provider::Okta {
            let tokens = &directory.okta.api_tokens;
            api_token_uses.learn(&[], tokens, self.clock.now());
        }
        let rooms = Arc::new(Rooms {
            provider: self.provider,
            secrets,
            former_secrets: FormerSecrets::default(),
            api_token_uses,
            system_log: SystemLog::default(),
            clock: self.clock.clone(),
            entropy: Entropy::from_seed(self.seed),
            keys: KeyRings::shared(keys, first_signer(self.provider, &directory)),
            ledger: Ledger::default(),
            journal: Journal::with_capacity(self.journal_capacity, self.clock.timeline()),
            faults,
            holds: Holds::default(),
            turns: Turns::default(),
            meters,
            supervisor: self.supervisor,
            origins: names,
            patience: self.patience,
            connections: self.connections,
            standing: RwLock::new(Standing {
                directory,
                settings: Arc::new(self.settings),
            }),
        });
        if self.provider == Provider::Entra {
            let header = entra::identity_header(&rooms);
            rooms.secrets.add("identity_header", header.reveal());
        }
        neighbours::announce(&rooms);
        let connections = Arc::new(AtomicU64::new(0));
        let listeners = bound
            .into_iter()
            .map(|(origin, bound)| {
                let routes = match origin {
                    Origin::Login => entra::login_routes(rooms.clone()),
                    Origin::Graph => entra::graph_routes(rooms.clone()),
                    Origin::ManagedIdentity => entra::managed_identity_routes(rooms.clone()),
                    Origin::Org => okta::org_routes(rooms.clone()),
                    Origin::Api => okta::api_routes(rooms.clone()),
                    Origin::Foreign => foreign::routes(rooms.clone()),
                };
                bound.serve(
                    rooms.clone(),
                    origin,
                    routes,
                    tls.clone().filter(|_| !is_plain(origin)),
                    connections.clone(),
                )
            })
            .collect();
        let idp = MockIdp::new(rooms, listeners);
        if idp.client_id().is_empty() {
            return Err(NO_APPLICATION);
        }
        Ok(idp)
    }
}

/// Whose keys have the ids that they were given: an Okta org's first authorization server, which embedders and examples use.
fn first_signer(provider: Provider, directory: &Directory) -> &str {
    match provider {
        Provider::Entra => "",
        Provider::Okta => {
            let mut servers = directory.okta.authorization_servers.iter();
            servers.next().map_or("org", |server| server.id.as_str())
        }
    }
}

/// Whether an origin never speaks TLS: Azure's metadata service does not.
fn is_plain(origin: Origin) -> bool {
    origin == Origin::ManagedIdentity
}
