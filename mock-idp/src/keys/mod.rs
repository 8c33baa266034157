//! Signing keys: what tokens are signed with and what key sets publish.
//!
//! The built-in keys are read from the crate, never generated at start. See `embedded/README.md`.

mod signing_key;

use std::sync::{Arc, LazyLock};

pub use signing_key::{BadKey, SigningKey};

use crate::provider::Provider;

/// The keys of a world: one signs, all are published.
#[derive(Clone, Debug)]
pub(crate) struct KeyRing {
    keys: Vec<Arc<SigningKey>>,
}

impl KeyRing {
    /// The built-in keys of a vendor. They are read once per process.
    pub(crate) fn embedded(provider: Provider) -> Self {
        match provider {
            Provider::Entra => ENTRA.clone(),
            Provider::Okta => OKTA.clone(),
        }
    }

    /// The key that signs.
    pub(crate) fn active(&self) -> &SigningKey {
        &self.keys[0]
    }

    /// Every published key.
    pub(crate) fn published(&self) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter().map(Arc::as_ref)
    }

    /// The published key with this id.
    pub(crate) fn get(&self, kid: &str) -> Option<&SigningKey> {
        self.published().find(|key| key.kid() == kid)
    }
}

static ENTRA: LazyLock<KeyRing> = LazyLock::new(|| {
    ring(&[
        (
            include_str!("embedded/entra-1.key.pem"),
            Some(include_str!("embedded/entra-1.cert.pem")),
        ),
        (
            include_str!("embedded/entra-2.key.pem"),
            Some(include_str!("embedded/entra-2.cert.pem")),
        ),
    ])
});

static OKTA: LazyLock<KeyRing> = LazyLock::new(|| {
    ring(&[
        (include_str!("embedded/okta-1.key.pem"), None),
        (include_str!("embedded/okta-2.key.pem"), None),
    ])
});

#[expect(
    clippy::expect_used,
    reason = "the embedded keys are part of the crate; a test reads them all"
)]
fn ring(pems: &[(&str, Option<&str>)]) -> KeyRing {
    let keys = pems
        .iter()
        .map(|(key, certificate)| {
            Arc::new(SigningKey::from_pem(key, *certificate).expect("embedded keys are sound"))
        })
        .collect();
    KeyRing { keys }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_keys_sign_and_have_the_vendors_key_ids() {
        let entra = KeyRing::embedded(Provider::Entra);
        let okta = KeyRing::embedded(Provider::Okta);
        assert_eq!(entra.active().kid().len(), 27);
        assert_eq!(okta.active().kid().len(), 43);
        assert_eq!(entra.active().sign("{}", "{}").split('.').count(), 3);
        assert!(entra.get(okta.active().kid()).is_none());
    }

    #[test]
    fn a_bad_key_says_what_to_do() {
        insta::assert_snapshot!(SigningKey::from_pem("nonsense", None).unwrap_err(), @"not an RSA private key in PKCS#8 PEM; make one with `mock-idp keygen`");
    }
}
