//! What a resource of Okta's answers to a token that it does not take: no body, all is in the challenge.

use super::denial::{Named, named};
use super::dpop;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::resource::Trouble;
use crate::world::World;

/// The error for a token that is none, or none for Okta.
pub(super) fn about(trouble: Trouble) -> Named {
    match trouble {
        Trouble::Expired => named("token_expired"),
        Trouble::Revoked => named("token_revoked"),
        Trouble::Audience | Trouble::Issuer => named("token_not_for_okta"),
        Trouble::Missing => named("access_token_missing"),
        Trouble::NotAToken | Trouble::Algorithm | Trouble::Signature | Trouble::NotYetValid => {
            named("token_invalid")
        }
    }
}

/// The answer, with the scope that the call needs.
pub(super) fn challenge(world: &World, inbound: &Inbound, scope: &str, refused: &Named) -> Reply {
    // The challenge names http URLs even where all is https: so does Okta.
    let host = world
        .origin(Origin::Org)
        .split("://")
        .nth(1)
        .unwrap_or_default();
    let (error, description) = refused.text();
    let scheme = match refused.is_about_a_proof() {
        true => format!("DPoP algs=\"{}\", ", dpop::ALGORITHMS.join(" ")),
        false => "Bearer ".to_owned(),
    };
    let path = inbound.uri.path();
    let value = format!(
        "{scheme}authorization_uri=\"http://{host}/oauth2/v1/authorize\", realm=\"http://{host}\", scope=\"{scope}\", error=\"{error}\", error_description=\"{description}\", resource=\"{path}\""
    );
    let mut reply = Reply::empty(refused.status()).with_error(error, None);
    reply.set_header("www-authenticate", &value);
    reply.set_header("access-control-expose-headers", "WWW-Authenticate");
    reply
}
