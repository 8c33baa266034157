//! Client authentication (RFC 6749 section 2.3).

use jiff::Timestamp;

use super::assertion::Assertion;
use super::assertion_fault::AssertionFault;
use super::denial::Denial;
use super::request::{Basic, TokenRequest};
use crate::directory::{Application, Platform};
use crate::secret::Secret;

/// Who the request says it is, before anything is checked.
#[derive(Clone, Debug)]
pub(crate) struct Claimed<'d> {
    pub(crate) application: &'d Application,
    /// The secret shown, in every reading of it; empty when none was.
    secrets: Vec<Secret>,
    /// Whether it shows an assertion.
    asserts: bool,
    /// Whether it is a public client in this request.
    is_public: bool,
}

/// Refuses a request that authenticates in more than one way.
pub(crate) fn one_method(request: &TokenRequest) -> Result<(), Denial> {
    if request.auth_methods().len() > 1 {
        Err(Denial::CredentialsSeveral)
    } else {
        Ok(())
    }
}

/// Finds the application a request claims to come from.
pub(crate) fn identify<'d>(
    request: &TokenRequest,
    applications: &'d [Application],
) -> Result<Claimed<'d>, Denial> {
    if request.basic == Some(Basic::Garbled) {
        return Err(Denial::BasicGarbled);
    }
    let find = |id: &str| {
        applications
            .iter()
            .find(|application| application.id.eq_ignore_ascii_case(id))
    };
    let asserts = request.get("client_assertion").is_some();
    if let Some(basic) = &request.basic {
        let pairs = basic.candidates(request.reading);
        if pairs.is_empty() {
            return Err(Denial::BasicGarbled);
        }
        let found = pairs.iter().find_map(|(id, _)| find(id));
        let application = found.ok_or_else(|| Denial::AppUnknown {
            client: pairs.first().map(|(id, _)| id.clone()).unwrap_or_default(),
            by_basic: true,
        })?;
        return Ok(Claimed {
            application,
            is_public: application.is_public(),
            secrets: pairs.into_iter().map(|(_, secret)| secret).collect(),
            asserts,
        });
    }
    let application = match request.get("client_id") {
        // An assertion says by itself whose it is (RFC 7521 section 4.2).
        None if asserts => {
            let assertion = Assertion::of(request)?;
            let issuer = assertion.issuer().and_then(find);
            let subject = assertion.subject().and_then(find);
            issuer.ok_or(AssertionFault::Issuer)?;
            subject.ok_or(AssertionFault::Subject)?
        }
        _ => {
            let client = request.require("client_id")?;
            find(client).ok_or_else(|| Denial::AppUnknown {
                client: client.to_owned(),
                by_basic: false,
            })?
        }
    };
    let secrets = request
        .get("client_secret")
        .map(Secret::new)
        .into_iter()
        .collect();
    Ok(Claimed {
        application,
        is_public: application.is_public(),
        secrets,
        asserts,
    })
}

impl Claimed<'_> {
    /// The same application where it runs on this platform, whatever else it is.
    pub(crate) fn on(mut self, platform: Platform) -> Self {
        self.is_public = platform != Platform::Web;
        self
    }

    /// Whether a credential was shown at all.
    pub(crate) fn shows_credential(&self) -> bool {
        self.asserts || !self.secrets.is_empty()
    }

    /// Checks the credential: a confidential client must show a valid one, a public one must show none. What makes an assertion
    /// valid is the vendor's affair.
    pub(crate) fn verify<E: From<Denial>>(
        &self,
        now: Timestamp,
        verify_assertion: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        if self.asserts && !self.is_public {
            verify_assertion()
        } else {
            self.verify_secret(now).map_err(E::from)
        }
    }

    fn verify_secret(&self, now: Timestamp) -> Result<(), Denial> {
        let application = self.application;
        if self.is_public {
            return if self.shows_credential() {
                Err(Denial::CredentialUnexpected)
            } else {
                Ok(())
            };
        }
        if !self.shows_credential() {
            return Err(Denial::CredentialMissing);
        }
        let client = || application.id.clone();
        let mut matching = application
            .secrets
            .iter()
            .filter(|known| self.secrets.contains(&known.value))
            .peekable();
        if matching.peek().is_none() {
            return Err(Denial::SecretWrong { client: client() });
        }
        if matching.any(|known| known.is_valid_at(now)) {
            Ok(())
        } else {
            Err(Denial::SecretExpired { client: client() })
        }
    }
}
