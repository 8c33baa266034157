//! Who sends a request, and whether it shows what it should (developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth).

use http::Method;

use super::assertion;
use super::denial::{OktaDenial, named};
use super::network;
use crate::directory::{Application, ClientAuthMethod};
use crate::engine::{self, Basic, Claimed, Denial, TokenRequest};
use crate::inbound::Inbound;
use crate::world::World;

/// The application that sent a request, once the form of it and the credential are right.
pub(super) fn authenticated<'w>(
    world: &'w World,
    inbound: &Inbound,
    request: &TokenRequest,
) -> Result<Claimed<'w>, OktaDenial> {
    if inbound.method != Method::POST {
        return Err(Denial::MethodNotAllowed {
            method: inbound.method.to_string(),
        }
        .into());
    }
    if request.malformed {
        return Err(Denial::Malformed.into());
    }
    if let Some(name) = request.repeated().into_iter().next() {
        return Err(Denial::ParameterRepeated(name).into());
    }
    if request.in_query("client_id") || request.in_query("client_secret") {
        return Err(OktaDenial::CredentialsInQuery);
    }
    if counts_as_several(world, request) {
        return Err(Denial::CredentialsSeveral.into());
    }
    let claimed = engine::identify(request, &world.directory.okta.applications)?;
    if !claimed.application.enabled {
        return Err(Denial::AppDisabled {
            client: claimed.application.id.clone(),
        }
        .into());
    }
    if !is_its_method(request, claimed.application) {
        return Err(Denial::CredentialUnexpected.into());
    }
    claimed.verify(world.clock.now(), || {
        assertion::verify(world, inbound, request, &claimed)
    })?;
    if !network::lets_in(world, &claimed.application.okta.network, inbound) {
        return Err(named("network_zone_denied").into());
    }
    Ok(claimed)
}

/// A client id in the body beside a Basic header, or beside an assertion, is a second credential.
fn counts_as_several(world: &World, request: &TokenRequest) -> bool {
    let uncertain = &world.directory.okta.uncertain;
    let asserts =
        request.get("client_assertion").is_some() && !uncertain.client_id_beside_assertion;
    let beside = request.basic.is_some() || asserts;
    request.auth_methods().len() > 1 || (beside && request.get("client_id").is_some())
}

/// Whether a request authenticates as its application is set up to.
fn is_its_method(request: &TokenRequest, application: &Application) -> bool {
    let Some(method) = application.okta.auth_method else {
        return true;
    };
    let asserts = request.get("client_assertion").is_some();
    match method {
        ClientAuthMethod::ClientSecretBasic => matches!(request.basic, Some(Basic::Pair { .. })),
        ClientAuthMethod::ClientSecretPost => request.get("client_secret").is_some(),
        ClientAuthMethod::ClientSecretJwt | ClientAuthMethod::PrivateKeyJwt => asserts,
    }
}
