//! Mutants by proof: clients whose tokens are bound to a key, each with one thing wrong in what they prove.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header};
use serde_json::Value;
use token_client::{Clock, DpopKey, Secret, SystemEntropy};

use super::requests::form;
use super::rewriting::{At, Opened, asking, reading};
use crate::contender::Setup;

const PROOF: &str = "dpop";
const NONCE: &str = "dpop-nonce";

/// Proves that it has the key, and not for which token.
pub(super) fn omits_token_hash(setup: Setup) -> Opened {
    let (key, clock) = (setup.dpop.clone(), setup.clock.clone());
    asking(setup, At::Resource, move |request| {
        if let Some(key) = &key {
            prove(request, key, None, &clock);
        }
    })
}

/// Refreshes with another key than the one that its tokens are bound to.
pub(super) fn changes_key(setup: Setup) -> Opened {
    let other = DpopKey::generate().map_err(|misuse| misuse.to_string())?;
    let clock = setup.clock.clone();
    asking(setup, At::Token, move |request| {
        if form(request).contains("grant_type=refresh_token") {
            prove(request, &other, None, &clock);
        }
    })
}

/// Shows the proof of its first call with a token in all others with that token.
pub(super) fn repeats_proof(setup: Setup) -> Opened {
    let first: Mutex<Option<(HeaderValue, HeaderValue)>> = Mutex::default();
    asking(setup, At::Resource, move |request| {
        let headers = request.headers_mut();
        let shown = headers.get(header::AUTHORIZATION).cloned();
        let Some((token, proof)) = shown.zip(headers.get(PROOF).cloned()) else {
            return;
        };
        // Nothing under this lock panics.
        let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
        match &*first {
            Some((known, proof)) if *known == token => {
                headers.insert(PROOF, proof.clone());
            }
            _ => *first = Some((token, proof)),
        }
    })
}

/// Does not look for a nonce in refusals, nor anywhere else.
pub(super) fn ignores_nonce(setup: Setup) -> Opened {
    reading(setup, At::Token, |response| {
        response.headers_mut().remove(NONCE);
    })
}

/// Learns of a new nonce only when the old one is refused.
pub(super) fn keeps_old_nonce(setup: Setup) -> Opened {
    reading(setup, At::Token, |response| {
        if response.status().is_success() {
            response.headers_mut().remove(NONCE);
        }
    })
}

/// Shows a bound token as if whoever has it could use it.
pub(super) fn shows_bound_as_bearer(setup: Setup) -> Opened {
    asking(setup, At::Resource, |request| {
        let Some(token) = bound_token(request.headers()) else {
            return;
        };
        // What was a header value is one.
        if let Ok(bearer) = HeaderValue::try_from(format!("Bearer {token}")) {
            request.headers_mut().insert(header::AUTHORIZATION, bearer);
            request.headers_mut().remove(PROOF);
        }
    })
}

/// Puts another proof in the place of the one that a request has: for the same nonce, with this key and for this token.
fn prove(
    request: &mut Request<Bytes>,
    key: &DpopKey,
    token: Option<&Secret>,
    clock: &Arc<dyn Clock>,
) {
    let nonce = request.headers().get(PROOF).and_then(nonce);
    let (method, uri) = (request.method(), request.uri());
    let entropy = SystemEntropy;
    let proof = key.proof(method, uri, nonce.as_deref(), token, clock.now(), &entropy);
    if let Ok(proof) = proof {
        request.headers_mut().insert(PROOF, proof);
    }
}

/// The nonce in a proof.
fn nonce(proof: &HeaderValue) -> Option<String> {
    let claims = proof.to_str().ok()?.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Some(claims["nonce"].as_str()?.to_owned())
}

fn bound_token(headers: &HeaderMap) -> Option<String> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = shown.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("DPoP")
        .then(|| token.to_owned())
}
