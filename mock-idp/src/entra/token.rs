//! The token endpoint: Entra's order of checks around the engine, and its answer.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;

use super::admission::Entrant;
use super::claims_request::ClaimsRequest;
use super::coded::Coded;
use super::consented::Consented;
use super::denial::EntraDenial;
use super::refresh::{self, delegated_lifetime, refresh_lifetime_by, refresh_value};
use super::scope::{self, Resolved, Several};
use super::sign_in_denial::SignInDenial;
use super::tokens::{self, Subject};
use super::user_tokens::{self, Beside};
use super::{accounts, admission, assertion, authorize, device, on_behalf_of, policy, realm};
use crate::directory::{GrantType, Lifetimes, Tenant};
use crate::engine::{self, Claimed, Denial, Grant, Terms, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::Manner;
use crate::reply::Reply;
use crate::world::World;

/// What app-only tokens say they live; the token itself lives a second longer.
const APP_ONLY_LIFETIME: Duration = Duration::from_secs(3599);
/// Tokens that live as long say from when they are better renewed.
const LONG_LIVED: Duration = Duration::from_secs(2 * 3600);

/// Grants that not every vendor has. MSAL for Node sends the short name of the device grant; the other SDKs send the standard's.
const GRANTS: [(&str, GrantType); 3] = [
    ("device_code", GrantType::DeviceCode),
    ("authorization_code", GrantType::AuthorizationCode),
    (
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        GrantType::OnBehalfOf,
    ),
];

/// Answers a token request.
pub(super) fn answer(world: &World, inbound: &Inbound, request: &TokenRequest) -> Reply {
    granted(world, inbound, request).unwrap_or_else(|denial| denial.render(world, inbound))
}

/// Entra checks parameters, then tenant, application, credential, scope, and last what the grant shows. The order is assumed:
/// it explains every sample in which two things were wrong.
fn granted(world: &World, inbound: &Inbound, request: &TokenRequest) -> Result<Reply, EntraDenial> {
    well_formed(inbound, request)?;
    let grant_name = request.require("grant_type")?;
    if request.client_id().is_none() {
        return Err(Denial::ParameterMissing("client_id").into());
    }
    if request.get("resource").is_some() {
        return Err(EntraDenial::ResourceParameter);
    }
    let asked = ClaimsRequest::of(request)?;
    accounts::complete(request)?;
    let tenant = realm::tenant(world, inbound, request, grant_name)?;
    let claimed = realm::client(world, inbound, request, tenant)?;
    engine::one_method(request)?;
    if grant_name == GrantType::ClientCredentials.name() && !claimed.shows_credential() {
        return Err(EntraDenial::AppOnlyWithoutCredential);
    }
    let now = world.clock.now();
    let claimed = authorize::on_its_platform(world, inbound, request, grant_name, claimed)?;
    claimed.verify(now, || {
        assertion::verify(world, inbound, request, tenant, &claimed)
    })?;
    let grant_type = grant(request, &claimed)?;
    asked.satisfied(world, request, grant_type)?;
    let (grant, resolved) = match grant_type {
        GrantType::ClientCredentials => {
            if claimed.application.registration.without_service_principal {
                return Err(EntraDenial::ServicePrincipalMissing {
                    client: claimed.application.id.clone(),
                    tenant: tenant.id.clone(),
                });
            }
            let resolved = scope::app_only(&request.scope(), tenant)?;
            let application = claimed.application;
            let assigned = application.consent_required || resolved.resource.assignment_required;
            let roles = tenant.roles(
                &application.roles,
                &[&application.id],
                &resolved.resource.app_id,
            );
            if assigned && roles.is_empty() {
                let refused = Coded::new(501_051)
                    .with("client", &application.id)
                    .with("name", &application.name)
                    .with("resource", &resolved.audience);
                return Err(refused.into());
            }
            policy::workload(tenant, application, resolved.resource)?;
            let lifetime = app_only_lifetime(world, &claimed.application.lifetimes);
            let manner = Manner::default();
            let terms = terms(world, tenant, &claimed, &resolved, lifetime, manner);
            (
                engine::client_credentials(request, &claimed, terms),
                resolved,
            )
        }
        GrantType::Password => {
            let resolved = delegated_scope(world, request, tenant, &claimed)?;
            let user = accounts::by_password(world, request, tenant)?;
            let manner = admission::by_password(tenant, &user);
            let entrant = Entrant {
                tenant,
                application: claimed.application,
                user: &user,
                resource: resolved.resource,
                manner,
                since: now,
            };
            entrant.admitted(now)?;
            let lifetime = delegated_lifetime(world, &claimed.application.lifetimes);
            let terms = terms(world, tenant, &claimed, &resolved, lifetime, manner);
            let grant =
                engine::signed_in(request, &claimed, user, terms, &world.ledger, now, || {
                    refresh_value(world)
                });
            (grant, resolved)
        }
        GrantType::RefreshToken => refresh::granted(world, request, tenant, &claimed)?,
        GrantType::DeviceCode => device::redeemed(world, request, tenant, &claimed)?,
        GrantType::AuthorizationCode => authorize::redeemed(world, request, tenant, &claimed)?,
        GrantType::OnBehalfOf => on_behalf_of::granted(world, request, tenant, &claimed)?,
        // No name of it is taken.
        GrantType::TokenExchange => {
            return Err(Denial::GrantUnsupported {
                grant: grant_name.to_owned(),
            }
            .into());
        }
    };
    asked.remember(world, grant_type, grant.family);
    Ok(reply(
        world, inbound, request, tenant, &claimed, &grant, &resolved, &asked,
    ))
}

/// The grant that is asked for. Entra has a reason of its own for refusing one.
fn grant(request: &TokenRequest, claimed: &Claimed<'_>) -> Result<GrantType, EntraDenial> {
    engine::requested(request, claimed, &GRANTS).map_err(|denial| match denial {
        Denial::GrantNotAllowed { grant, .. } if grant == GrantType::OnBehalfOf.name() => {
            EntraDenial::SignIn(SignInDenial::OnBehalfOfNotAllowed {
                client: claimed.application.id.clone(),
            })
        }
        denial => denial.into(),
    })
}

/// Whether a request is a POST of a form in which nothing occurs twice.
pub(super) fn well_formed(inbound: &Inbound, request: &TokenRequest) -> Result<(), Denial> {
    if inbound.method != Method::POST {
        return Err(Denial::MethodNotAllowed {
            method: inbound.method.to_string(),
        });
    }
    if request.malformed {
        return Err(Denial::Malformed);
    }
    match request.repeated().into_iter().next() {
        Some(name) => Err(Denial::ParameterRepeated(name)),
        None => Ok(()),
    }
}

pub(super) fn delegated_scope<'w>(
    world: &World,
    request: &TokenRequest,
    tenant: &'w Tenant,
    claimed: &Claimed<'_>,
) -> Result<Resolved<'w>, EntraDenial> {
    let scopes = request.scope();
    if scopes.is_empty() {
        return Err(Denial::ParameterMissing("scope").into());
    }
    // What a user allows counts where one is named; whether it is really that user is seen later.
    let login = request.get("username").unwrap_or_default();
    let mut users = tenant.users.iter();
    let user = users.find(|user| user.login.eq_ignore_ascii_case(login));
    let user = user.map(|user| user.id.as_str());
    let consented = Consented::of(world, tenant, claimed.application, user);
    scope::delegated(&scopes, tenant, &consented, Several::Refused)
}

