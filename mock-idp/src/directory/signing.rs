//! The keys that a world signs with, where a directory names them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::keys::{self, BadKey, KeyRing, SigningKey};
use crate::provider::Provider;
use crate::secret::Secret;

/// A signing key: one of the built-in ones by its name, or RSA in PEM.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningKeyEntry {
    /// A built-in key: `entra-1`, `okta-1` and so on. This, `pem` or `file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_in: Option<String>,
    /// An RSA private key of at least 2048 bits (PKCS#8 in PEM). This, `built_in` or `file`.
    #[serde(default, skip_serializing)]
    pub pem: Option<Secret>,
    /// A file with such a key, relative to the directory file. This, `built_in` or `pem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The certificate of the key in PEM (Entra publishes it as `x5c`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// What the key is there for.
    #[serde(default)]
    pub status: KeyStatus,
}

/// What a signing key is there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    /// It signs and is published. There is exactly one.
    #[default]
    Active,
    /// It is published and will sign next.
    Next,
    /// It is not published: what it has signed is refused.
    Withdrawn,
}

/// An entry under `keys` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadSigningKey {
    #[error("a key has one of `built_in`, `pem` and `file`")]
    Source,
    #[error(
        "there is no built-in key `{0}`; there are `entra-1` to `entra-4` and `okta-1` to `okta-4`"
    )]
    BuiltIn(String),
    #[error(transparent)]
    Pem(#[from] BadKey),
}

impl SigningKeyEntry {
    /// The key.
    pub(super) fn read(&self) -> Result<SigningKey, BadSigningKey> {
        match (&self.built_in, &self.pem) {
            (Some(name), None) => {
                keys::named(name).ok_or_else(|| BadSigningKey::BuiltIn(name.clone()))
            }
            (None, Some(pem)) => Ok(SigningKey::from_pem(
                pem.reveal(),
                self.certificate.as_deref(),
            )?),
            _ => Err(BadSigningKey::Source),
        }
    }
}

/// The keys of a world; the built-in ones where none are named. Entries that cannot be read are left out: a directory that was
/// read from a file has none.
pub(crate) fn ring(provider: Provider, entries: &[SigningKeyEntry]) -> KeyRing {
    let read = entries.iter().filter_map(|entry| {
        let published = entry.status != KeyStatus::Withdrawn;
        Some((entry.read().ok()?, published, entry.status))
    });
    let read: Vec<_> = read.collect();
    let active = read
        .iter()
        .position(|(_, _, status)| *status == KeyStatus::Active);
    let keys = read.into_iter().map(|(key, published, _)| (key, published));
    KeyRing::of(provider, keys.collect(), active.unwrap_or(usize::MAX))
}
