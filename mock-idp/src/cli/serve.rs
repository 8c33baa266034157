//! `mock-idp serve`.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use clap::ValueEnum;
use mock_idp::directory::Directory;
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider, StartError};
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::promised_file::PromisedFile;
use super::sample::Sample;
use super::say;

/// The largest directory file that is read.
const DIRECTORY_LIMIT: u64 = 4 * 1024 * 1024;

/// Serve until SIGINT or SIGTERM.
///
/// Listens on 127.0.0.1 only. Prints the URLs and the credentials of an example client; they open nothing but this mock.
#[derive(clap::Args)]
pub(super) struct Serve {
    /// Whom to play
    #[arg(long, value_enum, default_value = "all")]
    provider: Who,
    /// YAML file with tenants, applications and users, in place of the built-in one
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// Seed of ids and tokens
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Serve plain HTTP; real SDKs mostly insist on TLS
    #[arg(long)]
    http: bool,
    /// First of consecutive ports, two for each provider: login host and Graph, Okta org and customer API; free ones without it
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Write URLs and credentials to this file as JSON once connections are accepted
    #[arg(long, value_name = "PATH")]
    ready_file: Option<PathBuf>,
    /// Write the CA that clients have to trust to this file; new at every start
    #[arg(long, value_name = "PATH", conflicts_with = "http")]
    ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    Entra,
    Okta,
    All,
}

impl Who {
    fn providers(self) -> &'static [Provider] {
        match self {
            Self::Entra => &[Provider::Entra],
            Self::Okta => &[Provider::Okta],
            Self::All => &Provider::ALL,
        }
    }
}

impl Serve {
    pub(super) fn run(&self) -> Result<(), Failure> {
        // aws-lc gathers entropy at the first random byte, for some 40 ms unless it was built without (see
        // `.cargo/config.toml`, which an installed binary has not seen). A failure shows when it is really needed.
        std::thread::spawn(|| {
            let _ = SystemRandom::new().fill(&mut [0]);
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::system("starting the runtime", error))?;
        runtime.block_on(self.serve())
    }

    async fn serve(&self) -> Result<(), Failure> {
        if let Some(path) = self
            .ready_file
            .as_ref()
            .filter(|_| self.ready_file == self.ca_file)
        {
            let source = io::Error::other("`--ready-file` and `--ca-file` both name it");
            let path = path.clone();
            return Err(Failure::Unwritten { path, source });
        }
        let promised = |path: &Option<PathBuf>| path.as_deref().map(PromisedFile::at).transpose();
        let (ready_file, ca_file) = (promised(&self.ready_file)?, promised(&self.ca_file)?);
        let directory = self.directory()?;
        let mut ports = self.ports()?;
        let ended = signals().map_err(|error| Failure::system("listening for signals", error))?;
        let mut worlds = Vec::new();
        for provider in self.provider.providers() {
            let mut builder = MockIdp::of(*provider)
                .directory(directory.clone())
                .seed(self.seed);
            if self.http {
                builder = builder.plain_http();
            }
            let origins = match provider {
                Provider::Entra => [Origin::Login, Origin::Graph],
                Provider::Okta => [Origin::Org, Origin::Api],
            };
            for origin in origins {
                if let Some(port) = ports.next() {
                    builder = builder.port(origin, port);
                }
            }
            worlds.push(builder.start().await?);
        }
        self.announce(&worlds, ready_file, ca_file)?;
        ended.await;
        for world in worlds {
            // Nothing is expected of a world that is served.
            let _ = world.stop().await;
        }
        Ok(())
    }

    fn directory(&self) -> Result<Directory, Failure> {
        let Some(path) = &self.directory else {
            return Ok(Directory::default());
        };
        let text = read_bounded(path).map_err(|source| Failure::DirectoryUnread {
            path: path.clone(),
            source,
        })?;
        Directory::from_yaml(&text).map_err(|source| Failure::DirectoryBad {
            path: path.clone(),
            source,
        })
    }

    /// The ports to listen on; none are named for free ones.
    fn ports(&self) -> Result<impl Iterator<Item = u16> + use<>, Failure> {
        let needed = 2 * self.provider.providers().len();
        let last = |first: u16| {
            u16::try_from(usize::from(first) + needed - 1)
                .map_err(|_| Failure::TooFewPorts { first, needed })
        };
        let range = match self.port {
            Some(first) => Some(first..=last(first)?),
            None => None,
        };
        Ok(range.into_iter().flatten())
    }

    /// Says where everything is; the files appear last and whole.
    fn announce(
        &self,
        worlds: &[MockIdp],
        ready_file: Option<PromisedFile>,
        ca_file: Option<PromisedFile>,
    ) -> Result<(), Failure> {
        let samples: Vec<Sample> = worlds.iter().map(Sample::of).collect();
        for sample in &samples {
            say(&sample.to_text());
        }
        let mut facts: Map<String, Value> = samples
            .iter()
            .map(|sample| (sample.provider().to_string(), sample.to_json()))
            .collect();
        if !self.http {
            let ca = MockIdp::ca_pem().map_err(StartError::from)?;
            facts.insert("ca_pem".to_owned(), json!(ca));
            match ca_file {
                Some(file) => {
                    let trusted = format!("CA to trust: {}\n", file.path().display());
                    file.write(ca)?;
                    say(&trusted);
                }
                None => say(
                    "clients have to trust the CA that --ca-file writes; --http does without TLS\n",
                ),
            }
        }
        if let Some(file) = ready_file {
            file.write(&format!("{:#}\n", Value::Object(facts)))?;
        }
        say("ready; end with Ctrl-C\n");
        Ok(())
    }
}

/// Completes at SIGINT or SIGTERM. They are listened for from now on, not from the first poll.
#[cfg(unix)]
fn signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes at Ctrl-C.
#[cfg(not(unix))]
fn signals() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler the process ends by itself.
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Reads a file that has an end and is no larger than it should be.
fn read_bounded(path: &Path) -> io::Result<String> {
    // Before it is opened: opening a pipe waits for somebody to write.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    let mut file = std::fs::File::open(path)?.take(DIRECTORY_LIMIT + 1);
    if file.read_to_end(&mut bytes)? as u64 > DIRECTORY_LIMIT {
        return Err(io::Error::other(
            "it is larger than 4 MiB, the most that is read",
        ));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}
