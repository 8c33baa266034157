//! On-behalf-of: an API shows the token it was called with and asks for one of its own in the user's name
//! (learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow).

use jiff::Timestamp;
use serde_json::Value;

use super::admission::Entrant;
use super::consented::Consented;
use super::denial::EntraDenial;
use super::refresh::{delegated_lifetime, refresh_value};
use super::scope::{self, Resolved, Several};
use super::sign_in_denial::SignInDenial;
use super::token::terms;
use crate::directory::{Application, Tenant};
use crate::engine::{self, Claimed, Denial, Grant, TokenRequest};
use crate::ledger::{Manner, TokenState};
use crate::resource::{Trouble, verified};
use crate::world::World;

/// The grant. The order of its checks is assumed: the assertion, its user, consent.
pub(super) fn granted<'w>(
    world: &World,
    request: &TokenRequest,
    tenant: &'w Tenant,
    claimed: &Claimed<'_>,
) -> Result<(Grant, Resolved<'w>), EntraDenial> {
    let now = world.clock.now();
    let shown = request.require("assertion")?;
    let usage = request.require("requested_token_use")?;
    if usage != "on_behalf_of" {
        // No sample of another value is public.
        return Err(Denial::Malformed.into());
    }
    let scopes = request.scope();
    if scopes.is_empty() {
        return Err(Denial::ParameterMissing("scope").into());
    }
    let claims = examined(world, shown, tenant, claimed.application, now)?;
    let (facts, state) = world.ledger.state_of(shown, now);
    let user = claims["oid"].as_str().unwrap_or_default();
    let user = engine::able_user(&tenant.users, user)?;
    if let (Some(facts), TokenState::Revoked) = (&facts, state) {
        return Err(Denial::RefreshRevoked {
            issued_at: facts.issued_at,
            revoked_at: now,
        }
        .into());
    }
    let manner = world
        .ledger
        .manner_behind(facts.as_ref().and_then(|facts| facts.parent))
        .unwrap_or_default();
    let has_second = claims["amr"].as_array().is_some_and(|methods| {
        let mut methods = methods.iter();
        methods.any(|method| method == "mfa")
    });
    if user.mfa_required && !manner.second_factor && !has_second {
        return Err(Denial::UserNeedsMfa.into());
    }
    let consented = Consented::of(world, tenant, claimed.application, Some(&user.id));
    let resolved = scope::delegated(&scopes, tenant, &consented, Several::Refused)?;
    // What the middle tier has is its own: a change of the password does not end it.
    let manner = Manner {
        platform: None,
        by_password: false,
        second_factor: manner.second_factor || has_second,
        device: manner.device,
        ..Manner::default()
    };
    let entrant = Entrant {
        tenant,
        application: claimed.application,
        user: &user,
        resource: resolved.resource,
        manner,
        since: facts.as_ref().map_or(now, |facts| facts.issued_at),
    };
    entrant.admitted(now)?;
    let lifetime = delegated_lifetime(world, &claimed.application.lifetimes);
    let terms = terms(world, tenant, claimed, &resolved, lifetime, manner);
    let make = || refresh_value(world);
    let mut grant = engine::signed_in(request, claimed, user, terms, &world.ledger, now, make);
    grant.parent = facts.map(|facts| facts.label);
    Ok((grant, resolved))
}

/// The claims of an access token that this tenant has issued to some application for this one, in a user's name.
fn examined(
    world: &World,
    shown: &str,
    tenant: &Tenant,
    application: &Application,
    now: Timestamp,
) -> Result<Value, EntraDenial> {
    let claims = match verified(world, shown) {
        Ok(claims) => claims,
        Err(Trouble::Signature | Trouble::Algorithm) => {
            let key = engine::Assertion::parse(shown);
            let key = key.as_ref().and_then(engine::Assertion::kid);
            return Err(refused(SignInDenial::AssertionSignature {
                key: key.unwrap_or_default().chars().take(64).collect(),
            }));
        }
        Err(_) => return Err(refused(SignInDenial::AssertionMalformed)),
    };
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    let asked_by = ["appid", "azp"]
        .iter()
        .any(|name| claims[*name].is_string());
    if !asked_by && text("aud").eq_ignore_ascii_case(&application.id) {
        return Err(refused(SignInDenial::AssertionIsIdToken));
    }
    if !text("tid").eq_ignore_ascii_case(&tenant.id) {
        return Err(refused(SignInDenial::AssertionMalformed));
    }
    let audience = text("aud");
    let is_ours = audience.eq_ignore_ascii_case(&application.id)
        || tenant
            .resource(audience)
            .is_some_and(|resource| resource.app_id.eq_ignore_ascii_case(&application.id));
    if !is_ours {
        return Err(refused(SignInDenial::AssertionAudience {
            audience: audience.to_owned(),
            client: application.id.clone(),
            name: application.name.clone(),
        }));
    }
    let end = claims["exp"].as_i64();
    let end = end.and_then(|end| Timestamp::from_second(end).ok());
    match end {
        Some(end) if now < end => {}
        end => {
            let end = end.unwrap_or(now);
            return Err(refused(SignInDenial::AssertionExpired { now, end }));
        }
    }
    // Nobody can be spoken for with the token of an application.
    if !claims["scp"].is_string() {
        return Err(refused(SignInDenial::AssertionMalformed));
    }
    Ok(claims)
}

fn refused(denial: SignInDenial) -> EntraDenial {
    EntraDenial::SignIn(denial)
}
