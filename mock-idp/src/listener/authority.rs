//! The certificate authority of this process and the one certificate it has issued.

use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;

use super::ca::{Ca, LOCAL_NAMES};

/// Whom the clients of this process have to trust, and the certificate that all its worlds show.
#[derive(Debug)]
pub(crate) struct Authority {
    /// The CA certificate, for clients to trust.
    pub(crate) ca_pem: String,
    /// Serves a certificate for 127.0.0.1, ::1, localhost and whatever else was asked for.
    pub(crate) server: Arc<ServerConfig>,
}

/// Why no certificate could be made: a fault of this program or its cryptography, never of its input.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no TLS certificate could be made: {0}")]
pub struct NoCertificate(pub(crate) String);

static AUTHORITY: OnceLock<Result<Authority, NoCertificate>> = OnceLock::new();

impl Authority {
    /// The authority of this process; a CA made for it alone unless one was [installed](Self::install).
    pub(crate) fn of_process() -> Result<&'static Self, NoCertificate> {
        AUTHORITY
            .get_or_init(|| Self::of(&Ca::passing()?, &[]))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// A certificate of this CA for the local names and some more.
    pub(crate) fn of(ca: &Ca, more_names: &[String]) -> Result<Self, NoCertificate> {
        let mut names = LOCAL_NAMES.map(str::to_owned).to_vec();
        for name in more_names {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        Ok(Self {
            ca_pem: ca.pem().to_owned(),
            server: Arc::new(ca.issue(names)?),
        })
    }

    /// Makes this the authority of the process. False if there already is one, which stays.
    #[cfg(feature = "serve")]
    pub(crate) fn install(self) -> bool {
        AUTHORITY.set(Ok(self)).is_ok()
    }
}
