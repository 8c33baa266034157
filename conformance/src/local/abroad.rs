//! What the play has beside it for clients outside of this process.

use std::fs;
use std::path::Path;

use mock_idp::{MockIdp, StartError};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::cast::CA_FILE;
use super::play::PlayError;
use super::timeline::Timeline;

/// What clients outside of this process need.
#[derive(Debug)]
pub(super) struct Abroad {
    folder: TempDir,
    watch: JoinHandle<()>,
}

impl Abroad {
    /// None if the timeline has no clients outside.
    pub(super) fn prepare(timeline: &Timeline) -> Result<Option<Self>, PlayError> {
        let Some(pulse) = timeline.pulse.clone() else {
            return Ok(None);
        };
        let folder = tempfile::Builder::new().prefix("tokenproof-").tempdir()?;
        let ca = MockIdp::ca_pem().map_err(StartError::from)?;
        fs::write(folder.path().join(CA_FILE), ca)?;
        Ok(Some(Self {
            folder,
            watch: tokio::spawn(pulse.watch()),
        }))
    }

    /// Where their files are.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Abroad {
    fn drop(&mut self) {
        self.watch.abort();
    }
}
