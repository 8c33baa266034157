//! The token endpoint: Entra's order of checks around the engine, and its answer.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;

use super::assertion;
use super::claims_request::ClaimsRequest;
use super::denial::EntraDenial;
use super::device;
use super::scope::{self, Resolved};
use super::tenant::{Segment, resolve, segment};
use super::tokens::{self, Subject};
use crate::directory::{
    Application, GrantType, Lifetimes, Platform, Rotation, RotationMode, Tenant,
};
use crate::engine::{self, Claimed, Denial, Grant, Terms, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::{RefreshLifetime, usual_rotation};
use crate::lenient;
use crate::reply::Reply;
use crate::world::World;

/// What app-only tokens say they live; the token itself lives a second longer.
const APP_ONLY_LIFETIME: Duration = Duration::from_secs(3599);
/// Refresh tokens die after 90 days without use (learn.microsoft.com/entra/identity-platform/refresh-tokens).
const REFRESH_IDLE: Duration = Duration::from_secs(90 * 24 * 3600);
/// Those of a single-page application die after a day, used or not.
const SPA_REFRESH: Duration = Duration::from_secs(24 * 3600);

/// MSAL for Node sends the short name of the device grant; the other SDKs send the standard's.
const ALIASES: [(&str, GrantType); 1] = [("device_code", GrantType::DeviceCode)];

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
    let tenant = tenant(world, inbound, grant_name)?;
    let claimed = engine::identify(request, &tenant.applications)?;
    if !claimed.application.enabled {
        return Err(Denial::AppDisabled {
            client: claimed.application.id.clone(),
        }
        .into());
    }
    engine::one_method(request)?;
    if grant_name == GrantType::ClientCredentials.name() && !claimed.shows_credential() {
        return Err(EntraDenial::AppOnlyWithoutCredential);
    }
    let now = world.clock.now();
    claimed.verify(now, || {
        assertion::verify(world, inbound, request, tenant, &claimed)
    })?;
    let grant_type = engine::requested(request, &claimed, &ALIASES)?;
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
            if application.consent_required && application.roles.is_empty() {
                return Err(EntraDenial::AppOnlyWithoutRole {
                    client: application.id.clone(),
                    resource: resolved.audience,
                });
            }
            let lifetime = app_only_lifetime(world, &claimed.application.lifetimes);
            let terms = terms(world, tenant, &claimed, &resolved, lifetime);
            (
                engine::client_credentials(request, &claimed, terms),
                resolved,
            )
        }
        GrantType::Password => {
            let resolved = delegated_scope(request, tenant, &claimed)?;
            let user = engine::user_by_password(request, &tenant.users)?;
            let lifetime = delegated_lifetime(world, &claimed.application.lifetimes);
            let terms = terms(world, tenant, &claimed, &resolved, lifetime);
            let grant =
                engine::signed_in(request, &claimed, user, terms, &world.ledger, now, || {
                    refresh_value(world)
                });
            (grant, resolved)
        }
        GrantType::RefreshToken => refreshed(world, request, tenant, &claimed)?,
        GrantType::DeviceCode => device::redeemed(world, request, tenant, &claimed)?,
    };
    if let (Some(family), GrantType::DeviceCode) = (grant.family, grant_type) {
        world.ledger.note_contexts(family, asked.contexts());
    }
    let answer = reply(world, request, tenant, &claimed, &grant, &resolved, &asked);
    Ok(answer)
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

/// The tenant that a path names; an alias stands for the first one, where the grant may be used with it.
pub(super) fn tenant<'w>(
    world: &'w World,
    inbound: &Inbound,
    grant_name: &str,
) -> Result<&'w Tenant, EntraDenial> {
    let directory = &world.directory.entra;
    match resolve(directory, &segment(inbound))? {
        Segment::Tenant(tenant) => Ok(tenant),
        Segment::Alias(_) if grant_name == GrantType::ClientCredentials.name() => {
            Err(EntraDenial::TenantImplied)
        }
        Segment::Alias("organizations") => {
            directory.tenants.first().ok_or(EntraDenial::TenantImplied)
        }
        Segment::Alias(_) if grant_name == GrantType::Password.name() => {
            Err(EntraDenial::GrantNotOverCommon)
        }
        Segment::Alias(_) => directory.tenants.first().ok_or(EntraDenial::TenantImplied),
    }
}

pub(super) fn delegated_scope<'w>(
    request: &TokenRequest,
    tenant: &'w Tenant,
    claimed: &Claimed<'_>,
) -> Result<Resolved<'w>, EntraDenial> {
    let scopes = request.scope();
    if scopes.is_empty() {
        return Err(Denial::ParameterMissing("scope").into());
    }
    scope::delegated(&scopes, tenant, claimed.application)
}

