//! Certificates that clients sign their assertions with.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::instant::{Instant, optional};
use super::x509;
use crate::entropy::hex;

/// RSA keys with fewer bits are refused: NIST SP 800-57 has not allowed them since 2014, and no vendor takes them.
pub(super) const LEAST_RSA_BITS: usize = 2048;

/// A certificate whose private key a client signs assertions with (Entra: `keyCredentials`; RFC 7523 section 2.2).
///
/// It counts from the later of its own beginning and [`not_before`](Self::not_before) to the earlier of its own end and
/// [`expires`](Self::expires).
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "CertificateFile")]
#[schemars(with = "CertificateFile")]
pub struct Certificate {
    /// The id it is removed by.
    pub id: String,
    /// From when it is accepted.
    pub not_before: Timestamp,
    /// Until when it is accepted.
    pub expires: Timestamp,
    /// Whether its owner has revoked it. It is known and never accepted.
    pub revoked: bool,
    /// SHA-1 of the DER, base64url without padding: `x5t` (RFC 7515 section 4.1.7).
    pub x5t: String,
    /// SHA-256 of the DER, base64url without padding: `x5t#S256` (RFC 7515 section 4.1.8).
    #[serde(rename = "x5t#S256")]
    pub x5t_s256: String,
    /// SHA-1 of the DER in upper-case hexadecimal, as portals and messages show it.
    pub thumbprint: String,
    /// The certificate.
    #[serde(skip_serializing)]
    der: Vec<u8>,
    #[serde(skip_serializing)]
    verifying: DecodingKey,
}

/// A certificate in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Certificate")]
struct CertificateFile {
    /// The id it is removed by at run time; its thumbprint without it.
    #[serde(default)]
    id: Option<String>,
    /// The certificate in PEM. This or `file`.
    #[serde(default)]
    pem: Option<String>,
    /// A file with the certificate in PEM, relative to the directory file. This or `pem`.
    #[serde(default)]
    file: Option<String>,
    /// From when it is accepted; from its own beginning without it.
    #[serde(default, deserialize_with = "optional")]
    #[schemars(with = "Option<Instant>")]
    not_before: Option<Timestamp>,
    /// Until when it is accepted; until its own end without it.
    #[serde(default, deserialize_with = "optional")]
    #[schemars(with = "Option<Instant>")]
    expires: Option<Timestamp>,
    /// Known and never accepted.
    #[serde(default)]
    revoked: bool,
}

/// A certificate that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadCertificate {
    /// Not a certificate.
    #[error("this is no X.509 certificate in PEM; it begins with `-----BEGIN CERTIFICATE-----`")]
    NotPem,
    /// A key of a kind that clients cannot sign with here.
    #[error(
        "the certificate's key is not RSA; Entra takes assertions signed with RS256 and PS256 only"
    )]
    NotRsa,
    /// Too easily broken.
    #[error("the certificate's RSA key has {0} bits; take one of at least {LEAST_RSA_BITS}")]
    Weak(usize),
    /// Neither given inside the file nor beside it, or both.
    #[error("a certificate has either `pem` or `file`")]
    Source,
    /// A file where there is no folder to look in.
    #[error(
        "`file` can be used in a directory file only, relative to it; write the text under `pem` here"
    )]
    NoFolder,
}

impl Certificate {
    /// Reads a certificate in PEM, and has it count for as long as it says itself.
    ///
    /// # Errors
    ///
    /// [`BadCertificate`] if it is none, or its key is not RSA or has less than 2048 bits.
    pub fn from_pem(pem: &str) -> Result<Self, BadCertificate> {
        let der =
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| BadCertificate::NotPem)?;
        Self::from_der(&der)
    }

    /// The same for one in DER.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, BadCertificate> {
        let parsed = x509::parse(der).ok_or(BadCertificate::NotPem)?;
        let key = parsed.key.ok_or(BadCertificate::NotRsa)?;
        if key.n().bits() < LEAST_RSA_BITS {
            return Err(BadCertificate::Weak(key.n().bits()));
        }
        let pkcs1 = key.to_pkcs1_der().map_err(|_| BadCertificate::NotRsa)?;
        let sha1 = Sha1::digest(der);
        let thumbprint = hex(&sha1).to_ascii_uppercase();
        Ok(Self {
            id: thumbprint.clone(),
            not_before: parsed.not_before,
            expires: parsed.not_after,
            revoked: false,
            x5t: URL_SAFE_NO_PAD.encode(sha1),
            x5t_s256: URL_SAFE_NO_PAD.encode(Sha256::digest(der)),
            thumbprint,
            verifying: DecodingKey::from_rsa_der(pkcs1.as_bytes()),
            der: der.to_vec(),
        })
    }

    /// Whether it is accepted at `now`: in its time and not revoked.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        !self.revoked && self.not_before <= now && now < self.expires
    }

    /// The certificate in DER, as `x5c` has it in standard base64.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The common name of its subject.
    pub(crate) fn common_name(&self) -> Option<String> {
        x509::parse(&self.der)?.common_name
    }

    /// What its signatures are checked with: RS256 and PS256.
    pub(crate) fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}

impl TryFrom<CertificateFile> for Certificate {
    type Error = BadCertificate;

    fn try_from(file: CertificateFile) -> Result<Self, BadCertificate> {
        let pem = match (&file.pem, &file.file) {
            (Some(pem), None) => pem,
            (None, Some(_)) => return Err(BadCertificate::NoFolder),
            _ => return Err(BadCertificate::Source),
        };
        let mut certificate = Self::from_pem(pem)?;
        if let Some(id) = file.id {
            certificate.id = id;
        }
        // A window wider than the certificate's own would be a promise that no vendor keeps.
        certificate.not_before = certificate
            .not_before
            .max(file.not_before.unwrap_or(Timestamp::MIN));
        certificate.expires = certificate
            .expires
            .min(file.expires.unwrap_or(Timestamp::MAX));
        certificate.revoked = file.revoked;
        Ok(certificate)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("id", &self.id)
            .field("thumbprint", &self.thumbprint)
            .field("not_before", &self.not_before)
            .field("expires", &self.expires)
            .field("revoked", &self.revoked)
            .finish_non_exhaustive()
    }
}
