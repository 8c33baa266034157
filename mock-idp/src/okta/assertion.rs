//! `private_key_jwt` and `client_secret_jwt` as Okta checks them
//! (developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth).

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey};

use super::denial::{OktaDenial, named};
use crate::directory::{Application, ClientAuthMethod};
use crate::engine::{Assertion, AssertionFault, Claimed, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::NotUsable;
use crate::world::World;

/// How far ahead an assertion may expire.
const LONGEST: Duration = Duration::from_secs(3600);
const TAKEN: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
];

/// Checks the assertion of a request. The order of the checks is assumed; that its id is used up last is not: SDKs send the
/// same assertion again after a 429.
pub(super) fn verify(
    world: &World,
    inbound: &Inbound,
    request: &TokenRequest,
    claimed: &Claimed<'_>,
) -> Result<(), OktaDenial> {
    let assertion = Assertion::of(request)?;
    let application = claimed.application;
    if assertion.issuer() != Some(&application.id) {
        return Err(AssertionFault::Issuer.into());
    }
    if assertion.subject() != Some(&application.id) {
        return Err(AssertionFault::Subject.into());
    }
    let invoked = inbound.urls(world);
    let is_invoked = |audience: &str| invoked.iter().any(|url| url == audience);
    if !assertion
        .audience()
        .is_some_and(|audience| audience.names(is_invoked))
    {
        return Err(AssertionFault::Audience.into());
    }
    let now = world.clock.now();
    let expires = assertion.timely(now, Duration::ZERO)?;
    if now
        .checked_add(LONGEST)
        .is_ok_and(|latest| latest < expires)
    {
        return Err(OktaDenial::AssertionTooLong);
    }
    if assertion.issued_at().is_some_and(|issued| now < issued) {
        return Err(OktaDenial::AssertionFromFuture);
    }
    match is_by_secret(&assertion) {
        true => signed_with_secret(world, &assertion, application)?,
        false => signed(world, &assertion, application)?,
    }
    match assertion.id() {
        Some(id) => world
            .ledger
            .use_assertion(&application.id, id, expires, now)
            .map_err(|refused| match refused {
                NotUsable::Used => OktaDenial::AssertionUsed,
                NotUsable::NoRoom => OktaDenial::AssertionsTooMany,
            }),
        None => Ok(()),
    }
}

/// Whether an assertion says that it is signed with a secret.
pub(super) fn is_by_secret(assertion: &Assertion) -> bool {
    assertion.algorithm().starts_with("HS")
}

/// Checks the signature with the key that the assertion names, or with each if it names none: SDKs leave `kid` out.
pub(super) fn signed(
    world: &World,
    assertion: &Assertion,
    application: &Application,
) -> Result<(), OktaDenial> {
    let client = || application.id.clone();
    let algorithm = assertion.taken_algorithm(&TAKEN)?;
    if application.okta.auth_method == Some(ClientAuthMethod::ClientSecretJwt) {
        return Err(named("assertion_algorithm").into());
    }
    let keys = &application.jwks;
    if keys.is_empty() && application.okta.jwks_uri.is_some() {
        return Err(named("jwks_uri_unreachable").into());
    }
    if keys.is_empty() {
        return Err(AssertionFault::NoKeys { client: client() }.into());
    }
    let key = || assertion.kid().unwrap_or_default().to_owned();
    let must_name = world.directory.okta.uncertain.kid_required && keys.keys.len() > 1;
    let mut candidates = keys.candidates(assertion.kid()).peekable();
    if candidates.peek().is_none() || (must_name && assertion.kid().is_none()) {
        return Err(AssertionFault::KeyUnknown {
            client: client(),
            key: key(),
        }
        .into());
    }
    let is_signed = candidates.any(|known| {
        known.algorithms().contains(&algorithm)
            && assertion.is_signed_by(known.verifying(), algorithm)
    });
    if is_signed {
        Ok(())
    } else {
        Err(AssertionFault::Signature {
            client: client(),
            key: key(),
        }
        .into())
    }
}

/// Checks the signature with each secret that is valid now.
fn signed_with_secret(
    world: &World,
    assertion: &Assertion,
    application: &Application,
) -> Result<(), OktaDenial> {
    const BY_SECRET: [Algorithm; 3] = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
    let algorithm = assertion.taken_algorithm(&BY_SECRET)?;
    if application.okta.auth_method == Some(ClientAuthMethod::PrivateKeyJwt) {
        return Err(named("assertion_algorithm").into());
    }
    let least = match algorithm {
        Algorithm::HS384 => 48,
        Algorithm::HS512 => 64,
        _ => 32,
    };
    let now = world.clock.now();
    let valid = application.secrets.iter();
    let valid: Vec<&[u8]> = valid
        .filter(|secret| secret.is_valid_at(now))
        .map(|secret| secret.value.reveal().as_bytes())
        .collect();
    if !valid.is_empty() && valid.iter().all(|secret| secret.len() < least) {
        return Err(named("assertion_secret_too_short").into());
    }
    let is_signed = valid
        .iter()
        .filter(|secret| secret.len() >= least)
        .any(|secret| assertion.is_signed_by(&DecodingKey::from_secret(secret), algorithm));
    if is_signed {
        Ok(())
    } else {
        Err(named("assertion_signature").into())
    }
}
