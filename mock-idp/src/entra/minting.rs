//! The token that a recipe begins with: what the token endpoint would issue.

use jiff::Timestamp;

use super::claims_request::ClaimsRequest;
use super::consented::Consented;
use super::refresh::delegated_lifetime;
use super::scope::{self, Several};
use super::token::{app_only_lifetime, expiry};
use super::tokens::{Subject, unsigned_access_token};
use super::user_tokens::{Beside, ID_TOKEN_LIFETIME, unsigned_id_token};
use crate::diagnostic::listed;
use crate::directory::Tenant;
use crate::engine::{Grant, SignIn};
use crate::journal::AuthMethod;
use crate::keys::SigningKey;
use crate::ledger::Grantee;
use crate::mint::{BadRecipe, OrderedToken, Ordinary, TokenRecipe, application, user};
use crate::world::World;

/// A token as a recipe has it, with nothing set and nothing forged.
pub(crate) fn ordinary(
    world: &World,
    recipe: &TokenRecipe,
    key: &SigningKey,
) -> Result<Ordinary, BadRecipe> {
    let tenant = tenant(world, recipe)?;
    let application = application(&tenant.applications, recipe)?;
    let user = match &recipe.user {
        None => None,
        Some(name) => Some(user(&tenant.users, name)?),
    };
    let (resolved, allowed) = match user {
        None => (
            scope::app_only(&recipe.scopes, tenant),
            "an application asks for one `/.default` of a resource of its tenant, and has its permissions in `roles`",
        ),
        Some(_) => (
            scope::delegated(
                &recipe.scopes,
                tenant,
                &Consented::of(
                    world,
                    tenant,
                    application,
                    user.as_ref().map(|user| user.id.as_str()),
                ),
                Several::Refused,
            ),
            "a user grants scopes of one resource of the tenant, and only those that are consented to",
        ),
    };
    let resolved = resolved.map_err(|_| BadRecipe::Scopes {
        scopes: recipe.scopes.join(" "),
        allowed,
    })?;
    let usual = match (recipe.token, &user) {
        (OrderedToken::IdToken, _) => ID_TOKEN_LIFETIME,
        (OrderedToken::AccessToken, None) => app_only_lifetime(world, &application.lifetimes),
        (OrderedToken::AccessToken, Some(_)) => delegated_lifetime(world, &application.lifetimes),
    };
    let lifetime = recipe.lifetime(usual);
    let grantee = Grantee {
        client: application.id.clone(),
        user: user.as_ref().map(|user| user.id.clone()),
        issuer: tenant.id.clone(),
        scope: resolved.granted.clone(),
    };
    let grant = Grant {
        grantee: grantee.clone(),
        user,
        auth: (!application.is_public()).then_some(AuthMethod::Post),
        refresh: None,
        family: None,
        parent: None,
        lifetime,
        sign_in: SignIn::default(),
    };
    let issued_at = recipe.issued_at(world.clock.now(), lifetime);
    let expires_at = match recipe.token {
        OrderedToken::AccessToken => expiry(issued_at, lifetime),
        OrderedToken::IdToken => issued_at.checked_add(lifetime).unwrap_or(Timestamp::MAX),
    };
    let subject = Subject {
        tenant,
        application,
        grant: &grant,
        resolved: &resolved,
        asked: &ClaimsRequest::default(),
        now: issued_at,
        expires_at,
        address: Some(std::net::Ipv4Addr::LOCALHOST.into()),
    };
    let unsigned = match (recipe.token, &grant.user) {
        (OrderedToken::IdToken, Some(user)) => {
            unsigned_id_token(world, &subject, user, Beside::default(), expires_at, key)
        }
        _ => unsigned_access_token(world, &subject, key),
    };
    Ok(Ordinary {
        unsigned,
        grantee,
        issued_at,
        expires_at,
    })
}

fn tenant<'w>(world: &'w World, recipe: &TokenRecipe) -> Result<&'w Tenant, BadRecipe> {
    let directory = &world.directory.entra;
    let found = match &recipe.issuer {
        None => directory.tenants.first(),
        Some(name) => directory.tenant(name),
    };
    found.ok_or_else(|| BadRecipe::Issuer {
        kind: "tenant",
        name: recipe.issuer.clone().unwrap_or_default(),
        known: listed(directory.tenants.iter().map(|tenant| tenant.id.as_str())),
    })
}
