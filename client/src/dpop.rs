//! Tokens that are good only with a key: demonstrating proof of possession (RFC 9449).

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::assertion::SigningKey;
use crate::entropy::random_text;
use crate::error::Misuse;
use crate::owner_only::owner_only;
use crate::{Entropy, Secret};

/// The key that a client's tokens are bound to, P-256 or P-384.
///
/// Tokens outlive the process that got them, and are of no use without their key: keep it where the tokens are kept. Another key
/// is another client to the [store](crate::StoreKey). `Debug` shows the thumbprint only.
#[derive(Clone)]
pub struct DpopKey {
    key: SigningKey,
    /// The public key (RFC 7517).
    jwk: Value,
    thumbprint: String,
}

pub(crate) const DPOP: &str = "DPoP";
pub(crate) const PROOF: HeaderName = HeaderName::from_static("dpop");
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

impl DpopKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if the machine makes none.
    pub fn generate() -> Result<Self, Misuse> {
        Self::of(SigningKey::generate()?)
    }

    /// A key that was kept, in PEM.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if it is not P-256 or P-384, or no key.
    pub fn from_pem(pem: &Secret) -> Result<Self, Misuse> {
        Self::of(SigningKey::from_pem(pem)?)
    }

    /// The key in this file; a new one, which is put there for its owner alone, if there is no such file.
    ///
    /// # Errors
    /// [`Misuse::KeyFile`] if the file cannot be read or written, or holds something else.
    pub fn in_file(path: impl AsRef<Path>) -> Result<Self, Misuse> {
        let path = path.as_ref();
        let failed = |reason: String| Misuse::KeyFile {
            path: path.to_owned(),
            reason,
        };
        match fs::read_to_string(path) {
            Ok(pem) => {
                return Self::from_pem(&Secret::new(pem))
                    .map_err(|error| failed(error.to_string()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error.to_string())),
        }
        let key = Self::generate()?;
        let pem = key.to_pem()?;
        let created = owner_only().create_new(true).open(path);
        let written = created.and_then(|mut file| {
            file.write_all(pem.expose().as_bytes())
                .and_then(|()| file.sync_all())
        });
        match written {
            Ok(()) => Ok(key),
            // Another process was quicker: its key is the one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::in_file(path),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// The private key in PEM (PKCS#8), to be kept.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if the cryptographic library does not give it away.
    pub fn to_pem(&self) -> Result<Secret, Misuse> {
        self.key.to_pem()
    }

    /// The thumbprint of the public key, as servers put it into tokens (RFC 7638, `jkt`).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The `DPoP` header of one request (RFC 9449 section 4.2), for those who send it themselves: clients do without being told.
    ///
    /// `nonce` is what the server wanted last, `token` the access token that goes with the request.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if the key signs nothing, and what [`Entropy`] says if it gives none.
    pub fn proof(
        &self,
        method: &Method,
        uri: &Uri,
        nonce: Option<&str>,
        token: Option<&Secret>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<HeaderValue, Misuse> {
        let algorithm = self.key.algorithm();
        let header = json!({ "typ": "dpop+jwt", "alg": algorithm.as_str(), "jwk": self.jwk });
        let mut claims = json!({
            "jti": random_text::<16>(entropy)?,
            "htm": method.as_str(),
            "htu": target(uri),
            "iat": now.as_second(),
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(token) = token {
            claims["ath"] = json!(hash(token.expose()));
        }
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(algorithm, signed.as_bytes())?;
        let proof = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        let mut proof =
            HeaderValue::try_from(proof).map_err(|_| Misuse::BadKey("it signs nothing"))?;
        proof.set_sensitive(true);
        Ok(proof)
    }

    fn of(key: SigningKey) -> Result<Self, Misuse> {
        let jwk = key
            .public_jwk()
            .ok_or(Misuse::BadKey("for DPoP it must be P-256 or P-384"))?;
        // The members of an EC key are in the order of RFC 7638 section 3.2 already.
        let thumbprint = hash(&jwk.to_string());
        Ok(Self {
            key,
            jwk,
            thumbprint,
        })
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DpopKey({})", self.thumbprint)
    }
}

/// The nonce that a server wants from now on (RFC 9449 sections 8 and 9).
pub(crate) fn nonce(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 1024;
    let text = headers.get(NONCE)?.to_str().ok()?;
    (!text.is_empty() && text.len() <= LONGEST).then(|| text.to_owned())
}

/// Whose nonces are whose.
pub(crate) fn origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{scheme}://{authority}")
}

/// The address without query and fragment.
fn target(uri: &Uri) -> String {
    format!("{}{}", origin(uri), uri.path())
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests;
