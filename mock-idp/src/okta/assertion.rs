//! `private_key_jwt` as Okta checks it (developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth).

use std::time::Duration;

use jsonwebtoken::Algorithm;

use super::denial::OktaDenial;
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
    signed(&assertion, claimed)?;
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

/// Checks the signature with the key that the assertion names, or with each if it names none: SDKs leave `kid` out.
fn signed(assertion: &Assertion, claimed: &Claimed<'_>) -> Result<(), AssertionFault> {
    let application = claimed.application;
    let client = || application.id.clone();
    let algorithm = assertion.taken_algorithm(&TAKEN)?;
    if application.jwks.is_empty() {
        return Err(AssertionFault::NoKeys { client: client() });
    }
    let key = || assertion.kid().unwrap_or_default().to_owned();
    let mut candidates = application.jwks.candidates(assertion.kid()).peekable();
    if candidates.peek().is_none() {
        return Err(AssertionFault::KeyUnknown {
            client: client(),
            key: key(),
        });
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
        })
    }
}
