//! An RSA key that signs tokens.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// A signing key, parsed once and used many times: parsing costs three times as much as a signature. Clones share it.
#[derive(Clone)]
pub struct SigningKey {
    kid: Arc<str>,
    pair: Arc<Pair>,
}

struct Pair {
    signing: RsaKeyPair,
    verifying: DecodingKey,
    /// Modulus and exponent, base64url, as a JWK has them (RFC 7518 section 6.3.1).
    n: String,
    e: String,
    certificate: Option<Certificate>,
}

struct Certificate {
    /// Standard base64 of the DER, as `x5c` has it.
    x5c: String,
    /// base64url of the SHA-1 of the DER, as `x5t` has it.
    x5t: String,
}

/// A key or certificate that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    /// Not a PKCS#8 private key in PEM.
    #[error("not an RSA private key in PKCS#8 PEM; make one with `mock-idp keygen`")]
    Key,
    /// Not a certificate in PEM.
    #[error("not an X.509 certificate in PEM")]
    Certificate,
}

impl SigningKey {
    /// Reads an RSA private key (PKCS#8 PEM) and, for Entra, the certificate that goes with it.
    ///
    /// The key id is the certificate's `x5t`, as Entra has it, or else a hash of the modulus.
    ///
    /// # Errors
    ///
    /// [`BadKey`] when either text is not what it should be.
    pub fn from_pem(key: &str, certificate: Option<&str>) -> Result<Self, BadKey> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(key.as_bytes()).map_err(|_| BadKey::Key)?;
        let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| BadKey::Key)?;
        let public = rsa::RsaPrivateKey::from_pkcs8_der(der.secret_pkcs8_der())
            .map_err(|_| BadKey::Key)?
            .to_public_key();
        let n = URL_SAFE_NO_PAD.encode(public.n().to_bytes_be());
        let e = URL_SAFE_NO_PAD.encode(public.e().to_bytes_be());
        let verifying = DecodingKey::from_rsa_der(pair.public_key().as_ref());
        let certificate = match certificate {
            None => None,
            Some(pem) => {
                let der = CertificateDer::from_pem_slice(pem.as_bytes())
                    .map_err(|_| BadKey::Certificate)?;
                Some(Certificate {
                    x5c: STANDARD.encode(&der),
                    x5t: URL_SAFE_NO_PAD.encode(Sha1::digest(&der)),
                })
            }
        };
        let kid = match &certificate {
            Some(certificate) => certificate.x5t.clone(),
            None => URL_SAFE_NO_PAD.encode(Sha256::digest(n.as_bytes())),
        };
        let pair = Pair {
            signing: pair,
            verifying,
            n,
            e,
            certificate,
        };
        Ok(Self {
            kid: kid.into(),
            pair: Arc::new(pair),
        })
    }

    /// The same key under another id.
    #[must_use]
    pub fn named(&self, kid: &str) -> Self {
        Self {
            kid: kid.into(),
            pair: self.pair.clone(),
        }
    }

    /// The key id.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn verifying(&self) -> &DecodingKey {
        &self.pair.verifying
    }

    /// `x5t` as Entra has it: the thumbprint of the certificate, or the key id where there is none.
    pub(crate) fn x5t(&self) -> &str {
        let certificate = self.pair.certificate.as_ref();
        certificate.map_or(&self.kid, |certificate| &certificate.x5t)
    }

    /// Whether it is the same key, under whatever id.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.pair.n == other.pair.n
    }

    /// `header.claims.signature` (RFC 7515 section 7.1) from the JSON texts of header and claims, signed with RS256.
    pub(crate) fn sign(&self, header: &str, claims: &str) -> String {
        let mut token = String::with_capacity((header.len() + claims.len()) * 4 / 3 + 400);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let mut signature = vec![0; self.pair.signing.public_modulus_len()];
        // Signing fails only for a buffer of the wrong length or without entropy; an empty signature is then refused by all.
        if self
            .pair
            .signing
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .is_err()
        {
            signature.clear();
        }
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    /// The public half as Entra's key set shows it: `kid`, `x5t`, `x5c`, no `alg`; in that of v2.0 with its issuer.
    pub(crate) fn entra_jwk(&self, issuer: Option<&str>) -> serde_json::Value {
        let Pair {
            n, e, certificate, ..
        } = &*self.pair;
        let x5c: Vec<&str> = certificate.iter().map(|known| known.x5c.as_str()).collect();
        let mut jwk = serde_json::json!({
            "kty": "RSA", "use": "sig", "kid": &*self.kid, "x5t": self.x5t(), "n": n, "e": e, "x5c": x5c,
        });
        if let Some(issuer) = issuer {
            jwk["issuer"] = serde_json::json!(issuer);
        }
        jwk
    }

    /// The public half as Okta's key set shows it: `alg`, no certificate.
    pub(crate) fn okta_jwk(&self) -> serde_json::Value {
        let Pair { n, e, .. } = &*self.pair;
        serde_json::json!({ "kty": "RSA", "alg": "RS256", "kid": &*self.kid, "use": "sig", "e": e, "n": n })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_key_says_what_to_do() {
        insta::assert_snapshot!(SigningKey::from_pem("nonsense", None).unwrap_err(), @"not an RSA private key in PKCS#8 PEM; make one with `mock-idp keygen`");
    }
}
