//! Refresh tokens: how long they live, and what one gives (learn.microsoft.com/entra/identity-platform/refresh-tokens).

use std::time::Duration;

use super::admission::Entrant;
use super::consented::Consented;
use super::denial::EntraDenial;
use super::realm;
use super::scope::{self, Resolved, Several};
use super::sign_in_denial::SignInDenial;
use crate::directory::{Application, Lifetimes, Platform, Rotation, RotationMode, Tenant, User};
use crate::engine::{self, Claimed, Denial, Grant, Renewal, TokenRequest};
use crate::ledger::{Manner, RefreshLifetime, TokenFacts, TokenState, usual_rotation};
use crate::lenient;
use crate::world::World;

/// Refresh tokens die after 90 days without use.
const IDLE: Duration = Duration::from_secs(90 * 24 * 3600);
/// Those of a single-page application die after a day, used or not.
const SPA: Duration = Duration::from_secs(24 * 3600);

/// A refresh. One token serves every resource that the user has consented to, and every tenant that the user is in; without
/// scopes the original ones hold.
pub(super) fn granted<'w>(
    world: &World,
    request: &TokenRequest,
    tenant: &'w Tenant,
    claimed: &Claimed<'_>,
) -> Result<(Grant, Resolved<'w>), EntraDenial> {
    let now = world.clock.now();
    let shown = request.require("refresh_token")?;
    let application = claimed.application;
    lenient::admit_refresh_token(world, request, &tenant.id, application, &tenant.users);
    let (facts, state) = world.ledger.state_of(shown, now);
    let kin = kin(tenant, application);
    is_kindred(tenant, application, facts.as_ref())?;
    let owner = facts.as_ref().and_then(|facts| owner(world, facts));
    let is_ours = |facts: &TokenFacts| {
        // One that was replaced may be too old as well.
        let lives = facts.expires_at.is_none_or(|end| now < end);
        lives && (facts.client == application.id || kin.contains(&facts.client.as_str()))
    };
    // Of one that is not honoured anyway, the ledger says why.
    let is_honoured = matches!(state, TokenState::Live | TokenState::Rotated)
        && facts.as_ref().is_some_and(is_ours);
    let here = match owner {
        Some((home, user)) if home.id != tenant.id => {
            let mut guests = tenant.users.iter();
            let guest = guests.find(|guest| guest.login.eq_ignore_ascii_case(&user.login));
            if guest.is_none() && is_honoured {
                return Err(realm::no_guest(home, tenant, application));
            }
            guest
        }
        owner => owner.map(|(_, user)| user),
    };
    let user = here.map(|user| user.id.as_str());
    let consented = Consented::of(world, tenant, application, user);
    let asked = request.scope();
    let original = facts.as_ref().map(|facts| facts.scope.clone());
    let scopes = if asked.is_empty() {
        original.unwrap_or_default()
    } else {
        // A new refresh token comes with each answer, whether it is asked for again or not.
        asked
    };
    let resolved = scope::delegated(&scopes, tenant, &consented, Several::Dropped)?;
    if let Some(user) = here.filter(|user| user.enabled && is_honoured) {
        let manner = world.ledger.manner_of(shown).unwrap_or_default();
        let entrant = Entrant {
            tenant,
            application,
            user,
            resource: resolved.resource,
            manner,
            since: world.ledger.signed_in_at(shown).unwrap_or(now),
        };
        entrant.admitted(now)?;
    }
    let usual = usual_rotation(RotationMode::KeepOld);
    let said: Option<&Rotation> = world.settings.rotation.as_ref();
    let renewal = Renewal {
        rotation: said.or(application.rotation.as_ref()).unwrap_or(&usual),
        lifetime: delegated_lifetime(world, &application.lifetimes),
        kin: &kin,
    };
    let make = || refresh_value(world);
    let users = owner.map_or(&tenant.users, |(home, _)| &home.users);
    let granted = engine::refresh(request, claimed, users, renewal, &world.ledger, now, make);
    let mut grant = granted.map_err(|denial| spa_too_old(world, denial, shown, application))?;
    grant.grantee.scope.clone_from(&resolved.granted);
    // What is issued is of the tenant that was asked, to whom the user is there.
    if let Some(user) = here {
        grant.grantee.issuer.clone_from(&tenant.id);
        grant.grantee.user = Some(user.id.clone());
        grant.user = Some(user.clone());
    }
    Ok((grant, resolved))
}

