//! Why a command did not succeed, and whose fault it is.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::builder::StartError;
use crate::directory::BadDirectory;
use crate::listener::NoCertificate;

/// A failure that ends a command.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The directory file cannot be read.
    #[error("cannot read the directory {}: {source}; name an existing YAML file or leave `--config` out", path.display())]
    ConfigUnread {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The directory file makes no sense: everything that is wrong with it, each with its place.
    #[error("the directory cannot be used\n{}", .0.to_string().trim_end())]
    ConfigBad(BadDirectory),
    /// A world could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The ports that follow `--port` do not exist.
    #[error(
        "{needed} ports are needed from {first} on, but 65535 is the last; choose a lower `--port`"
    )]
    TooFewPorts {
        /// The first.
        first: u16,
        /// How many.
        needed: usize,
    },
    /// Two origins or the control API were given the same port.
    #[error("port {0} is asked for twice; give each listener its own")]
    PortTwice(u16),
    /// Several plain numbers were given as ports.
    #[error(
        "`--port` was given {0} and {1}; name one number to count from, and single origins as ORIGIN=PORT"
    )]
    FirstPortTwice(u16, u16),
    /// One origin was given several ports.
    #[error("`--port {0}=…` is given twice; leave one of them out")]
    OriginTwice(&'static str),
    /// A port was given for an origin of a vendor that is not played.
    #[error(
        "`--port {0}=…` is for a vendor that is not played; leave it out, or change `--provider`"
    )]
    PortOfNobody(&'static str),
    /// A workload is to sign in by a token of another issuer, and none is trusted.
    #[error(
        "`--runs-on kubernetes` needs an application with a federated credential whose tokens the mock signs; give one `federated` without `jwks` in the directory"
    )]
    NoWorkload,
    /// Others could reach the mock, which was not explicitly allowed.
    #[error(
        "{0} can be reached from other machines, and whoever reaches the mock gets its secrets; add `--allow-remote` if that is meant"
    )]
    RemoteNotAllowed(IpAddr),
    /// Others could steer the mock.
    #[error(
        "whoever reaches {0} could steer the mock; give a token by `--control-token-file` or TOKENPROOF_CONTROL_TOKEN, or do without by `--no-control`"
    )]
    RemoteControl(IpAddr),
    /// The control API's token cannot be read or is no good. Never says what it is.
    #[error("the token of the control API in {place} {why}")]
    ControlToken {
        /// Where it came from.
        place: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A folder for a CA cannot be used.
    #[error("the CA in {} {why}", folder.display())]
    CaFolder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A file that was asked for cannot be written.
    #[error("cannot write {}: {source}; name a file in a folder that exists and can be written to", path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system or the cryptography did not do its part.
    #[error("{what} failed: {why}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What came of it.
        why: String,
    },
}

impl Failure {
    /// Something that is not the caller's fault.
    pub fn system(what: &'static str, why: impl ToString) -> Self {
        Self::System {
            what,
            why: why.to_string(),
        }
    }

    /// 2 for what the caller can put right, 3 for the rest.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::System { .. } | Self::Start(StartError::Certificate(_)) => 3,
            _ => 2,
        }
    }
}

impl From<NoCertificate> for Failure {
    fn from(error: NoCertificate) -> Self {
        Self::Start(StartError::Certificate(error))
    }
}
