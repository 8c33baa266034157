//! Client assertions: signed texts that a client shows in place of a secret (RFC 7521, RFC 7523).

use std::str::FromStr as _;
use std::time::Duration;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use super::assertion_fault::AssertionFault;
use super::request::TokenRequest;

/// `client_assertion_type` of a JSON Web Token (RFC 7523 section 2.2).
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Real clients pad what should not be padded.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// An assertion, taken apart and not yet believed. No `Debug`: it would show it.
pub(crate) struct Assertion {
    /// What the signature covers.
    signed: String,
    signature: Vec<u8>,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// `aud` of an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

impl Assertion {
    /// The assertion of a request that shows one, if it is of the type that its request says.
    pub(crate) fn of(request: &TokenRequest) -> Result<Self, AssertionFault> {
        if request.get("client_assertion_type") != Some(JWT_BEARER) {
            return Err(AssertionFault::Type);
        }
        let text = request.get("client_assertion").unwrap_or_default();
        Self::parse(text).ok_or(AssertionFault::Malformed)
    }

    /// Takes a JSON Web Token apart (RFC 7515 section 7.1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&BASE64URL.decode(part).ok()?).ok()
        };
        Some(Self {
            signed: signed.to_owned(),
            signature: BASE64URL.decode(signature).ok()?,
            header: object(header)?,
            claims: object(claims)?,
        })
    }

    /// Whether it says that it speaks for a user: an access token does by its scopes.
    pub(crate) fn speaks_for_user(&self) -> bool {
        self.claims.contains_key("scp")
    }

    pub(crate) fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    pub(crate) fn subject(&self) -> Option<&str> {
        self.claims.get("sub")?.as_str()
    }

    /// `aud`; none without it or where it is neither a text nor a list of texts.
    pub(crate) fn audience(&self) -> Option<Audience<'_>> {
        match self.claims.get("aud")? {
            Value::String(one) => Some(Audience::One(one)),
            Value::Array(several) => {
                let texts = several.iter().map(Value::as_str).collect::<Option<_>>();
                texts.map(Audience::Several)
            }
            _ => None,
        }
    }

    /// A claim by its name.
    pub(crate) fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// What its header says under a name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    /// `jti`.
    pub(crate) fn id(&self) -> Option<&str> {
        self.claims.get("jti")?.as_str()
    }

    /// `kid` of its header.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// The thumbprint of the certificate that its header names (RFC 7515 sections 4.1.7 and 4.1.8), base64url without padding
    /// however it was written: MSAL for Python pads it, and the Azure SDK for Rust writes plain base64.
    pub(crate) fn thumbprint(&self, name: &str) -> Option<String> {
        let sent = self.header.get(name)?.as_str()?;
        let plain = sent.trim_end_matches('=').replace('+', "-");
        Some(plain.replace('/', "_"))
    }

    /// The certificate that its header shows first, in base64 without what real clients put in between (RFC 7515 section 4.1.6).
    /// MSAL for Python sends line breaks.
    pub(crate) fn certificate(&self) -> Option<String> {
        let first = self.header.get("x5c")?.as_array()?.first()?.as_str()?;
        Some(first.split_ascii_whitespace().collect())
    }

    /// The algorithm as its header names it.
    pub(crate) fn algorithm(&self) -> &str {
        let named = self.header.get("alg").and_then(Value::as_str);
        named.unwrap_or_default()
    }

    /// `iat`.
    pub(crate) fn issued_at(&self) -> Option<Timestamp> {
        self.instant("iat")
    }

    /// `exp`, once it is known to lie ahead and `nbf` behind. `leeway` is how far ahead `nbf` may lie.
    pub(crate) fn timely(
        &self,
        now: Timestamp,
        leeway: Duration,
    ) -> Result<Timestamp, AssertionFault> {
        let not_before = self.instant("nbf");
        let expires = self.instant("exp").ok_or(AssertionFault::ExpiryMissing)?;
        if expires <= now {
            return Err(AssertionFault::Expired {
                not_before,
                expires,
            });
        }
        let latest = now.checked_add(leeway).unwrap_or(Timestamp::MAX);
        match not_before {
            Some(not_before) if latest < not_before => Err(AssertionFault::NotYetValid {
                not_before,
                expires,
            }),
            _ => Ok(expires),
        }
    }

    /// The algorithm, if it is one of those that are taken.
    pub(crate) fn taken_algorithm(&self, taken: &[Algorithm]) -> Result<Algorithm, AssertionFault> {
        let named = self.algorithm();
        Algorithm::from_str(named)
            .ok()
            .filter(|algorithm| taken.contains(algorithm))
            .ok_or_else(|| AssertionFault::Algorithm {
                algorithm: named.to_owned(),
            })
    }

    /// Whether its signature is that of a key.
    pub(crate) fn is_signed_by(&self, key: &DecodingKey, algorithm: Algorithm) -> bool {
        // The provider is named here instead of left to the process, which may have installed another or two.
        let factory = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.verifier_factory;
        factory(&algorithm, key).is_ok_and(|verifier| {
            let signed = self.signed.as_bytes();
            verifier.verify(signed, &self.signature).is_ok()
        })
    }

    /// An instant in seconds since 1970. MSAL for Python sends fractions.
    fn instant(&self, name: &str) -> Option<Timestamp> {
        let seconds = self.claims.get(name)?;
        if let Some(whole) = seconds.as_i64() {
            return Timestamp::from_second(whole).ok();
        }
        let milliseconds = (seconds.as_f64()? * 1000.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast saturates, and what is too far away is no instant"
        )]
        let milliseconds = milliseconds as i64;
        Timestamp::from_millisecond(milliseconds).ok()
    }
}

