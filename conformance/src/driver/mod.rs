//! The driver road: a foreign client under test, through a small program that speaks the driver protocol.
//!
//! The play is the same as on the local road. What differs is that the client is outside of this process: it is reached through
//! messages, it reaches the mock over TLS, its clock is moved from outside, and that it has come to rest is watched and not proven.

mod answer;
mod api_token;
mod client;
mod clock;
mod error_map;
mod examine;
mod fault;
mod greeting;
mod group;
mod key;
mod lack;
mod link;
mod probe;
mod process;
mod profile;
pub mod protocol;
mod service;
mod session;
mod target;
mod template;
mod terminal;
mod transcript;

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mock_idp::MockIdp;
use tempfile::TempPath;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use client::DrivenClient;
use greeting::told_with;
use link::Link;
use process::{Inbound, Process};
use protocol::{ClockMode, Hello, Profile};
use service::Service;
use session::Session;
use terminal::Terminal;

use crate::case::Case;
use crate::contender::{Contender, Limits, LocalClient, Setup};
use crate::pace::Pace;

pub use clock::Faketime;
pub use examine::{Assertion, Examination, Finding, NoStage, examine};
pub use fault::DriverFault;
pub use lack::Lack;
pub use probe::{Margin, Tried};
pub use process::Groups;
pub use profile::ProfileFile;
pub use service::Address;
pub use target::Target;
pub use template::Language;

/// A driver and what is known of its client. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Driver(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    target: Target,
    limits: Limits,
    hello: Hello,
    profile: Profile,
    /// How its clock is moved: as it declares, if it has not been found out.
    clock: ClockMode,
    /// What came of trying that; none if there was nothing to try, or it has not been tried.
    tried: Option<Tried>,
    /// The margin that was seen then.
    margin: Option<Margin>,
    faketime: Option<Faketime>,
    /// The CA to trust, for as long as a process may live: one that is used again has the variables that it was started with.
    ca_file: Arc<TempPath>,
    groups: Groups,
    numbers: Numbers,
    /// Processes that wait for their next client.
    waiting: Mutex<Idle>,
}

/// What counts on over all conversations with a service, which hears them at once.
#[derive(Clone, Debug)]
struct Numbers {
    requests: Arc<AtomicU64>,
    clients: Arc<AtomicU64>,
}

impl Default for Numbers {
    fn default() -> Self {
        let first = || Arc::new(AtomicU64::new(1));
        Self {
            requests: first(),
            clients: first(),
        }
    }
}

/// Ways to a driver that nobody uses now.
type Idle = Vec<(Link, mpsc::Receiver<Inbound>)>;

impl Driver {
    /// Starts the driver once, to learn what its client can do. What it declares of its clock is not tried here.
    ///
    /// # Errors
    ///
    /// [`DriverFault`] if it cannot be started, says no hello, or needs libfaketime where there is none.
    pub async fn meet(target: Target, groups: Groups, limits: Limits) -> Result<Self, DriverFault> {
        let numbers = Numbers::default();
        let (link, inbound) = connect(&target, &[], (&groups, &numbers), limits)?;
        let session = Session::begin(link, inbound, None, false, limits);
        let hello = Hello::of(&session).await;
        let hello = hello.map_err(|fault| told_with(fault, &session.said()))?;
        let mut waiting = Vec::new();
        match (session.release().await, &target) {
            // There is no other.
            (Some(link), Target::Terminal) => waiting.push(link),
            (Some((link, _)), _) => link.finish().await,
            (None, _) => {}
        }
        let faketime = match hello.can.clock {
            ClockMode::Faketime => Some(Faketime::find().map_err(DriverFault::NotStarted)?),
            _ => None,
        };
        let ca_file = ca_file().map_err(|error| {
            DriverFault::NotStarted(format!("the CA file could not be written: {error}"))
        })?;
        Ok(Self(Arc::new(Shared {
            ca_file: Arc::new(ca_file),
            profile: hello.profile.clone(),
            clock: hello.can.clock,
            tried: None,
            margin: None,
            hello,
            faketime,
            groups,
            numbers,
            limits,
            waiting: Mutex::new(waiting),
            target,
        })))
    }

    /// What it says of itself.
    #[must_use]
    pub fn hello(&self) -> &Hello {
        &self.0.hello
    }

    /// The client's habits.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// How the client's clock is moved.
    #[must_use]
    pub fn clock(&self) -> ClockMode {
        self.0.clock
    }

