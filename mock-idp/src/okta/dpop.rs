//! Proof of possession: tokens that work in the hands of one key only (RFC 9449, developer.okta.com/docs/guides/dpop).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Algorithm;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::denial::{Named, OktaDenial, named};
use crate::directory::{Application, ClientKey, UnrequiredProof};
use crate::engine::Assertion;
use crate::inbound::Inbound;
use crate::ledger::NotUsable;
use crate::resource::Shown;
use crate::world::World;

/// What a challenge names, and metadata: whether or not the mock can check it.
pub(super) const ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const TAKEN: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
];
/// How old a proof may be.
const OLDEST: SignedDuration = SignedDuration::from_mins(5);
/// A nonce is good for the day in which it is given out, and three more.
const DAY: i64 = 86_400;
const FURTHER_DAYS: i64 = 3;
const NONCE_LENGTH: usize = 32;

/// The thumbprint of a key (RFC 7638).
pub(super) type Thumbprint = [u8; 32];

/// A proof that is good.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    pub(super) key: Thumbprint,
    /// The nonce to answer with.
    pub(super) nonce: String,
}

/// The proof of a token request, if its application has to show one or one counts anyway.
pub(super) fn proven(
    world: &World,
    inbound: &Inbound,
    application: &Application,
) -> Result<Option<Proof>, OktaDenial> {
    let counts = world.directory.okta.uncertain.unrequired_proof == UnrequiredProof::Bind;
    let is_shown = inbound.headers.contains_key(HEADER);
    let is_needed = application.okta.dpop_bound || (counts && is_shown);
    if !is_needed {
        return Ok(None);
    }
    let Some(proof) = only(&inbound.headers)? else {
        return Err(named("dpop_missing").into());
    };
    let (proof, key) = examined(world, inbound, proof)?;
    let nonce = nonce(world, 0);
    let shown = proof.claim("nonce").and_then(Value::as_str);
    let is_good = (0..=FURTHER_DAYS).any(|days| shown == Some(&self::nonce(world, days)));
    if !is_good {
        return Err(OktaDenial::NonceNeeded { nonce });
    }
    use_up(world, &proof, &key)?;
    Ok(Some(Proof { key, nonce }))
}

/// What a resource is shown, as if it were a bearer token: a bound token behind `DPoP` with its proof, an unbound one as it is.
pub(super) fn unwrapped(world: &World, inbound: &Inbound, shown: Shown) -> Result<Shown, Named> {
    if inbound.query_parameter("access_token").is_some() {
        return Err(named("access_token_in_query"));
    }
    let is_dpop = shown.scheme.eq_ignore_ascii_case("DPoP");
    if !is_dpop && !shown.scheme.eq_ignore_ascii_case("Bearer") {
        return Ok(shown);
    }
    let token = Assertion::parse(&shown.credential);
    let confirmed = token.as_ref().and_then(|token| token.claim("cnf"));
    let bound = confirmed.and_then(|claim| claim.get("jkt")?.as_str());
    let bound = match (bound, is_dpop) {
        (None, false) => return Ok(shown),
        (None, true) if token.is_none() => return Err(named("token_invalid")),
        (None, true) => return Err(named("access_token_not_dpop_bound")),
        (Some(_), false) => return Err(named("dpop_scheme")),
        (Some(bound), true) => bound,
    };
    let proof = only(&inbound.headers)?.ok_or_else(|| named("dpop_proof_required"))?;
    let (proof, key) = examined(world, inbound, proof)?;
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&shown.credential));
    if proof.claim("ath").and_then(Value::as_str) != Some(&hash) {
        return Err(named("dpop_ath"));
    }
    if URL_SAFE_NO_PAD.encode(key) != bound {
        return Err(named("token_invalid"));
    }
    use_up(world, &proof, &key)?;
    Ok(shown.into_bearer())
}

const HEADER: &str = "dpop";

/// The one proof of a request; none without the header.
fn only(headers: &HeaderMap) -> Result<Option<&str>, Named> {
    let mut proofs = headers.get_all(HEADER).iter();
    let Some(first) = proofs.next() else {
        return Ok(None);
    };
    if proofs.next().is_some() {
        return Err(named("dpop_several"));
    }
    // What is no text is no proof.
    Ok(Some(first.to_str().unwrap_or_default()))
}

