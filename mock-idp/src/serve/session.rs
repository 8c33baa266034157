//! [`Session`]: worlds that are served to other programs.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::config;
use super::failure::Failure;
use super::flags::Flags;
use super::ports::{assign, origins};
use super::ready::{CaFacts, ControlFacts, Ready};
use super::runs_on::TokenFile;
use super::trust::Trust;
use super::who::Who;
use super::world_facts::WorldFacts;
use crate::builder::StartError;
use crate::control::Control;
use crate::environment::{self, PREFIX, Told, Variable};
use crate::host::{Host, WorldName};
use crate::mock::MockIdp;
use crate::provider::Provider;
use crate::secret::Secret;

/// How long requests under way may take when a session ends.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// One world for each vendor that was asked for, on one clock. Dropping it closes everything.
pub struct Session {
    flags: Flags,
    /// Every world there is: ours, called as their vendors, and those that were made over the control API.
    worlds: Arc<Host>,
    control: Option<Control>,
    introductions: Vec<Introduction>,
    trust: Option<Trust>,
    /// Goes when the session ends.
    token_files: Vec<TokenFile>,
    host: Option<String>,
    needs_token: bool,
}

/// What programs are told of one world.
struct Introduction {
    provider: Provider,
    facts: WorldFacts,
    own: Vec<Variable>,
    vendor: Vec<Variable>,
}

impl Session {
    /// Starts what the flags say, within the current tokio runtime. Only one session in a process can use TLS.
    ///
    /// # Errors
    ///
    /// [`Failure`] with what to do about it.
    pub async fn start(flags: &Flags) -> Result<Self, Failure> {
        Self::start_with_ca_file(flags, None).await
    }

    /// The same, with the CA's certificate in a file that the caller is about to write.
    pub(super) async fn start_with_ca_file(
        flags: &Flags,
        ca_file: Option<&Path>,
    ) -> Result<Self, Failure> {
        let directory = config::read(flags.config())?;
        let address = flags.reach.address()?;
        let token = flags.token.obtain()?;
        if flags.reach.is_remote() && token.is_none() && !flags.no_control {
            return Err(Failure::RemoteControl(address));
        }
        let providers = flags.provider.providers();
        let ports = assign(&flags.ports, providers, flags.control_port)?;
        let mut trust = match flags.http {
            true => None,
            false => Some(flags.ca.establish(&flags.reach.names())?),
        };
        if let (Some(trust), Some(file)) = (&mut trust, ca_file) {
            trust.is_copied_to(file);
        }
        let host = flags.reach.host();
        let clock = flags.clock.start();
        let mut session = Self {
            flags: flags.clone(),
            worlds: Arc::new(Host::new().reached_at(address, host.clone())),
            control: None,
            introductions: Vec::new(),
            trust,
            token_files: Vec::new(),
            host,
            needs_token: token.is_some(),
        };
        for provider in providers {
            let mut builder = MockIdp::of(*provider)
                .directory(directory.clone())
                .seed(flags.seed)
                .clock(clock.clone())
                .label_faults(flags.label_faults)
                .bind(address);
            if flags.http {
                builder = builder.plain_http();
            }
            if let Some(host) = &session.host {
                builder = builder.advertise(host);
            }
            for origin in origins(*provider) {
                if let Some(port) = ports.get(origin) {
                    builder = builder.port(*origin, *port);
                }
            }
            let idp = builder.start().await?;
            session.introduce(&idp, providers.len() == 1)?;
            session
                .worlds
                .adopt(Some(called(*provider)?), idp)
                .map_err(|error| Failure::system("taking a world in", error))?;
        }
        if !flags.no_control {
            session.open_control(address, token).await?;
        }
        Ok(session)
    }

