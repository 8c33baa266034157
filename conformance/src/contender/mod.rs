//! Who is under test on the local road: the reference client, or one of the broken ones that prove the checks.

mod beginning;
mod entropy;
mod limits;
mod proof;
mod reference;
mod said;
mod setup;
mod unleased;
mod whom;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use token_client::{BoxFuture, Secret, StandardPolicy};

use crate::case::Case;
use crate::pace::Pace;
use crate::scenario::Ending;
use crate::trace::{Class, CutShort};

pub use beginning::Beginning;
pub use limits::Limits;
pub use proof::Proof;
pub use reference::{Reference, ReferenceClient};
pub use said::Said;
pub use setup::Setup;
pub(crate) use setup::org_api;
pub(crate) use unleased::Unleased;
pub(crate) use whom::{Whom, give_secrets};

/// What a client sends that has a wrong secret: no application of the mock has it.
pub const WRONG_SECRET: &str = "not-the-secret-of-this-client";

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

    /// Whether its clients are outside of this process, reached over TLS and on clocks of their own.
    fn is_outside(&self) -> bool {
        false
    }

    /// Whether its clients of Okta authenticate by a private key and not by a secret, and so call the org itself.
    fn signs(&self) -> bool {
        false
    }

    /// How long its clients are waited for.
    fn limits(&self) -> Limits {
        Limits::INSIDE
    }

    /// Why it cannot play a case, if it cannot: what the case needs that the client has not, in words.
    fn lacks(&self, _case: &Case) -> Option<String> {
        None
    }

    /// How fast the case is played for it in real time, if its clock is the machine's; none if its clocks are moved, or need not be.
    fn pace(&self, _case: &Case) -> Option<Pace> {
        None
    }

    /// How long before expiry it renews a token that lives long enough. Scenarios make tokens live so much longer.
    fn margin(&self) -> Duration {
        StandardPolicy::new().margin()
    }
}

/// A client under test in this process.
pub trait LocalClient: fmt::Debug + Send + Sync + 'static {
    /// Hands out an access token.
    fn get_token(&self) -> BoxFuture<'static, Answer>;

    /// Calls the protected resource.
    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer>;

    /// Renews the token whatever its age.
    fn force_refresh(&self) -> BoxFuture<'static, Answer>;

    /// Forgets the access token; a refresh token stays.
    fn invalidate(&self) -> BoxFuture<'static, Answer>;

    /// Takes another credential in the place of the one it has, from the next request on.
    ///
    /// # Errors
    ///
    /// Why it cannot, in words without the credential; the case cannot be played to its end then.
    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>>;

    /// Completes when it can be asked. One outside of this process has to be started.
    fn ready(&self) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Ends it, in good order or at once. In this process it ends with what it has started, which the play cuts off.
    fn end(&self, _how: Ending) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }

    /// What it has said, and what was said to it; none in this process. `scrub` takes secrets out of a text.
    fn said(&self, _scrub: &dyn Fn(&str) -> String) -> Option<Said> {
        None
    }

    /// Why the run cannot go on, or proves nothing, through a fault of the program that the client runs in.
    fn trouble(&self) -> Option<CutShort> {
        None
    }
}

/// A call of the protected resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// The method.
    pub method: Method,
    /// The body; none is sent without it. The resources of the mock take JSON.
    pub body: Option<Bytes>,
}

impl Default for ApiCall {
    /// A plain GET.
    fn default() -> Self {
        Self {
            method: Method::GET,
            body: None,
        }
    }
}

/// A credential that a running client is given.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A secret of its application.
    Secret(Secret),
    /// A certificate of its application.
    Certificate(Proof),
    /// A refresh token of its user, who has signed in again.
    RefreshToken(Secret),
    /// An API token that its user has made.
    ApiToken(Secret),
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
