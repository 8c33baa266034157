//! Signed texts by which a client proves who it is, in place of a secret (RFC 7521, RFC 7523).

mod file;
mod key;
mod pem;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use self::file::AssertionFile;
use crate::clock::later;
use crate::entropy::random_text;
use crate::error::Misuse;
use crate::provider::Endpoint;
use crate::{Entropy, Secret};

pub use self::key::SigningAlgorithm;
pub(crate) use self::key::SigningKey;

/// How a client makes or gets the assertion it authenticates with
/// ([`ClientAuth::Assertion`](crate::ClientAuth::Assertion)).
///
/// | made by | as | `client_id` beside it | audience |
/// |---|---|---|---|
/// | [`certificate`](Self::certificate) | Entra wants it (Microsoft, certificate credentials) | yes | the token endpoint |
/// | [`private_key`](Self::private_key) | Okta wants it (`private_key_jwt`, OpenID Connect Core section 9) | no: Okta counts it as a second credential | the endpoint that is called |
/// | [`file`](Self::file) | a platform puts it there (Entra, workload identity federation) | yes | whatever it says |
///
/// Signed assertions are new for every request, retries included: Okta takes each `jti` once.
/// They are good for five minutes on the client's clock.
///
/// `Debug` shows no key.
#[derive(Clone)]
pub struct ClientAssertion(Kind);

#[derive(Clone)]
enum Kind {
    Signed(Box<Signer>),
    File(AssertionFile),
}

impl ClientAssertion {
    /// Signs with the private key of a certificate that is registered with Entra.
    ///
    /// The PEM text of the certificate may hold the chain above it; the first block counts. The
    /// header names the algorithm PS256 and the certificate by `x5t#S256`; with
    /// [`algorithm`](Self::algorithm) RS256 by `x5t`, which older servers want.
    ///
    /// # Errors
    /// [`Misuse`] if one of the texts cannot be read, the key is not RSA, or the two do not belong
    /// together.
    pub fn certificate(certificate: &str, private_key: &Secret) -> Result<Self, Misuse> {
        let key = SigningKey::from_pem(private_key)?;
        let blocks = pem::blocks(certificate).unwrap_or_default();
        let chain: Vec<_> = blocks
            .into_iter()
            .filter(|block| block.label == "CERTIFICATE")
            .map(|block| block.der.to_vec())
            .collect();
        let Some(first) = chain.first() else {
            return Err(Misuse::BadCertificate(
                "give PEM text with a `CERTIFICATE` block",
            ));
        };
        if !key.can(SigningAlgorithm::Ps256) {
            return Err(Misuse::BadKey("with a certificate it must be RSA"));
        }
        if !key.is_of(first) {
            return Err(Misuse::BadCertificate("the private key is that of another"));
        }
        Ok(Self(Kind::Signed(Box::new(Signer {
            algorithm: SigningAlgorithm::Ps256,
            key,
            name: KeyName::Certificate {
                chain,
                send_chain: false,
            },
            audience: None,
        }))))
    }

    /// Signs with a private key whose public half is registered with the provider: RS256 for an
    /// RSA key, ES256 for P-256, ES384 for P-384.
    ///
    /// # Errors
    /// [`Misuse`] if the PEM text cannot be read or holds another kind of key.
    pub fn private_key(private_key: &Secret) -> Result<Self, Misuse> {
        let key = SigningKey::from_pem(private_key)?;
        Ok(Self(Kind::Signed(Box::new(Signer {
            algorithm: key.algorithm(),
            key,
            name: KeyName::Id(None),
            audience: None,
        }))))
    }

    /// Takes the assertion from a file that somebody else keeps new, such as the service account
    /// token of Kubernetes (`AZURE_FEDERATED_TOKEN_FILE`).
    ///
    /// The file is read for every token request, so a new content is used at once. Space around
    /// the assertion is dropped. Nothing is read before the first request.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(AssertionFile::new(path.into())))
    }

    /// Signs with this algorithm instead.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if the key is of another kind, or if there is nothing to sign.
    pub fn algorithm(self, algorithm: SigningAlgorithm) -> Result<Self, Misuse> {
        let mut signer = self.into_signer()?;
        if !signer.key.can(algorithm) {
            return Err(Misuse::BadKey(
                "it is of another kind than the algorithm needs",
            ));
        }
        signer.algorithm = algorithm;
        Ok(Self(Kind::Signed(signer)))
    }

    /// Names the key by this `kid`, where the provider knows several. Okta's documentation asks
    /// for it then. A certificate is named by its thumbprint already.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if there is nothing to sign or the key has a certificate.
    pub fn key_id(self, kid: impl Into<String>) -> Result<Self, Misuse> {
        let mut signer = self.into_signer()?;
        if matches!(signer.name, KeyName::Certificate { .. }) {
            return Err(Misuse::BadKey(
                "its certificate names it; leave the key id out",
            ));
        }
        signer.name = KeyName::Id(Some(kid.into()));
        Ok(Self(Kind::Signed(signer)))
    }

    /// Sends the certificate with its chain (`x5c`): for registrations that trust a subject name
    /// and issuer in place of one certificate.
    ///
    /// # Errors
    /// [`Misuse::BadCertificate`] if there is no certificate.
    pub fn with_chain(mut self) -> Result<Self, Misuse> {
        if let Kind::Signed(signer) = &mut self.0
            && let KeyName::Certificate { send_chain, .. } = &mut signer.name
        {
            *send_chain = true;
            return Ok(self);
        }
        Err(Misuse::BadCertificate("there is none to send"))
    }

    /// Addresses the assertion to this audience instead: some servers want their issuer.
    ///
    /// # Errors
    /// [`Misuse::BadKey`] if there is nothing to sign.
    pub fn audience(self, audience: impl Into<String>) -> Result<Self, Misuse> {
        let mut signer = self.into_signer()?;
        signer.audience = Some(audience.into());
        Ok(Self(Kind::Signed(signer)))
    }

    /// Whether `client_id` goes beside it.
    pub(crate) fn names_client(&self) -> bool {
        match &self.0 {
            Kind::Signed(signer) => matches!(signer.name, KeyName::Certificate { .. }),
            Kind::File(_) => true,
        }
    }

    /// The assertion for one request of the client with this id.
    pub(crate) fn for_request(
        &self,
        client: &str,
        occasion: &Occasion<'_>,
    ) -> Result<Secret, Misuse> {
        match &self.0 {
            Kind::Signed(signer) => signer.sign(client, occasion),
            Kind::File(file) => file.read(),
        }
    }

    fn into_signer(self) -> Result<Box<Signer>, Misuse> {
        match self.0 {
            Kind::Signed(signer) => Ok(signer),
            Kind::File(_) => Err(Misuse::BadKey("an assertion from a file is signed already")),
        }
    }
}