    /// What the user should know about how it was set up, each a sentence without a stop.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        self.trust.as_ref().map_or(&[], |trust| &trust.notes)
    }

    /// Every environment variable for a program that is to use it: our own names, the vendors' names, trust in the CA, no proxy.
    ///
    /// Our own names begin with `TOKENPROOF_` where one vendor is played, and with `TOKENPROOF_ENTRA_` and `TOKENPROOF_OKTA_`
    /// where there are two.
    #[must_use]
    pub fn environment(&self) -> Vec<Variable> {
        let own = self.introductions.iter().flat_map(|told| &told.own);
        let mut variables: Vec<Variable> = own.cloned().collect();
        variables.extend(self.environment_of(Who::All));
        variables.extend(self.environment_of_control());
        variables.extend(environment::no_proxy(self.host.as_deref()));
        variables
    }

    /// What the vendors' libraries read, as far as these vendors are played, and trust in the CA.
    pub(super) fn environment_of(&self, who: Who) -> Vec<Variable> {
        let trust = self.trust.iter();
        self.introductions
            .iter()
            .filter(|told| who.providers().contains(&told.provider))
            .flat_map(|told| told.vendor.clone())
            .chain(trust.flat_map(|trust| environment::trust(&trust.file)))
            .collect()
    }

    /// The certificate that clients have to trust, in PEM.
    pub(super) fn ca_pem(&self) -> Option<&str> {
        self.trust.as_ref().map(|trust| trust.pem.as_str())
    }

    /// Everything that there is to know about it.
    pub(super) fn ready(&self) -> Ready {
        let facts = |provider| {
            let told = self
                .introductions
                .iter()
                .find(|told| told.provider == provider);
            told.map(|told| told.facts.clone())
        };
        Ready {
            schema: 1,
            version: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
            ca: self.trust.as_ref().map(|trust| CaFacts {
                file: trust.file.to_string_lossy().into_owned(),
                pem: trust.pem.clone(),
            }),
            control: self.control_url().map(|url| ControlFacts {
                url,
                needs_token: self.needs_token,
                token_file: self.flags.token.file().map(absolute),
            }),
            entra: facts(Provider::Entra),
            okta: facts(Provider::Okta),
            environment: self.environment().into_iter().collect(),
            unset: environment::UNSET.to_vec(),
        }
    }

    /// Reads the directory file again. What was granted, the ledger, journal and clock stay, and so do keys, limits and faults that
    /// the file does not change. A reset leaves the directory.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the file cannot be used; then the directory stays as it is.
    pub(super) fn reload(&self) -> Result<(), Failure> {
        let mut directory = config::read(self.flags.config())?;
        directory.complete();
        let directory = Arc::new(directory);
        let mut worlds = Vec::new();
        for told in &self.introductions {
            worlds.extend(self.worlds.get(&called(told.provider)?));
        }
        // All of them or none.
        let starts = worlds.iter().map(|world| world.begin_with(&directory));
        for start in starts.collect::<Result<Vec<_>, _>>()? {
            start.take();
        }
        Ok(())
    }

    /// Whether there is a directory file to read again.
    pub(super) fn has_config(&self) -> bool {
        self.flags.config().is_some()
    }

    /// Takes nothing more in, answers requests under way for some seconds, and closes everything.
    pub async fn end(mut self) {
        // No more worlds from here on.
        if let Some(control) = self.control.take() {
            control.stop().await;
        }
        let worlds = self.worlds.list();
        let drained = worlds.iter().map(|(_, world)| world.drain(PATIENCE));
        futures_util::future::join_all(drained).await;
    }

    async fn open_control(&mut self, at: IpAddr, token: Option<Secret>) -> Result<(), Failure> {
        let address = SocketAddr::new(at, self.flags.control_port.unwrap_or(0));
        let control = Control::bind(self.worlds.clone(), address, token)
            .await
            .map_err(|source| StartError::Bind { address, source })?;
        self.control = Some(control);
        Ok(())
    }

    fn control_url(&self) -> Option<String> {
        let control = self.control.as_ref()?;
        let port = control.address().port();
        Some(match &self.host {
            Some(host) if host.contains(':') => format!("http://[{host}]:{port}"),
            Some(host) => format!("http://{host}:{port}"),
            None => control.url(),
        })
    }

    /// Where the control API is, and where its token is if that is in a file. A token itself is handed on only by whoever set it.
    fn environment_of_control(&self) -> Vec<Variable> {
        let Some(url) = self.control_url() else {
            return Vec::new();
        };
        let file = self.flags.token.file().map(absolute);
        let file = file.map(|file| (format!("{PREFIX}CONTROL_TOKEN_FILE"), file));
        [(format!("{PREFIX}CONTROL_URL"), url)]
            .into_iter()
            .chain(file)
            .collect()
    }

    fn introduce(&mut self, idp: &MockIdp, is_alone: bool) -> Result<(), Failure> {
        let told = Told::example(idp);
        let (machine, token_file) = self.flags.runs_on.machine(idp)?;
        self.token_files.extend(token_file);
        let provider = idp.provider();
        let prefix = match is_alone {
            true => PREFIX.to_owned(),
            false => format!("{PREFIX}{}_", provider.name().to_uppercase()),
        };
        let ca_file = self.trust.as_ref().map(|trust| trust.file.as_path());
        let variables =
            |of: &dyn Fn(&Told<'_>) -> Vec<Variable>| told.as_ref().map(of).unwrap_or_default();
        self.introductions.push(Introduction {
            provider,
            facts: WorldFacts::of(provider.name(), idp, told.as_ref()),
            own: variables(&|told| told.own(&prefix, &[], ca_file)),
            vendor: variables(&|told| told.vendor_on(&machine)),
        });
        // What has been told stays true after a reset.
        idp.start_here();
        Ok(())
    }
}

