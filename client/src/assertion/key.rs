//! A private key and what it signs with (RFC 7518 section 3.1).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::pem;
use crate::Secret;
use crate::error::Misuse;

/// A signature algorithm of a client assertion (RFC 7518 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl SigningAlgorithm {
    /// The `alg` of a token's header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A private key. The cryptographic library holds it, and wipes it when the last clone is gone.
#[derive(Clone)]
pub(crate) enum SigningKey {
    Es256(Arc<EcdsaKeyPair>),
    Es384(Arc<EcdsaKeyPair>),
    Rsa(Arc<RsaKeyPair>),
}

impl SigningKey {
    /// The first private key of a PEM text: RSA in PKCS#8 or PKCS#1, EC in PKCS#8 or SEC 1.
    pub(crate) fn from_pem(text: &Secret) -> Result<Self, Misuse> {
        let blocks = pem::blocks(text.expose()).ok_or(Misuse::BadKey(NO_PEM))?;
        let block = blocks
            .iter()
            .find(|block| block.label.ends_with("PRIVATE KEY"))
            .ok_or(Misuse::BadKey(NO_PEM))?;
        let der = &block.der;
        let key = match block.label {
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(der)
                .ok()
                .map(Self::rsa)
                .or_else(|| Self::ec(der)),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(der).ok().map(Self::rsa),
            "EC PRIVATE KEY" => Self::ec(der),
            "ENCRYPTED PRIVATE KEY" => return Err(Misuse::BadKey(ENCRYPTED)),
            _ => None,
        };
        key.ok_or(Misuse::BadKey(UNKNOWN_KIND))
    }

    /// A new key, P-256.
    pub(crate) fn generate() -> Result<Self, Misuse> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let pair = pair.map_err(|_| Misuse::BadKey(UNABLE))?;
        Ok(Self::Es256(Arc::new(pair)))
    }

    /// An EC key in PEM (PKCS#8).
    pub(crate) fn to_pem(&self) -> Result<Secret, Misuse> {
        let (Self::Es256(pair) | Self::Es384(pair)) = self else {
            return Err(Misuse::BadKey(UNABLE));
        };
        let der = pair.to_pkcs8v1().map_err(|_| Misuse::BadKey(UNABLE))?;
        Ok(Secret::new(pem::written("PRIVATE KEY", der.as_ref())))
    }

    /// The public half of an EC key, its members in the order of RFC 7638 section 3.2.
    pub(crate) fn public_jwk(&self) -> Option<Value> {
        let (curve, pair) = match self {
            Self::Es256(pair) => ("P-256", pair),
            Self::Es384(pair) => ("P-384", pair),
            Self::Rsa(_) => return None,
        };
        // 4, x, y (SEC 1 section 2.3.3).
        let point = pair.public_key().as_ref().strip_prefix(&[4])?;
        let (x, y) = point.split_at_checked(point.len() / 2)?;
        let text = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        Some(json!({ "crv": curve, "kty": "EC", "x": text(x), "y": text(y) }))
    }

    /// The algorithm this key signs with unless told otherwise.
    pub(crate) fn algorithm(&self) -> SigningAlgorithm {
        match self {
            Self::Es256(_) => SigningAlgorithm::Es256,
            Self::Es384(_) => SigningAlgorithm::Es384,
            Self::Rsa(_) => SigningAlgorithm::Rs256,
        }
    }

    /// Whether this kind of key can sign with the algorithm.
    pub(super) fn can(&self, algorithm: SigningAlgorithm) -> bool {
        match algorithm {
            SigningAlgorithm::Ps256 => matches!(self, Self::Rsa(_)),
            other => other == self.algorithm(),
        }
    }

    /// Whether a certificate, in DER, is for this key: it holds the public key word for word.
    pub(super) fn is_of(&self, certificate: &[u8]) -> bool {
        let public = match self {
            Self::Es256(pair) | Self::Es384(pair) => pair.public_key().as_ref(),
            Self::Rsa(pair) => pair.public_key().as_ref(),
        };
        certificate
            .windows(public.len())
            .any(|window| window == public)
    }

    /// Signs. Except with RS256 no two signatures of one text are equal.
    pub(crate) fn sign(&self, algorithm: SigningAlgorithm, text: &[u8]) -> Result<Vec<u8>, Misuse> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) | Self::Es384(pair) => {
                let signed = pair.sign(&random, text);
                signed.map(|signature| signature.as_ref().to_vec())
            }
            Self::Rsa(pair) => {
                let padding = match algorithm {
                    SigningAlgorithm::Ps256 => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(padding, &random, text, &mut signature);
                signed.map(|()| signature)
            }
        }
        .map_err(|_| Misuse::BadKey(UNABLE))
    }

    fn rsa(pair: RsaKeyPair) -> Self {
        Self::Rsa(Arc::new(pair))
    }

    fn ec(der: &[u8]) -> Option<Self> {
        let read = |algorithm| EcdsaKeyPair::from_private_key_der(algorithm, der).ok();
        read(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map(|pair| Self::Es256(Arc::new(pair)))
            .or_else(|| {
                read(&ECDSA_P384_SHA384_FIXED_SIGNING).map(|pair| Self::Es384(Arc::new(pair)))
            })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ***)", self.algorithm())
    }
}

const NO_PEM: &str = "give a PEM text with a `PRIVATE KEY` block";
const ENCRYPTED: &str = "it is encrypted; decrypt it with `openssl pkey` first";
const UNKNOWN_KIND: &str = "RSA of 2048 to 8192 bits, P-256 and P-384 are possible";
const UNABLE: &str = "the cryptographic library does not sign with it";