/// Checks what a proof has to say wherever it is shown. The order is assumed.
fn examined(
    world: &World,
    inbound: &Inbound,
    proof: &str,
) -> Result<(Assertion, Thumbprint), Named> {
    let proof = Assertion::parse(proof).ok_or_else(|| named("dpop_signature"))?;
    let header = |name| proof.parameter(name).and_then(Value::as_str);
    if header("typ") != Some("dpop+jwt") {
        return Err(named("dpop_typ"));
    }
    let key = signed(&proof).ok_or_else(|| named("dpop_signature"))?;
    let text = |name| proof.claim(name).and_then(Value::as_str);
    if text("htm") != Some(inbound.method.as_str()) {
        return Err(named("dpop_htm"));
    }
    let meant = text("htu").unwrap_or_default();
    let meant = meant.split(['?', '#']).next().unwrap_or_default();
    if !inbound.urls(world).iter().any(|url| url == meant) {
        return Err(named("dpop_htu"));
    }
    let issued = proof.issued_at().ok_or_else(|| named("dpop_iat"))?;
    let now = world.clock.now();
    if now < issued {
        return Err(named("dpop_from_future"));
    }
    if OLDEST < now.duration_since(issued) {
        return Err(named("dpop_too_old"));
    }
    if text("jti").is_none_or(str::is_empty) {
        return Err(named("dpop_jti"));
    }
    Ok((proof, key))
}

/// The thumbprint of the key in a proof, if it has signed it.
fn signed(proof: &Assertion) -> Option<Thumbprint> {
    let algorithm = proof.taken_algorithm(&TAKEN).ok()?;
    let jwk = proof.parameter("jwk")?;
    let key = ClientKey::from_jwk(jwk.clone()).ok()?;
    let signs = key.algorithms().contains(&algorithm);
    (signs && proof.is_signed_by(key.verifying(), algorithm)).then_some(())?;
    thumbprint(jwk)
}

/// The hash of the members that make a key, in the order of their names.
fn thumbprint(jwk: &Value) -> Option<Thumbprint> {
    let names: &[&str] = match jwk.get("kty")?.as_str()? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => return None,
    };
    let members: Option<Vec<String>> = names
        .iter()
        .map(|name| Some(format!("\"{name}\":\"{}\"", jwk.get(name)?.as_str()?)))
        .collect();
    let text = format!("{{{}}}", members?.join(","));
    Some(Sha256::digest(text).into())
}

/// A proof counts once.
fn use_up(world: &World, proof: &Assertion, key: &Thumbprint) -> Result<(), Named> {
    let now = world.clock.now();
    let issued = proof.issued_at().unwrap_or(now);
    let end = issued.checked_add(OLDEST).unwrap_or(Timestamp::MAX);
    let whose = format!("dpop {}", URL_SAFE_NO_PAD.encode(key));
    let used = world
        .ledger
        .use_assertion(&whose, proof.id().unwrap_or_default(), end, now);
    used.map_err(|refused| match refused {
        NotUsable::Used => named("dpop_used"),
        NotUsable::NoRoom => named("temporarily_unavailable"),
    })
}

/// The nonce of today, or of so many days ago. Nobody has to remember them.
fn nonce(world: &World, days_ago: i64) -> String {
    let today = world.clock.now().as_second().div_euclid(DAY);
    let day = today - days_ago;
    let mut nonce = URL_SAFE_NO_PAD.encode(world.entropy.derived(&format!("DPoP nonce {day}")));
    nonce.truncate(NONCE_LENGTH);
    nonce
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7638 section 3.1.
    #[test]
    fn a_key_has_the_thumbprint_of_the_standard() {
        let jwk = json!({
            "kty": "RSA", "alg": "RS256", "kid": "2011-04-29", "e": "AQAB",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        let thumbprint = thumbprint(&jwk).map(|hash| URL_SAFE_NO_PAD.encode(hash));
        insta::assert_snapshot!(thumbprint.unwrap_or_default(), @"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }
}
