//! The keys that a world signs with, where a directory names them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