impl fmt::Debug for ClientAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Signed(signer) => f
                .debug_struct("ClientAssertion")
                .field("algorithm", &signer.algorithm)
                .field("name", &signer.name)
                .field("audience", &signer.audience)
                .finish_non_exhaustive(),
            Kind::File(file) => f.debug_tuple("ClientAssertion").field(file).finish(),
        }
    }
}

/// What an assertion is made for, and when.
pub(crate) struct Occasion<'a> {
    pub(crate) token_endpoint: &'a Endpoint,
    /// The endpoint that is called.
    pub(crate) called: &'a Endpoint,
    pub(crate) now: Timestamp,
    pub(crate) entropy: &'a dyn Entropy,
}

/// A key, and how the server finds its public half.
#[derive(Clone)]
struct Signer {
    key: SigningKey,
    algorithm: SigningAlgorithm,
    name: KeyName,
    audience: Option<String>,
}

#[derive(Clone)]
enum KeyName {
    /// By a certificate in DER, with those above it.
    Certificate {
        chain: Vec<Vec<u8>>,
        send_chain: bool,
    },
    /// By `kid`, if the server needs one.
    Id(Option<String>),
}

/// Within what both vendors take: Entra advises five to ten minutes, Okta refuses more than an
/// hour.
const LIFETIME: Duration = Duration::from_secs(300);

impl Signer {
    /// Makes and signs a JSON Web Token (RFC 7515 section 7.1, RFC 7523 section 3).
    fn sign(&self, client: &str, occasion: &Occasion<'_>) -> Result<Secret, Misuse> {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = self.claims(client, occasion)?;
        let signed = format!("{}.{}", part(self.header()), part(claims));
        let signature = self.key.sign(self.algorithm, signed.as_bytes())?;
        Ok(Secret::new(format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(signature)
        )))
    }

    fn header(&self) -> Value {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!(self.algorithm.as_str()));
        header.insert("typ".to_owned(), json!("JWT"));
        match &self.name {
            KeyName::Certificate { chain, send_chain } => {
                if let Some(first) = chain.first() {
                    let (name, thumbprint) = thumbprint(self.algorithm, first);
                    header.insert(name.to_owned(), json!(thumbprint));
                }
                if *send_chain {
                    // Plain base64 with padding, unlike everything else here (RFC 7515 section
                    // 4.1.6).
                    let chain: Vec<_> = chain.iter().map(|der| STANDARD.encode(der)).collect();
                    header.insert("x5c".to_owned(), json!(chain));
                }
            }
            KeyName::Id(Some(kid)) => {
                header.insert("kid".to_owned(), json!(kid));
            }
            KeyName::Id(None) => {}
        }
        Value::Object(header)
    }

    /// One audience as a text: Entra refuses a list.
    fn claims(&self, client: &str, occasion: &Occasion<'_>) -> Result<Value, Misuse> {
        let has_certificate = matches!(self.name, KeyName::Certificate { .. });
        let audience = match &self.audience {
            Some(audience) => audience.clone(),
            None if has_certificate => occasion.token_endpoint.uri().to_string(),
            None => occasion.called.uri().to_string(),
        };
        let now = occasion.now.as_second();
        let mut claims = json!({
            "aud": audience,
            "iss": client,
            "sub": client,
            "jti": random_text::<16>(occasion.entropy)?,
            "exp": later(occasion.now, LIFETIME).as_second(),
        });
        if has_certificate {
            claims["nbf"] = json!(now);
            claims["iat"] = json!(now);
        }
        // Otherwise no `iat`: it may be left out, and Okta refuses one that lies ahead of its own
        // clock.
        Ok(claims)
    }
}

/// The header's name for a certificate, and the hash that stands there (RFC 7515 sections 4.1.7
/// and 4.1.8). Entra knows the older one by RS256.
fn thumbprint(algorithm: SigningAlgorithm, certificate: &[u8]) -> (&'static str, String) {
    let (name, hash) = match algorithm {
        SigningAlgorithm::Rs256 => ("x5t", &SHA1_FOR_LEGACY_USE_ONLY),
        _ => ("x5t#S256", &SHA256),
    };
    (name, URL_SAFE_NO_PAD.encode(digest(hash, certificate)))
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate { chain, send_chain } => {
                let first = chain.first().map_or(&[][..], Vec::as_slice);
                let (_, thumbprint) = thumbprint(SigningAlgorithm::Ps256, first);
                f.debug_struct("Certificate")
                    .field("sha256", &thumbprint)
                    .field("send_chain", send_chain)
                    .finish()
            }
            Self::Id(kid) => f.debug_tuple("Id").field(kid).finish(),
        }
    }
}

#[cfg(test)]
mod tests;
