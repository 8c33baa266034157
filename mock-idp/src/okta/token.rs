//! The token endpoint: Okta's order of checks around the engine, and its answer.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;

use super::assertion;
use super::consent;
use super::denial::OktaDenial;
use super::device;
use super::policy;
use super::server::Server;
use super::tokens;
use crate::directory::{GrantType, Lifetimes, Platform, RotationMode};
use crate::engine::{self, Claimed, Denial, Grant, Terms, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::{Manner, RefreshLifetime, usual_rotation};
use crate::lenient;
use crate::reply::Reply;
use crate::world::World;

/// What access tokens live unless a policy says otherwise.
const ACCESS_LIFETIME: Duration = Duration::from_secs(3600);
/// Refresh tokens of custom servers die after 7 days without use; the org's after 90 days.
const CUSTOM_REFRESH_IDLE: Duration = Duration::from_secs(7 * 24 * 3600);
const ORG_REFRESH_ABSOLUTE: Duration = Duration::from_secs(90 * 24 * 3600);
/// Scopes that only make sense for a user.
pub(super) const FOR_USERS: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

/// Answers a token request.
pub(super) fn answer(world: &World, inbound: &Inbound, request: &TokenRequest) -> Reply {
    granted(world, inbound, request).unwrap_or_else(|denial| denial.render(world))
}

/// Okta checks the form of the request, then the client, then the grant, then the scopes.
fn granted(world: &World, inbound: &Inbound, request: &TokenRequest) -> Result<Reply, OktaDenial> {
    let server = Server::of(world, inbound)?;
    let claimed = authenticated(world, inbound, request)?;
    let now = world.clock.now();
    let grant = match engine::requested(request, &claimed, &[])? {
        GrantType::ClientCredentials => {
            if matches!(server, Server::Org) && request.get("client_assertion").is_none() {
                return Err(OktaDenial::OrgTakesNoSecret);
            }
            let scope = app_only_scope(request, server, &claimed)?;
            let terms = terms(world, server, &claimed, GrantType::ClientCredentials, scope)?;
            engine::client_credentials(request, &claimed, terms)
        }
        GrantType::Password => {
            let scope = user_scope(request, server, &claimed)?;
            consent::given_if_required(&scope, &claimed)?;
            let user = engine::user_by_password(request, &world.directory.okta.users)?;
            let terms = terms(world, server, &claimed, GrantType::Password, scope)?;
            engine::signed_in(request, &claimed, user, terms, &world.ledger, now, || {
                refresh_value(world)
            })
        }
        GrantType::RefreshToken => refreshed(world, request, server, &claimed)?,
        GrantType::DeviceCode => device::redeemed(world, request, server, &claimed)?,
        // Not played yet; and no name of them is taken.
        GrantType::AuthorizationCode | GrantType::OnBehalfOf => {
            return Err(Denial::GrantUnsupported {
                grant: request.require("grant_type")?.to_owned(),
            }
            .into());
        }
    };
    Ok(reply(world, server, &grant))
}

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
    // A client id in the body beside Basic counts as a second credential.
    if request.auth_methods().len() > 1
        || (request.basic.is_some() && request.get("client_id").is_some())
    {
        return Err(Denial::CredentialsSeveral.into());
    }
    let claimed = engine::identify(request, &world.directory.okta.applications)?;
    if !claimed.application.enabled {
        return Err(Denial::AppDisabled {
            client: claimed.application.id.clone(),
        }
        .into());
    }
    claimed.verify(world.clock.now(), || {
        assertion::verify(world, inbound, request, &claimed)
    })?;
    Ok(claimed)
}

fn app_only_scope(
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
) -> Result<Vec<String>, OktaDenial> {
    let asked = request.scope();
    if let Some(scope) = asked
        .iter()
        .find(|scope| FOR_USERS.contains(&scope.as_str()))
    {
        return Err(OktaDenial::ScopeForUsers {
            scope: scope.clone(),
        });
    }
    let Server::Custom(custom) = server else {
        return org_scope(asked, claimed);
    };
    if asked.is_empty() {
        return if custom.default_scopes.is_empty() {
            Err(OktaDenial::ScopeWithoutDefault)
        } else {
            Ok(custom.default_scopes.clone())
        };
    }
    let asked = known(asked, |scope| custom.scopes.contains(scope), "")?;
    consent::given_if_required(&asked, claimed)?;
    Ok(asked)
}

/// A service app gets scopes of Okta's own APIs, those that an administrator has granted it.
fn org_scope(asked: Vec<String>, claimed: &Claimed<'_>) -> Result<Vec<String>, OktaDenial> {
    if asked.is_empty() {
        return Err(OktaDenial::ScopesEmpty);
    }
    let asked = known(asked, |scope| scope.starts_with("okta."), "")?;
    consent::given(&asked, claimed)?;
    Ok(asked)
}

/// The scopes that a user may be asked for.
pub(super) fn user_scope(
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
) -> Result<Vec<String>, OktaDenial> {
    let asked = request.scope();
    let granted_to_app = |scope: &String| claimed.application.scopes.contains(scope);
    let client = &claimed.application.id;
    match server {
        Server::Org if asked.is_empty() => Err(OktaDenial::ScopesEmpty),
        Server::Org => known(
            asked,
            |scope| {
                FOR_USERS.contains(&scope.as_str())
                    || (scope.starts_with("okta.") && granted_to_app(scope))
            },
            client,
        ),
        Server::Custom(custom) if asked.is_empty() && custom.default_scopes.is_empty() => {
            Err(OktaDenial::ScopeWithoutDefault)
        }
        Server::Custom(custom) if asked.is_empty() => Ok(custom.default_scopes.clone()),
        Server::Custom(custom) => known(
            asked,
            |scope| FOR_USERS.contains(&scope.as_str()) || custom.scopes.contains(scope),
            client,
        ),
    }
}