#[expect(
    clippy::too_many_arguments,
    reason = "all that an answer is made of; a struct would be built for this call alone"
)]
fn reply(
    world: &World,
    inbound: &Inbound,
    request: &TokenRequest,
    tenant: &Tenant,
    claimed: &Claimed<'_>,
    grant: &Grant,
    resolved: &Resolved<'_>,
    asked: &ClaimsRequest,
) -> Reply {
    let now = world.clock.now();
    let long_lived = asked.lifetime(world, resolved.resource);
    let lifetime = long_lived.unwrap_or(grant.lifetime);
    let expires_in = lifetime.as_secs();
    let expires_at = expiry(now, lifetime);
    let label =
        world
            .ledger
            .issue_access(&grant.grantee, grant.family, grant.parent, now, expires_at);
    let subject = Subject {
        tenant,
        application: claimed.application,
        grant,
        resolved,
        asked,
        now,
        expires_at,
        address: Some(inbound.peer.ip()),
    };
    let access_token = tokens::access_token(world, &subject);
    world.ledger.record_access(label, &access_token);

    let mut body = json!({ "token_type": "Bearer" });
    let shown = resolved.shown(&grant.grantee.scope);
    if grant.user.is_some() {
        body["scope"] = json!(shown.join(" "));
    }
    body["expires_in"] = json!(expires_in);
    body["ext_expires_in"] = json!(expires_in);
    // Half of the lifetime, for long-lived tokens alone: observed, and not documented.
    let half = (expires_in >= LONG_LIVED.as_secs()).then(|| lifetime / 2);
    if let Some(refresh_in) = world.settings.refresh_in.or(half) {
        body["refresh_in"] = json!(refresh_in.as_secs());
    }
    body["access_token"] = json!(access_token);
    if let Some(refresh) = &grant.refresh {
        body["refresh_token"] = json!(refresh.value.reveal());
        if let Some(left) = refresh::fixed_time_left(world, grant, claimed.application, now) {
            body["refresh_token_expires_in"] = json!(left);
        }
        if claimed.application.family {
            body["foci"] = json!("1");
        }
    }
    if let Some(user) = &grant.user {
        if shown.contains(&"openid") {
            body["id_token"] = json!(user_tokens::id_token(
                world,
                &subject,
                user,
                Beside::default()
            ));
        }
        if request.get("client_info") == Some("1") {
            body["client_info"] = json!(user_tokens::client_info(world, tenant, user));
        }
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
    tenant: &Tenant,
    claimed: &Claimed<'_>,
    resolved: &Resolved<'_>,
    lifetime: Duration,
    manner: Manner,
) -> Terms {
    Terms {
        issuer: tenant.id.clone(),
        scope: resolved.granted.clone(),
        lifetime,
        refresh_lifetime: refresh_lifetime_by(world, Some(claimed.application), manner),
        manner,
    }
}

/// When a token of this lifetime expires: a second later than `expires_in` says.
pub(super) fn expiry(now: jiff::Timestamp, lifetime: Duration) -> jiff::Timestamp {
    now.checked_add(lifetime.saturating_add(Duration::from_secs(1)))
        .unwrap_or(jiff::Timestamp::MAX)
}

pub(super) fn app_only_lifetime(world: &World, said: &Lifetimes) -> Duration {
    let asked = world.settings.access_lifetime.or(said.access_token);
    asked.unwrap_or(APP_ONLY_LIFETIME)
}
