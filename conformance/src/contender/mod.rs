//! Who is under test on the local road: the reference client, or one of the broken ones that prove the checks.

mod reference;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mock_idp::Provider;
use token_client::{BoxFuture, Clock, Secret, Spawn, Transport};

use crate::scenario::{ClientAuthMethod, GrantKind};
use crate::trace::Class;

pub use reference::{Reference, ReferenceClient};

/// Something that can be opened as a client for one case.
pub trait Contender: fmt::Debug + Send + Sync {
    /// Its name in reports and in the registry's `caught_on`.
    fn name(&self) -> &str;

    /// A client for one case, set up but silent.
    ///
    /// # Errors
    ///
    /// Why it cannot be set up this way, in words; the case is then an `error` of the driver.
    fn open(&self, setup: Setup) -> Result<Arc<dyn LocalClient>, String>;
}

/// A client under test in this process.
pub trait LocalClient: fmt::Debug + Send + Sync + 'static {
    /// Hands out an access token.
    fn get_token(&self) -> BoxFuture<'static, Answer>;

    /// Calls the protected resource.
    fn call_api(&self) -> BoxFuture<'static, Answer>;

    /// Renews the token whatever its age.
    fn force_refresh(&self) -> BoxFuture<'static, Answer>;
}

/// What the caller of a client gets.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How it ended.
    pub class: Class,
    /// The access token handed out, for the witness.
    pub token: Option<Secret>,
    /// The resource's status.
    pub status: Option<u16>,
    /// How long to wait, if the client says so.
    pub retry_after: Option<Duration>,
    /// Details passed on: `correlation_id`, `trace_id`, `claims`.
    pub carries: Vec<String>,
    /// The client's own words.
    pub message: Option<String>,
}

impl Answer {
    /// A bare answer of this class.
    #[must_use]
    pub fn of(class: Class) -> Self {
        Self {
            class,
            token: None,
            status: None,
            retry_after: None,
            carries: Vec::new(),
            message: None,
        }
    }
}

/// Everything a client is opened with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The vendor.
    pub provider: Provider,
    /// The token endpoint.
    pub token_url: String,
    /// The protected resource.
    pub api_url: String,
    /// The client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// How it authenticates.
    pub auth: ClientAuthMethod,
    /// The grant it uses.
    pub grant: GrantKind,
    /// The scopes it asks for.
    pub scopes: Vec<String>,
    /// The user of a password grant.
    pub username: String,
    /// That user's password.
    pub password: Secret,
    /// The refresh token it starts with.
    pub refresh_token: Option<Secret>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its way to the servers.
    pub transport: Arc<dyn Transport>,
    /// Where it starts tasks.
    pub spawn: Arc<dyn Spawn>,
    /// The seed of its jitter.
    pub seed: u64,
}
