//! Devices that a tenant knows (Entra).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use sha2::{Digest as _, Sha256};

use super::defaults::is_default;

/// A registered device. Its owner is taken to sign in from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Its id: `deviceid` of the tokens of whoever signs in from it.
    pub id: String,
    /// Its display name.
    #[serde(default)]
    pub name: String,
    /// The login of the user who signs in from it.
    pub owner: String,
    /// Whether it is as the tenant's rules want it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub compliant: bool,
    /// Whether it is joined to a domain.
    #[serde(default, skip_serializing_if = "is_default")]
    pub joined: bool,
}

impl Device {
    /// What a sign-in remembers of it.
    pub(crate) fn mark(&self) -> [u8; 16] {
        let hash = Sha256::digest(self.id.to_ascii_lowercase());
        let mut mark = [0; 16];
        mark.copy_from_slice(&hash[..16]);
        mark
    }
}