fn refreshed<'w>(
    world: &World,
    request: &TokenRequest,
    tenant: &'w Tenant,
    claimed: &Claimed<'_>,
) -> Result<(Grant, Resolved<'w>), EntraDenial> {
    let now = world.clock.now();
    let shown = request.require("refresh_token")?;
    lenient::admit_refresh_token(
        world,
        request,
        &tenant.id,
        claimed.application,
        &tenant.users,
    );
    let original = world
        .ledger
        .state_of(shown, now)
        .0
        .map(|facts| facts.scope)
        .unwrap_or_default();
    // One refresh token serves every resource the user has consented to; without scopes the original ones hold.
    let asked = request.scope();
    let scopes = if asked.is_empty() { &original } else { &asked };
    let resolved = scope::delegated(scopes, tenant, claimed.application)?;
    let usual = usual_rotation(RotationMode::KeepOld);
    let rotation: &Rotation = world
        .settings
        .rotation
        .as_ref()
        .or(claimed.application.rotation.as_ref())
        .unwrap_or(&usual);
    let mut grant = engine::refresh(
        request,
        claimed,
        &tenant.users,
        rotation,
        delegated_lifetime(world, &claimed.application.lifetimes),
        &world.ledger,
        now,
        || refresh_value(world),
    )
    .map_err(|denial| spa_too_old(denial, claimed))?;
    grant.grantee.scope.clone_from(&resolved.granted);
    Ok((grant, resolved))
}

fn reply(
    world: &World,
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
    };
    let access_token = tokens::access_token(world, &subject);
    world.ledger.record_access(label, &access_token);

    let mut body = json!({ "token_type": "Bearer" });
    let shown: Vec<&str> = grant
        .grantee
        .scope
        .iter()
        .map(String::as_str)
        .filter(|scope| *scope != "offline_access")
        .chain(resolved.by_default.as_deref())
        .collect();
    if grant.user.is_some() {
        body["scope"] = json!(shown.join(" "));
    }
    body["expires_in"] = json!(expires_in);
    body["ext_expires_in"] = json!(expires_in);
    let usual = asked.refresh_in(resolved.resource, lifetime);
    if let Some(refresh_in) = world.settings.refresh_in.or(usual) {
        body["refresh_in"] = json!(refresh_in.as_secs());
    }
    body["access_token"] = json!(access_token);
    if let Some(refresh) = &grant.refresh {
        body["refresh_token"] = json!(refresh.value.reveal());
    }
    if let Some(user) = &grant.user {
        if shown.contains(&"openid") {
            body["id_token"] = json!(tokens::id_token(world, &subject, user));
        }
        if request.get("client_info") == Some("1") {
            body["client_info"] = json!(tokens::client_info(tenant, user));
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
) -> Terms {
    Terms {
        issuer: tenant.id.clone(),
        scope: resolved.granted.clone(),
        lifetime,
        refresh_lifetime: refresh_lifetime(world, Some(claimed.application)),
    }
}

/// How long the refresh tokens of an application live. Those of a single-page application have a fixed end, which their successors
/// inherit (learn.microsoft.com/entra/identity-platform/refresh-tokens).
pub(crate) fn refresh_lifetime(
    world: &World,
    application: Option<&Application>,
) -> RefreshLifetime {
    if let Some(limit) = world.settings.refresh_lifetime {
        return RefreshLifetime {
            idle: Some(limit),
            absolute: None,
        };
    }
    let (idle, absolute) = match application.map(|application| application.platform) {
        Some(Platform::Spa) => (None, Some(SPA_REFRESH)),
        _ => (Some(REFRESH_IDLE), None),
    };
    let said = application.map(|application| &application.lifetimes);
    RefreshLifetime {
        idle: said.and_then(|said| said.refresh_idle).or(idle),
        absolute: said.and_then(|said| said.refresh_token).or(absolute),
    }
}

/// Entra has a number of its own for the tokens of single-page applications.
fn spa_too_old(denial: Denial, claimed: &Claimed<'_>) -> EntraDenial {
    match denial {
        Denial::RefreshTooOld { issued_at, limit }
            if claimed.application.platform == Platform::Spa =>
        {
            EntraDenial::SpaRefreshExpired { issued_at, limit }
        }
        denial => denial.into(),
    }
}

/// A refresh token in Entra's style: opaque and long.
pub(crate) fn refresh_value(world: &World) -> String {
    format!("1.A{}", world.entropy.base64url(192))
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

/// Between 60 and 90 minutes, as the seed has it (learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes).
pub(super) fn delegated_lifetime(world: &World, said: &Lifetimes) -> Duration {
    let said = said.access_token;
    world.settings.access_lifetime.or(said).unwrap_or_else(|| {
        let [a, b, ..] = world.entropy.block();
        Duration::from_secs(3599 + u64::from(u16::from_le_bytes([a, b])) % 1800)
    })
}