    /// The same with other habits than it says of itself.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        self.changed(|shared| shared.profile = profile)
    }

    /// What came of trying its clock, if it was tried.
    #[must_use]
    pub fn clock_tried(&self) -> Option<&Tried> {
        self.0.tried.as_ref()
    }

    /// The margin that was seen when its clock was tried.
    #[must_use]
    pub fn margin_seen(&self) -> Option<Margin> {
        self.0.margin
    }

    /// What scenarios may need and its client cannot do, as far as that does not depend on the scenario.
    #[must_use]
    pub fn lacking(&self) -> Vec<Lack> {
        lack::all(self)
    }

    fn changed(self, change: impl FnOnce(&mut Shared)) -> Self {
        let Shared {
            target,
            hello,
            profile,
            clock,
            tried,
            margin,
            faketime,
            ca_file,
            groups,
            numbers,
            limits,
            waiting,
        } = &*self.0;
        let waiting = std::mem::take(&mut *locked(waiting));
        let mut shared = Shared {
            target: target.clone(),
            hello: hello.clone(),
            profile: profile.clone(),
            clock: *clock,
            tried: tried.clone(),
            margin: *margin,
            faketime: faketime.clone(),
            ca_file: ca_file.clone(),
            groups: groups.clone(),
            numbers: numbers.clone(),
            limits: *limits,
            waiting: Mutex::new(waiting),
        };
        change(&mut shared);
        Self(Arc::new(shared))
    }

    fn faketime(&self) -> Result<&Faketime, String> {
        self.0
            .faketime
            .as_ref()
            .ok_or_else(|| "libfaketime was not looked for".to_owned())
    }

    /// A new way to the driver.
    fn connect(
        &self,
        variables: &[(String, String)],
    ) -> Result<(Link, mpsc::Receiver<Inbound>), DriverFault> {
        let Shared {
            target,
            groups,
            numbers,
            limits,
            ..
        } = &*self.0;
        connect(target, variables, (groups, numbers), *limits)
    }

    /// What a client of this name is called between us and the driver. A service may have clients of several cases at once.
    fn called(&self, name: &str) -> String {
        if self.is_service() {
            let number = self.0.numbers.clients.fetch_add(1, Ordering::Relaxed);
            format!("{name}-{number}")
        } else {
            name.to_owned()
        }
    }

    /// The file with the CA to trust.
    fn ca_file(&self) -> &Path {
        &self.0.ca_file
    }

    /// Whether its clients are processes that this program has started.
    fn can_be_killed(&self) -> bool {
        matches!(self.0.target, Target::Command(_))
    }

    /// Whether its process is not ours.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self.0.target, Target::Service(_))
    }

    /// A process that waits for its next client.
    fn waiting(&self) -> Option<(Link, mpsc::Receiver<Inbound>)> {
        self.idle().pop()
    }

    /// Keeps a way to a driver for the next client, or ends it.
    async fn take_back(&self, link: Link, inbound: mpsc::Receiver<Inbound>) {
        // Under libfaketime a process has its clock from the environment of one client.
        let reuse = self.0.hello.can.reuse && self.clock() != ClockMode::Faketime;
        let reuse = reuse && !self.is_service();
        if reuse || self.0.target == Target::Terminal {
            self.idle().push((link, inbound));
        } else {
            link.finish().await;
        }
    }

    /// Ends the processes that wait for a next client in good order, all at once: there will be none.
    pub async fn dismiss(&self) {
        let idle = std::mem::take(&mut *self.idle());
        let mut ends = JoinSet::new();
        for (link, _) in idle {
            ends.spawn(link.finish());
        }
        ends.join_all().await;
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        locked(&self.0.waiting)
    }
}

/// The CA of every world of this program.
fn ca_file() -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new()
        .prefix("tokenproof-ca-")
        .suffix(".pem")
        .tempfile()?;
    let pem = MockIdp::ca_pem().map_err(io::Error::other)?;
    file.write_all(pem.as_bytes())?;
    file.flush()?;
    Ok(file.into_temp_path())
}

fn locked(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    // Nothing under this lock panics.
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Contender for Driver {
    fn name(&self) -> &str {
        &self.0.hello.name
    }

    fn open(&self, setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
        Ok(Arc::new(DrivenClient::start(self, setup)?))
    }

    fn is_outside(&self) -> bool {
        true
    }

    fn signs(&self) -> bool {
        let known = &self.0.hello.can.auth;
        let knows = |method: &str| known.iter().any(|known| known == method);
        knows(key::METHOD) && !knows("post") && !knows("basic")
    }

    fn limits(&self) -> Limits {
        let limits = self.0.limits;
        Limits {
            // A client that says when it waits works as long as it does not say so.
            unexplained: match self.0.hello.can.timers {
                true => limits.silence,
                false => limits.unexplained,
            },
            ..limits
        }
    }

    fn lacks(&self, case: &Case) -> Option<String> {
        lack::of(self, case)
    }

    fn pace(&self, case: &Case) -> Option<Pace> {
        (self.clock() == ClockMode::Scaled)
            .then(|| Pace::of(case, self.margin()).ok())
            .flatten()
    }

    fn margin(&self) -> Duration {
        /// Five minutes are common among libraries.
        const USUAL: u32 = 300;
        let seen = self.margin_seen().map(Margin::seconds);
        let declared = self.profile().margin_s;
        Duration::from_secs(seen.or(declared).unwrap_or(USUAL).into())
    }
}

fn connect(
    target: &Target,
    variables: &[(String, String)],
    (groups, numbers): (&Groups, &Numbers),
    limits: Limits,
) -> Result<(Link, mpsc::Receiver<Inbound>), DriverFault> {
    match target {
        Target::Command(command) => {
            let (process, inbound) = Process::start(command, variables, groups, limits.end)?;
            Ok((Link::Process(Arc::new(process)), inbound))
        }
        Target::Terminal => {
            let (terminal, inbound) = Terminal::open()?;
            Ok((Link::Terminal(terminal), inbound))
        }
        Target::Service(address) => {
            let (service, inbound) = Service::at(address.clone(), numbers.requests.clone());
            Ok((Link::Service(service), inbound))
        }
    }
}
