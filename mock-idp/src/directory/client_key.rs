//! Public keys that clients sign their assertions with, as a JSON Web Key Set.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::certificate::LEAST_RSA_BITS;

/// A JSON Web Key Set (RFC 7517 section 5).
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    /// Its keys. Each may sign.
    pub keys: Vec<ClientKey>,
}

impl KeySet {
    /// Whether there is no key in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that an assertion with this `kid` may be signed with: the one of that name, or without a name all of them.
    pub(crate) fn candidates<'k>(
        &'k self,
        kid: Option<&'k str>,
    ) -> impl Iterator<Item = &'k ClientKey> {
        self.keys
            .iter()
            .filter(move |key| kid.is_none() || key.kid() == kid)
    }
}

/// A public key: RSA of at least 2048 bits, or on the curves P-256 and P-384 (RFC 7518 section 6).
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct ClientKey {
    jwk: Value,
    kid: Option<String>,
    verifying: DecodingKey,
    algorithms: &'static [Algorithm],
}

/// A key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadClientKey {
    /// Not a key.
    #[error(
        "this is no public key as RFC 7517 has it; it is a map with `kty` and, for RSA, `n` and `e`, or, for EC, `crv`, `x` and `y`"
    )]
    NotAKey,
    /// A private key.
    #[error("this is a private key; leave `{0}` out and publish the public half only")]
    Private(&'static str),
    /// A key of a kind that is not supported.
    #[error("a key of this kind cannot be used; take RSA, or EC on P-256 or P-384")]
    Kind,
    /// Too easily broken.
    #[error("the RSA key has {0} bits; take one of at least {LEAST_RSA_BITS}")]
    Weak(usize),
}

impl ClientKey {
    /// Reads a public key.
    ///
    /// # Errors
    ///
    /// [`BadClientKey`] if it is none, is private, of another kind than RSA, P-256 and P-384, or weak.
    pub fn from_jwk(jwk: Value) -> Result<Self, BadClientKey> {
        const PRIVATE: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];
        if let Some(name) = PRIVATE.into_iter().find(|name| jwk.get(name).is_some()) {
            return Err(BadClientKey::Private(name));
        }
        let parsed: Jwk = serde_json::from_value(jwk.clone()).map_err(|_| BadClientKey::NotAKey)?;
        let algorithms: &'static [Algorithm] = match &parsed.algorithm {
            AlgorithmParameters::RSA(rsa) => {
                let modulus = URL_SAFE_NO_PAD
                    .decode(&rsa.n)
                    .map_err(|_| BadClientKey::NotAKey)?;
                let bits = bits(&modulus);
                if bits < LEAST_RSA_BITS {
                    return Err(BadClientKey::Weak(bits));
                }
                &RSA
            }
            AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
                jsonwebtoken::jwk::EllipticCurve::P256 => &[Algorithm::ES256],
                jsonwebtoken::jwk::EllipticCurve::P384 => &[Algorithm::ES384],
                _ => return Err(BadClientKey::Kind),
            },
            _ => {
                let kind = jwk.get("kty").and_then(Value::as_str);
                return Err(match kind {
                    // It lacks something.
                    None | Some("RSA" | "EC") => BadClientKey::NotAKey,
                    Some(_) => BadClientKey::Kind,
                });
            }
        };
        let verifying = DecodingKey::from_jwk(&parsed).map_err(|_| BadClientKey::NotAKey)?;
        Ok(Self {
            kid: parsed.common.key_id,
            jwk,
            verifying,
            algorithms,
        })
    }

    /// Its key id.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// What its signatures are checked with.
    pub(crate) fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }

    /// The algorithms that it can sign with.
    pub(crate) fn algorithms(&self) -> &'static [Algorithm] {
        self.algorithms
    }
}

const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

fn bits(number: &[u8]) -> usize {
    let significant = number
        .iter()
        .position(|byte| *byte != 0)
        .map_or(&[][..], |at| &number[at..]);
    match significant {
        [] => 0,
        [first, ..] => significant.len() * 8 - first.leading_zeros() as usize,
    }
}

impl TryFrom<Value> for ClientKey {
    type Error = BadClientKey;

    fn try_from(jwk: Value) -> Result<Self, BadClientKey> {
        Self::from_jwk(jwk)
    }
}

impl From<ClientKey> for Value {
    fn from(key: ClientKey) -> Self {
        key.jwk
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl JsonSchema for ClientKey {
    fn schema_name() -> Cow<'static, str> {
        "ClientKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A public JSON Web Key (RFC 7517): RSA of at least 2048 bits, or EC on P-256 or P-384.",
            "type": "object",
            "properties": {
                "kty": { "description": "The kind of the key.", "enum": ["RSA", "EC"] },
                "kid": { "description": "The id that assertions name it by.", "type": "string" },
                "use": { "description": "What it is for.", "const": "sig" },
                "alg": { "description": "The algorithm it signs with.", "type": "string" },
                "n": { "description": "RSA: the modulus, base64url.", "type": "string" },
                "e": { "description": "RSA: the exponent, base64url.", "type": "string" },
                "crv": { "description": "EC: the curve.", "enum": ["P-256", "P-384"] },
                "x": { "description": "EC: the first coordinate, base64url.", "type": "string" },
                "y": { "description": "EC: the second coordinate, base64url.", "type": "string" },
            },
            "required": ["kty"],
            "not": { "required": ["d"] },
        })
    }
}
