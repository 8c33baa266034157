//! A token before it is signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::signing_key::SigningKey;

/// Header and claims of a token, as JSON texts.
#[derive(Clone, Debug)]
pub(crate) struct Unsigned {
    pub(crate) header: String,
    pub(crate) claims: String,
}

impl Unsigned {
    /// The token, signed with RS256 whatever its header says.
    pub(crate) fn signed_by(&self, key: &SigningKey) -> String {
        key.sign(&self.header, &self.claims)
    }

    /// The token with these bytes for a signature; without any it is unsecured (RFC 7519 section 6).
    pub(crate) fn with_signature(&self, signature: &[u8]) -> String {
        [self.header.as_bytes(), self.claims.as_bytes(), signature]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".")
    }
}