impl Audience<'_> {
    /// Whether it names what `is_ours` knows, alone or among others.
    pub(crate) fn names(&self, is_ours: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(one) => is_ours(one),
            Self::Several(several) => several.iter().any(|one| is_ours(one)),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn assertion(header: &Value, claims: &Value) -> Assertion {
        let part = |part: &Value| URL_SAFE.encode(part.to_string());
        let text = format!("{}.{}.c2ln", part(header), part(claims));
        Assertion::parse(&text).expect("it is well-formed")
    }

    fn claims(claims: &Value) -> Assertion {
        assertion(&json!({ "alg": "RS256" }), claims)
    }

    #[test]
    fn a_thumbprint_is_known_in_every_spelling() {
        let digest = [0xfb; 20];
        let plain = URL_SAFE_NO_PAD.encode(digest);
        for spelling in [
            STANDARD.encode(digest),
            URL_SAFE.encode(digest),
            plain.clone(),
        ] {
            let assertion = assertion(&json!({ "x5t": spelling }), &json!({}));
            assert_eq!(assertion.thumbprint("x5t").as_ref(), Some(&plain));
        }
    }

    #[test]
    fn it_is_valid_from_its_beginning_to_its_end() {
        let at = |second| Timestamp::from_second(second).expect("an instant");
        let told = |claims_of: Value, now, leeway| {
            let timely = claims(&claims_of).timely(at(now), Duration::from_secs(leeway));
            timely.map_err(|fault| match fault {
                AssertionFault::Expired { .. } => "expired",
                AssertionFault::NotYetValid { .. } => "not yet valid",
                AssertionFault::ExpiryMissing => "without end",
                _ => "another",
            })
        };
        let window = || json!({ "nbf": 100, "exp": 200.5 });
        assert_eq!(told(window(), 99, 0), Err("not yet valid"));
        assert_eq!(
            told(window(), 99, 1).map(Timestamp::as_millisecond),
            Ok(200_500)
        );
        assert!(told(window(), 200, 0).is_ok());
        assert_eq!(told(window(), 201, 0), Err("expired"));
        assert_eq!(told(json!({ "exp": 200 }), 200, 60), Err("expired"));
        for no_instant in [json!("200"), json!(null), json!(1e300), json!(-1e300)] {
            assert_eq!(told(json!({ "exp": no_instant }), 0, 0), Err("without end"));
        }
    }

    #[test]
    fn an_algorithm_is_taken_or_named() {
        let algorithm = |header: Value| {
            let taken = assertion(&header, &json!({})).taken_algorithm(&[Algorithm::RS256]);
            taken.map_err(|fault| format!("{fault:?}"))
        };
        assert_eq!(algorithm(json!({ "alg": "RS256" })), Ok(Algorithm::RS256));
        insta::assert_snapshot!(algorithm(json!({ "alg": "none" })).unwrap_err(), @r#"Algorithm { algorithm: "none" }"#);
        insta::assert_snapshot!(algorithm(json!({ "alg": "PS256" })).unwrap_err(), @r#"Algorithm { algorithm: "PS256" }"#);
        insta::assert_snapshot!(algorithm(json!({})).unwrap_err(), @r#"Algorithm { algorithm: "" }"#);
    }

    #[test]
    fn an_audience_is_one_text_or_several() {
        let ours = |aud: Value| {
            let assertion = claims(&json!({ "aud": aud }));
            assertion.audience().map(|aud| aud.names(|one| one == "us"))
        };
        assert_eq!(ours(json!("us")), Some(true));
        assert_eq!(ours(json!("them")), Some(false));
        assert_eq!(ours(json!(["them", "us"])), Some(true));
        assert_eq!(ours(json!([])), Some(false));
        assert_eq!(ours(json!(["us", 1])), None);
        assert_eq!(ours(json!(1)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_or_refused(text in "\\PC*") {
            let _ = Assertion::parse(&text);
        }

        #[test]
        fn any_claims_are_read(exp: f64, nbf: i64, at in -1_000_000_000_i64..10_000_000_000) {
            let now = Timestamp::from_second(at).expect("an instant");
            let assertion = claims(&json!({ "exp": exp, "nbf": nbf }));
            if let Ok(expires) = assertion.timely(now, Duration::ZERO) {
                prop_assert!(now < expires);
            }
        }
    }
}
