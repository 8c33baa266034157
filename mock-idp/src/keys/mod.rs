//! Signing keys: what tokens are signed with and what key sets publish.
//!
//! The built-in keys are read from the crate, never generated at start. See `embedded/README.md`.

mod signing_key;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

pub use signing_key::{BadKey, SigningKey};

use crate::provider::Provider;

/// The keys of a world: one signs, and all are published unless the others were withdrawn.
#[derive(Debug)]
pub(crate) struct KeyRing {
    keys: Arc<[SigningKey]>,
    /// Which of them are in use; one number, so that whoever reads it sees all of a change or nothing.
    standing: AtomicUsize,
}

/// Which key signs, and whether it is the only one published.
#[derive(Clone, Copy)]
struct Standing {
    active: usize,
    alone: bool,
}

impl KeyRing {
    /// The built-in keys of a vendor. They are read once per process.
    pub(crate) fn embedded(provider: Provider) -> Self {
        let keys = match provider {
            Provider::Entra => ENTRA.clone(),
            Provider::Okta => OKTA.clone(),
        };
        Self {
            keys,
            standing: AtomicUsize::new(0),
        }
    }

    /// The key that signs.
    pub(crate) fn active(&self) -> &SigningKey {
        &self.keys[self.standing().active % self.keys.len()]
    }

    /// Every published key.
    pub(crate) fn published(&self) -> impl Iterator<Item = &SigningKey> {
        let Standing { active, alone } = self.standing();
        let published = move |(place, key)| (!alone || place == active).then_some(key);
        self.keys.iter().enumerate().filter_map(published)
    }

    /// Has the next key sign; all of them are published again.
    pub(crate) fn rotate(&self) {
        let count = self.keys.len();
        self.change(|standing| Standing {
            active: (standing.active + 1) % count,
            alone: false,
        });
    }

    /// Takes all keys but the one that signs out of the key set: what they have signed is no longer accepted.
    pub(crate) fn withdraw(&self) {
        self.change(|standing| Standing {
            alone: true,
            ..standing
        });
    }

    fn standing(&self) -> Standing {
        Standing::unpacked(self.standing.load(Ordering::Acquire))
    }

    fn change(&self, change: impl Fn(Standing) -> Standing) {
        self.standing
            .update(Ordering::AcqRel, Ordering::Acquire, |packed| {
                change(Standing::unpacked(packed)).packed()
            });
    }

    /// The published key with this id.
    pub(crate) fn get(&self, kid: &str) -> Option<&SigningKey> {
        self.published().find(|key| key.kid() == kid)
    }
}

impl Standing {
    fn packed(self) -> usize {
        self.active << 1 | usize::from(self.alone)
    }

    fn unpacked(packed: usize) -> Self {
        Self {
            active: packed >> 1,
            alone: packed & 1 == 1,
        }
    }
}

static ENTRA: LazyLock<Arc<[SigningKey]>> = LazyLock::new(|| {
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

static OKTA: LazyLock<Arc<[SigningKey]>> = LazyLock::new(|| {
    ring(&[
        (include_str!("embedded/okta-1.key.pem"), None),
        (include_str!("embedded/okta-2.key.pem"), None),
    ])
});

#[expect(
    clippy::expect_used,
    reason = "the embedded keys are part of the crate; a test reads them all"
)]
fn ring(pems: &[(&str, Option<&str>)]) -> Arc<[SigningKey]> {
    pems.iter()
        .map(|(key, certificate)| {
            SigningKey::from_pem(key, *certificate).expect("embedded keys are sound")
        })
        .collect()
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
    fn rotating_and_withdrawing_change_what_signs_and_what_is_published() {
        for provider in [Provider::Entra, Provider::Okta] {
            let ring = KeyRing::embedded(provider);
            let standing = || {
                let published: Vec<_> = ring.published().map(SigningKey::kid).collect();
                (ring.active().kid(), published)
            };
            let (first, both) = standing();
            let second = both[1];
            assert_eq!(both, [first, second]);
            ring.rotate();
            assert_eq!(standing(), (second, both.clone()));
            ring.withdraw();
            assert_eq!(standing(), (second, vec![second]));
            assert!(ring.get(first).is_none());
            // There are only two: the third rotation would need a key of its own, and brings the first one back.
            ring.rotate();
            assert_eq!(standing(), (first, both));
            // Another world's ring is its own.
            assert_eq!(KeyRing::embedded(provider).active().kid(), first);
        }
    }

    #[test]
    fn a_bad_key_says_what_to_do() {
        insta::assert_snapshot!(SigningKey::from_pem("nonsense", None).unwrap_err(), @"not an RSA private key in PKCS#8 PEM; make one with `mock-idp keygen`");
    }
}
