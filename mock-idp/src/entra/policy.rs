//! Conditional Access, met last of all: the credential is right.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::coded::Coded;
use super::denial::{EntraDenial, seven_digits};
use super::scope::Resolved;
use crate::directory::{AccessControl, Application, ConditionalAccess, Tenant, User};
use crate::engine::TokenRequest;
use crate::world::World;

/// How old a sign-in may be where a recent one is asked for.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// Refuses an app-only request that a policy blocks.
pub(super) fn workload(
    tenant: &Tenant,
    application: &Application,
    resolved: &Resolved<'_>,
) -> Result<(), EntraDenial> {
    let resource = &resolved.resource.identifier;
    let mut policies = tenant.conditional_access.iter();
    match policies.find(|policy| policy.is_for_workload(&application.id, resource)) {
        Some(policy) => Err(refusal(policy, tenant, resolved).into()),
        None => Ok(()),
    }
}

/// Refuses a user who signs in by a password alone, and so without a second factor or a device.
pub(super) fn password(
    tenant: &Tenant,
    user: &User,
    resolved: &Resolved<'_>,
) -> Result<(), EntraDenial> {
    first(tenant, user, resolved, |control| {
        control != AccessControl::RecentSignIn
    })
}

/// Refuses the refresh of what a user has signed in for.
pub(super) fn refresh(
    world: &World,
    request: &TokenRequest,
    tenant: &Tenant,
    resolved: &Resolved<'_>,
) -> Result<(), EntraDenial> {
    if tenant.conditional_access.is_empty() {
        return Ok(());
    }
    let now = world.clock.now();
    let shown = request.get("refresh_token").unwrap_or_default();
    let Some(facts) = world.ledger.state_of(shown, now).0 else {
        return Ok(());
    };
    let mut users = tenant.users.iter();
    let Some(user) = users.find(|user| facts.user.as_deref() == Some(&user.id)) else {
        return Ok(());
    };
    let is_old = now.duration_since(facts.issued_at) > RECENT;
    let manner = world.ledger.manner_of(shown).unwrap_or_default();
    first(tenant, user, resolved, |control| match control {
        AccessControl::RecentSignIn => is_old,
        AccessControl::SecondFactor
        | AccessControl::SecondFactorRegistration
        | AccessControl::SecondFactorSetup
        | AccessControl::ExternalChallenge => !manner.second_factor,
        _ => true,
    })
    .map_err(|denial| dated(denial, facts.issued_at))
}

fn first(
    tenant: &Tenant,
    user: &User,
    resolved: &Resolved<'_>,
    counts: impl Fn(AccessControl) -> bool,
) -> Result<(), EntraDenial> {
    let resource = &resolved.resource.identifier;
    let mut policies = tenant.conditional_access.iter();
    let met =
        policies.find(|policy| policy.is_for_user(&user.login, resource) && counts(policy.control));
    match met {
        Some(policy) => Err(refusal(policy, tenant, resolved).into()),
        None => Ok(()),
    }
}

/// A refusal that says when the token was issued does so.
fn dated(denial: EntraDenial, issued_at: Timestamp) -> EntraDenial {
    match denial {
        EntraDenial::Coded(coded) => coded.with("issued", seven_digits(issued_at)).into(),
        denial => denial,
    }
}

fn refusal(policy: &ConditionalAccess, tenant: &Tenant, resolved: &Resolved<'_>) -> Coded {
    let number = match policy.control {
        AccessControl::Block => 53_003,
        AccessControl::SecondFactor => 50_076,
        AccessControl::SecondFactorRegistration => 50_079,
        AccessControl::SecondFactorSetup => 50_072,
        AccessControl::RecentSecondFactor => 50_078,
        AccessControl::ExternalChallenge => 50_158,
        AccessControl::CompliantDevice => 53_000,
        AccessControl::JoinedDevice => 53_001,
        AccessControl::ApprovedApplication => 53_002,
        AccessControl::RecentSignIn => 70_043,
        AccessControl::SecurityPolicy => 530_032,
        AccessControl::DelegatedAdministrator => 530_034,
        AccessControl::SecurityDefaults => 530_035,
        AccessControl::OutboundTenant => 500_212,
        AccessControl::InboundTenant => 500_213,
    };
    let coded = Coded::new(number)
        .with("resource", &resolved.resource.app_id)
        .with("tenant", &tenant.id);
    match policy.control {
        AccessControl::Block
        | AccessControl::SecondFactor
        | AccessControl::SecondFactorRegistration
        | AccessControl::SecondFactorSetup
        | AccessControl::RecentSecondFactor
        | AccessControl::ExternalChallenge => {
            let wanted = json!({ "access_token": { "capolids": { "essential": true, "values": [policy.id] } } });
            coded.claims(wanted.to_string())
        }
        _ => coded,
    }
}