/// Whose token it is, and where that user is at home.
fn owner<'w>(world: &'w World, facts: &TokenFacts) -> Option<(&'w Tenant, &'w User)> {
    let home = world.directory.entra.tenant(&facts.issuer)?;
    let mut users = home.users.iter();
    let user = users.find(|user| facts.user.as_deref() == Some(&user.id))?;
    Some((home, user))
}

/// The applications whose refresh tokens this one may redeem beside its own.
fn kin<'d>(tenant: &'d Tenant, application: &Application) -> Vec<&'d str> {
    if !application.family {
        return Vec::new();
    }
    let family = tenant.applications.iter().filter(|known| known.family);
    family.map(|known| known.id.as_str()).collect()
}

/// A client that is not in the family is told so, that it may stop trying.
fn is_kindred(
    tenant: &Tenant,
    application: &Application,
    shown: Option<&TokenFacts>,
) -> Result<(), EntraDenial> {
    let Some(owner) = shown.map(|facts| facts.client.as_str()) else {
        return Ok(());
    };
    let is_of_family = |id: &str| {
        let mut family = tenant.applications.iter().filter(|known| known.family);
        family.any(|known| known.id == id)
    };
    if owner != application.id && is_of_family(owner) && !application.family {
        return Err(EntraDenial::SignIn(SignInDenial::FamilyMismatch));
    }
    Ok(())
}

/// How long the refresh tokens of an application live, where a sign-in says nothing of its platform.
pub(crate) fn refresh_lifetime(
    world: &World,
    application: Option<&Application>,
) -> RefreshLifetime {
    refresh_lifetime_by(world, application, Manner::default())
}

/// How long the refresh tokens of a sign-in live. Those of a single-page application have a fixed end, which their successors
/// inherit.
pub(super) fn refresh_lifetime_by(
    world: &World,
    application: Option<&Application>,
    manner: Manner,
) -> RefreshLifetime {
    if let Some(limit) = world.settings.refresh_lifetime {
        return RefreshLifetime {
            idle: Some(limit),
            absolute: None,
        };
    }
    let platform = manner.platform;
    let (idle, absolute) = match platform.or(application.map(|application| application.platform)) {
        Some(Platform::Spa) => (None, Some(SPA)),
        _ => (Some(IDLE), None),
    };
    let said = application.map(|application| &application.lifetimes);
    RefreshLifetime {
        idle: said.and_then(|said| said.refresh_idle).or(idle),
        absolute: said.and_then(|said| said.refresh_token).or(absolute),
    }
}

/// For how many seconds more the refresh token of an answer works, if it has a fixed end and not one that use puts off.
pub(super) fn fixed_time_left(
    world: &World,
    grant: &Grant,
    application: &Application,
    now: jiff::Timestamp,
) -> Option<i64> {
    let platform = grant.sign_in.manner.platform;
    if platform.unwrap_or(application.platform) != Platform::Spa {
        return None;
    }
    let end = world
        .ledger
        .facts_of(grant.refresh.as_ref()?.label)?
        .expires_at?;
    Some((end.as_second() - now.as_second() - 1).max(0))
}

/// Entra has a number of its own for the tokens of single-page applications.
fn spa_too_old(
    world: &World,
    denial: Denial,
    shown: &str,
    application: &Application,
) -> EntraDenial {
    let platform = world.ledger.manner_of(shown).unwrap_or_default().platform;
    match denial {
        Denial::RefreshTooOld { issued_at, limit }
            if platform.unwrap_or(application.platform) == Platform::Spa =>
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

/// Between 60 and 90 minutes, as the seed has it (learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes).
pub(super) fn delegated_lifetime(world: &World, said: &Lifetimes) -> Duration {
    let said = said.access_token;
    world.settings.access_lifetime.or(said).unwrap_or_else(|| {
        let [a, b, ..] = world.entropy.block();
        Duration::from_secs(3599 + u64::from(u16::from_le_bytes([a, b])) % 1800)
    })
}
