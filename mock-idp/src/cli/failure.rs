//! Why a command did not succeed, and whose fault it is.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use mock_idp::StartError;
use mock_idp::directory::BadDirectory;

/// A failure that ends the command.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The directory file cannot be read.
    #[error("cannot read the directory {}: {source}; name an existing YAML file or leave `--directory` out", path.display())]
    DirectoryUnread { path: PathBuf, source: io::Error },
    /// The directory file makes no sense.
    #[error("{}: {source}", path.display())]
    DirectoryBad { path: PathBuf, source: BadDirectory },
    /// A world could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The ports that follow `--port` do not exist.
    #[error(
        "{needed} ports are needed from {first} on, but 65535 is the last; choose a lower `--port`"
    )]
    TooFewPorts { first: u16, needed: usize },
    /// A file that was asked for cannot be written.
    #[error("cannot write {}: {source}; name a file in a folder that exists and can be written to", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
    /// The system or the cryptography did not do its part.
    #[error("{what} failed: {why}")]
    System { what: &'static str, why: String },
}

impl Failure {
    pub(super) fn system(what: &'static str, why: impl ToString) -> Self {
        Self::System {
            what,
            why: why.to_string(),
        }
    }

    /// 2 for what the caller can put right, 3 for the rest.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::System { .. } | Self::Start(StartError::Certificate(_)) => ExitCode::from(3),
            _ => ExitCode::from(2),
        }
    }
}
