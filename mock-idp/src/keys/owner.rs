//! Whose keys these are, as far as their ids say so.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::signing_key::SigningKey;

/// An issuer with ids of its own for the keys that it shares with others; without a name, one that has them as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owner(Option<String>);

impl Owner {
    pub(super) fn named(name: &str) -> Self {
        Self(Some(name.to_owned()))
    }

    /// The id that it has for the key of an id: of the form that ids of Okta have.
    pub(super) fn kid(&self, kid: &str) -> String {
        match &self.0 {
            None => kid.to_owned(),
            Some(name) => URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{name}\n{kid}"))),
        }
    }

    /// A key under that id.
    pub(super) fn own(&self, key: &SigningKey) -> SigningKey {
        match &self.0 {
            None => key.clone(),
            Some(_) => key.named(&self.kid(key.kid())),
        }
    }
}
