//! Authorization requests that were left beforehand, to be named by a reference (RFC 9126).

use jiff::Timestamp;

use super::recent::Recent;
use super::refresh_family::Fingerprint;

/// How many are remembered, and how many bytes of what they say. Of older ones the references are unknown.
const REMEMBERED: usize = 10_000;
const BYTES: usize = 16 * 1024 * 1024;

/// The requests of a world.
#[derive(Clone, Debug)]
pub(super) struct Pushed(Recent<Request>);

/// Names and values. No `Debug` of them: they may carry hints and challenges.
#[derive(Clone)]
struct Request {
    client: String,
    issuer: String,
    parameters: Vec<(String, String)>,
    expires_at: Timestamp,
    used: bool,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

impl Pushed {
    /// Keeps a request under a reference.
    pub(super) fn keep(
        &mut self,
        reference: Fingerprint,
        client: &str,
        issuer: &str,
        parameters: Vec<(String, String)>,
        expires_at: Timestamp,
    ) {
        let bytes = parameters
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        let request = Request {
            client: client.to_owned(),
            issuer: issuer.to_owned(),
            parameters,
            expires_at,
            used: false,
        };
        self.0.add(reference, bytes, request);
    }

    /// What a client has left at a tenant or authorization server. It is there once.
    pub(super) fn take(
        &mut self,
        reference: &Fingerprint,
        client: &str,
        issuer: &str,
        now: Timestamp,
    ) -> Option<Vec<(String, String)>> {
        let serial = self.0.serial_of(reference)?;
        let request = self.0.numbered_mut(serial)?;
        let is_its_own = request.client == client && request.issuer == issuer;
        if !is_its_own || request.used || request.expires_at <= now {
            return None;
        }
        request.used = true;
        Some(std::mem::take(&mut request.parameters))
    }
}

impl Default for Pushed {
    fn default() -> Self {
        Self(Recent::new(REMEMBERED, BYTES))
    }
}
