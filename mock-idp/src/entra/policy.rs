//! Conditional Access, met last of all: the credential is right.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::admission::Entrant;
use super::coded::Coded;
use super::denial::{EntraDenial, seven_digits};
use crate::directory::{AccessControl, ApiResource, Application, ConditionalAccess, Tenant, User};

/// How old a sign-in may be where a recent one is asked for.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// Refuses an app-only request that a policy blocks.
pub(super) fn workload(
    tenant: &Tenant,
    application: &Application,
    resource: &ApiResource,
) -> Result<(), EntraDenial> {
    let named = &resource.identifier;
    let mut policies = tenant.conditional_access.iter();
    match policies.find(|policy| policy.is_for_workload(&application.id, named)) {
        Some(policy) => Err(refusal(policy, tenant, resource).into()),
        None => Ok(()),
    }
}

/// Refuses a user whom a policy asks for more than the sign-in has shown, or whom one forbids it.
pub(super) fn user(entrant: &Entrant<'_>, now: Timestamp) -> Result<(), EntraDenial> {
    let is_old = now.duration_since(entrant.since) > RECENT;
    let has_second = entrant.manner.second_factor;
    let device = entrant.device();
    let counts = |control| match control {
        AccessControl::RecentSignIn => is_old,
        AccessControl::RecentSecondFactor => is_old || !has_second,
        AccessControl::CompliantDevice => !device.is_some_and(|device| device.compliant),
        AccessControl::JoinedDevice => !device.is_some_and(|device| device.joined),
        _ if is_second_factor(control) => !has_second,
        _ => true,
    };
    let mut policies = for_user(entrant.tenant, entrant.user, entrant.resource);
    match policies.find(|policy| counts(policy.control)) {
        Some(policy) => Err(refusal(policy, entrant.tenant, entrant.resource)
            .with("issued", seven_digits(entrant.since))
            .into()),
        None => Ok(()),
    }
}

/// Whether a user has to show a second factor for this API.
pub(super) fn asks_second_factor(tenant: &Tenant, user: &User, resource: &ApiResource) -> bool {
    let asks = |control| is_second_factor(control) || control == AccessControl::RecentSecondFactor;
    let mut policies = for_user(tenant, user, resource);
    user.mfa_required || policies.any(|policy| asks(policy.control))
}

/// Whether a sign-in of this age has to be done again for this API.
pub(super) fn is_too_old(
    tenant: &Tenant,
    user: &User,
    resource: &ApiResource,
    since: Timestamp,
    now: Timestamp,
) -> bool {
    let mut policies = for_user(tenant, user, resource);
    now.duration_since(since) > RECENT
        && policies.any(|policy| policy.control == AccessControl::RecentSignIn)
}

fn for_user<'a>(
    tenant: &'a Tenant,
    user: &'a User,
    resource: &'a ApiResource,
) -> impl Iterator<Item = &'a ConditionalAccess> {
    let policies = tenant.conditional_access.iter();
    policies.filter(|policy| policy.is_for_user(&user.login, &resource.identifier))
}

fn is_second_factor(control: AccessControl) -> bool {
    matches!(
        control,
        AccessControl::SecondFactor
            | AccessControl::SecondFactorRegistration
            | AccessControl::SecondFactorSetup
            | AccessControl::ExternalChallenge
    )
}

fn refusal(policy: &ConditionalAccess, tenant: &Tenant, resource: &ApiResource) -> Coded {
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
        .with("resource", &resource.app_id)
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