/// The name of a vendor's world.
fn called(provider: Provider) -> Result<WorldName, Failure> {
    let name = provider.name().parse();
    name.map_err(|error| Failure::system("naming a world", error))
}

fn absolute(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.to_string_lossy().into_owned()
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("worlds", &self.worlds)
            .field("trust", &self.trust)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    /// A command line of its own, since only commands are parsed.
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }

    async fn session(arguments: &[&str]) -> Session {
        let arguments = [&["x", "--http", "--no-control"], arguments].concat();
        Session::start(&Line::parse_from(arguments).flags)
            .await
            .unwrap()
    }

    fn okta(session: &Session) -> Arc<MockIdp> {
        session.worlds.get(&"okta".parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn what_was_told_is_true_after_a_reset() {
        let session = session(&["--provider", "okta"]).await;
        let told = session.ready().okta.unwrap().refresh_token;
        let idp = okta(&session);
        idp.revoke_grants();
        idp.reset();
        assert!(idp.label_of(&told).is_some());
    }

    #[tokio::test]
    async fn a_reset_leaves_the_directory_that_was_read_again() {
        let file = std::env::temp_dir().join(format!("tokenproof-{}.yaml", std::process::id()));
        let text = include_str!("../directory/default.yaml");
        std::fs::write(&file, text).unwrap();
        let session = session(&["--provider", "okta", "--config", file.to_str().unwrap()]).await;
        let idp = okta(&session);
        let before = idp.client_secret();
        std::fs::write(
            &file,
            text.replace(before.reveal(), "okta-app-secret_another"),
        )
        .unwrap();
        session.reload().unwrap();
        idp.reset();
        assert_eq!(idp.client_secret().reveal(), "okta-app-secret_another");
        std::fs::write(&file, "no: directory").unwrap();
        assert!(session.reload().is_err());
        std::fs::remove_file(&file).unwrap();
        assert!(session.reload().is_err());
        assert_eq!(idp.client_secret().reveal(), "okta-app-secret_another");
    }

    #[tokio::test]
    async fn secrets_do_not_show() {
        let session = session(&[]).await;
        let shown = format!("{session:?}");
        for (_, secret) in session.environment().iter().filter(|(name, _)| {
            name.ends_with("SECRET") || name.ends_with("PASSWORD") || name.ends_with("TOKEN")
        }) {
            assert!(!shown.contains(secret.as_str()), "{secret}");
        }
    }
}