fn known(
    asked: Vec<String>,
    is_known: impl Fn(&String) -> bool,
    client: &str,
) -> Result<Vec<String>, OktaDenial> {
    match asked.iter().find(|scope| !is_known(scope)) {
        Some(scope) => Err(Denial::ScopeUnknown {
            scope: scope.clone(),
            client: client.to_owned(),
        }
        .into()),
        None => Ok(asked),
    }
}

fn refreshed(
    world: &World,
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
) -> Result<Grant, OktaDenial> {
    let now = world.clock.now();
    let shown = request.require("refresh_token")?;
    lenient::admit_refresh_token(
        world,
        request,
        server.id(),
        claimed.application,
        &world.directory.okta.users,
    );
    let facts = world.ledger.state_of(shown, now).0;
    // A token of another authorization server is unknown to this one.
    if facts
        .as_ref()
        .is_some_and(|facts| facts.issuer != server.id())
    {
        return Err(Denial::RefreshUnknown.into());
    }
    let original = facts.map(|facts| facts.scope).unwrap_or_default();
    let asked = request.scope();
    if let Some(scope) = asked
        .iter()
        .find(|scope| !original.is_empty() && !original.contains(scope))
    {
        return Err(Denial::ScopeWider {
            scope: scope.clone(),
            client: claimed.application.id.clone(),
        }
        .into());
    }
    let wanted = if asked.is_empty() { &original } else { &asked };
    consent::given_if_required(wanted, claimed)?;
    // Okta rotates those of single-page applications unless told otherwise
    // (developer.okta.com/docs/guides/refresh-tokens).
    let usual = usual_rotation(match claimed.application.platform {
        Platform::Spa => RotationMode::Rotate,
        Platform::Web | Platform::Public => RotationMode::Static,
    });
    let rotation = world
        .settings
        .rotation
        .as_ref()
        .or(claimed.application.rotation.as_ref())
        .unwrap_or(&usual);
    let said = policy::lifetimes(server, claimed.application, GrantType::RefreshToken, wanted)?;
    let lifetime = access_lifetime(world, &said);
    let mut grant = engine::refresh(
        request,
        claimed,
        &world.directory.okta.users,
        engine::Renewal {
            rotation,
            lifetime,
            kin: &[],
        },
        &world.ledger,
        now,
        || refresh_value(world),
    )?;
    if !asked.is_empty() {
        grant.grantee.scope = asked;
    }
    Ok(grant)
}

fn reply(world: &World, server: Server<'_>, grant: &Grant) -> Reply {
    let now = world.clock.now();
    let expires_at = now
        .checked_add(grant.lifetime)
        .unwrap_or(jiff::Timestamp::MAX);
    let label =
        world
            .ledger
            .issue_access(&grant.grantee, grant.family, grant.parent, now, expires_at);
    let access_token = tokens::access_token(world, server, grant, now, expires_at);
    world.ledger.record_access(label, &access_token);
    let mut body = json!({
        "token_type": "Bearer", "expires_in": grant.lifetime.as_secs(), "access_token": access_token,
        "scope": grant.grantee.scope.join(" "),
    });
    if let Some(refresh) = &grant.refresh {
        body["refresh_token"] = json!(refresh.value.reveal());
    }
    if let Some(user) = &grant.user
        && grant.grantee.scope.iter().any(|scope| scope == "openid")
    {
        body["id_token"] = json!(tokens::id_token(world, server, grant, user, now));
    }
    let issued = std::iter::once(label).chain(
        grant
            .refresh
            .iter()
            .filter(|refresh| refresh.is_new)
            .map(|refresh| refresh.label),
    );
    Reply::json(StatusCode::OK, body).with_issued(issued)
}

pub(super) fn terms(
    world: &World,
    server: Server<'_>,
    claimed: &Claimed<'_>,
    grant: GrantType,
    scope: Vec<String>,
) -> Result<Terms, OktaDenial> {
    let said = policy::lifetimes(server, claimed.application, grant, &scope)?;
    Ok(Terms {
        issuer: server.id().to_owned(),
        scope,
        lifetime: access_lifetime(world, &said),
        refresh_lifetime: refresh_lifetime(world, matches!(server, Server::Org), &said),
        manner: Manner::default(),
    })
}

/// How long access tokens live, where policy and application say this.
pub(super) fn access_lifetime(world: &World, said: &Lifetimes) -> Duration {
    let asked = world.settings.access_lifetime.or(said.access_token);
    asked.unwrap_or(ACCESS_LIFETIME)
}

/// How long refresh tokens live, where policy and application say this.
pub(crate) fn refresh_lifetime(world: &World, org: bool, said: &Lifetimes) -> RefreshLifetime {
    if let Some(limit) = world.settings.refresh_lifetime {
        return RefreshLifetime {
            idle: Some(limit),
            absolute: None,
        };
    }
    let (idle, absolute) = match org {
        true => (None, Some(ORG_REFRESH_ABSOLUTE)),
        false => (Some(CUSTOM_REFRESH_IDLE), None),
    };
    RefreshLifetime {
        idle: said.refresh_idle.or(idle),
        absolute: said.refresh_token.or(absolute),
    }
}

/// A refresh token in Okta's style: 43 characters of base64url.
pub(crate) fn refresh_value(world: &World) -> String {
    world.entropy.base64url(32)
}
