//! The token endpoint: Okta's order of checks around the engine.

use http::header;

use super::client::authenticated;
use super::denial::{GRANTS, OktaDenial, named, told};
use super::issuing::{by_password, refresh_value, reply, terms};
use super::scope::{self, unconsented};
use super::server::Server;
use super::{assigned, authorize, device, dpop, exchange, jwt_bearer, password, refresh};
use crate::directory::{ApplicationType, GrantType};
use crate::engine::{self, Claimed, Denial, Grant, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::Manner;
use crate::reply::Reply;
use crate::world::World;

/// Grants whose names are taken beside those of the standard that both vendors have.
const FURTHER: [(&str, GrantType); 3] = [
    ("authorization_code", GrantType::AuthorizationCode),
    (
        "urn:ietf:params:oauth:grant-type:token-exchange",
        GrantType::TokenExchange,
    ),
    (
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        GrantType::OnBehalfOf,
    ),
];

/// Answers a token request.
pub(super) fn answer(world: &World, inbound: &Inbound, request: &TokenRequest) -> Reply {
    granted(world, inbound, request).unwrap_or_else(|denial| denial.render(world))
}

/// Okta checks the form of the request, then the client, then the grant and the proof of its key, then the scopes.
fn granted(world: &World, inbound: &Inbound, request: &TokenRequest) -> Result<Reply, OktaDenial> {
    let server = Server::of(world, inbound)?;
    let claimed = authenticated(world, inbound, request)?;
    let kind = engine::requested(request, &claimed, &FURTHER)?;
    if inbound.headers.contains_key(header::ORIGIN) {
        from_a_browser(request, kind)?;
    }
    let proof = dpop::proven(world, inbound, claimed.application)?;
    let key = proof.as_ref().map(|proof| proof.key);
    let manner = Manner {
        key,
        ..by_password(world)
    };
    let mut grant = match kind {
        GrantType::ClientCredentials => app_only(world, request, server, &claimed)?,
        GrantType::Password => {
            let application = claimed.application;
            let scope = scope::of_user(request.scope(), server, application)?;
            let user = password::user(world, inbound, request)?;
            if application.okta.passwords_denied {
                return Err(named("password_auth_denied_policy").into());
            }
            allowed(world, server, &claimed, &user.id, &scope)?;
            let terms = terms(world, server, application, kind, scope, manner)?;
            let make = || refresh_value(world);
            let now = world.clock.now();
            engine::signed_in(request, &claimed, user, terms, &world.ledger, now, make)
        }
        GrantType::RefreshToken => refresh::granted(world, request, server, &claimed, key)?,
        GrantType::DeviceCode => device::redeemed(world, request, server, &claimed, key)?,
        GrantType::AuthorizationCode => authorize::redeemed(world, request, server, &claimed, key)?,
        GrantType::TokenExchange => exchange::granted(world, request, server, &claimed)?,
        GrantType::OnBehalfOf => jwt_bearer::granted(world, request, server, &claimed)?,
    };
    grant.sign_in.manner.key = key;
    let mut reply = match kind {
        GrantType::TokenExchange => exchange::reply(world, server, &grant),
        _ => reply(world, server, &grant),
    };
    if let Some(proof) = proof {
        reply.set_header("dpop-nonce", &proof.nonce);
    }
    Ok(reply)
}

/// What a script in a browser may not ask for: it would have to keep a secret.
fn from_a_browser(request: &TokenRequest, kind: GrantType) -> Result<(), OktaDenial> {
    if kind == GrantType::AuthorizationCode && request.get("code_verifier").is_none() {
        return Err(named("browser_without_pkce").into());
    }
    let keeps = request
        .scope()
        .iter()
        .any(|scope| scope == "offline_access");
    let begins = !matches!(kind, GrantType::AuthorizationCode | GrantType::RefreshToken);
    if keeps && begins {
        return Err(named("browser_offline_access").into());
    }
    Ok(())
}

fn app_only(
    world: &World,
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
) -> Result<Grant, OktaDenial> {
    let application = claimed.application;
    if matches!(server, Server::Org) {
        if request.get("client_assertion").is_none() || application.jwks.is_empty() {
            return Err(OktaDenial::OrgTakesNoSecret);
        }
        if application.application_type() != ApplicationType::Service {
            return Err(named("org_service_only").into());
        }
    }
    let scope = scope::app_only(request.scope(), server, application)?;
    let kind = GrantType::ClientCredentials;
    let terms = terms(world, server, application, kind, scope, Manner::default())?;
    Ok(engine::client_credentials(request, claimed, terms))
}

/// Whether a user may sign in to the application, and the user, or an administrator for everybody, has allowed it these scopes.
pub(super) fn allowed(
    world: &World,
    server: Server<'_>,
    claimed: &Claimed<'_>,
    user: &str,
    scopes: &[String],
) -> Result<(), OktaDenial> {
    let application = claimed.application;
    assigned::let_in(world, application, user)?;
    match unconsented(world, server, application, user, scopes).is_empty() {
        true => Ok(()),
        false => Err(Denial::ConsentMissing {
            client: application.id.clone(),
        }
        .into()),
    }
}

/// The refusal of a grant that this server does not have.
pub(super) fn unsupported() -> OktaDenial {
    told("unsupported_grant_type", "grants", GRANTS).into()
}
