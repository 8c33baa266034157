//! The token that a recipe begins with: what the token endpoint would issue.

use super::issuing::access_lifetime;
use super::policy;
use super::scope::is_for_users;
use super::server::Server;
use super::tokens::{
    Companions, ID_TOKEN_LIFETIME, IdToken, unsigned_access_token, unsigned_id_token,
};
use crate::diagnostic::listed;
use crate::directory::GrantType;
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
    let okta = &world.directory.okta;
    let server = server(world, recipe)?;
    let application = application(&okta.applications, recipe)?;
    let user = match &recipe.user {
        None => None,
        Some(name) => Some(user(&okta.users, name)?),
    };
    let is_known = |scope: &String| match server {
        _ if is_for_users(scope) => user.is_some(),
        // Any, consented to or not: how an application comes to have them is not a recipe's business.
        Server::Org => scope.starts_with("okta."),
        Server::Custom(custom) => custom.scopes.contains(scope),
    };
    if !recipe.scopes.iter().all(is_known) {
        return Err(BadRecipe::Scopes {
            scopes: recipe.scopes.join(" "),
            allowed: "`okta.` scopes are the org server's, others those of their authorization server, and OpenID Connect's are for users",
        });
    }
    let grant = match user {
        None => GrantType::ClientCredentials,
        Some(_) => GrantType::RefreshToken,
    };
    // Where no policy fits, a request would have nothing; a recipe has what the application says.
    let said = policy::lifetimes(server, application, grant, &recipe.scopes)
        .unwrap_or_else(|_| application.lifetimes.clone());
    let lifetime = recipe.lifetime(match recipe.token {
        OrderedToken::AccessToken => access_lifetime(world, &said),
        OrderedToken::IdToken => ID_TOKEN_LIFETIME,
    });
    let grantee = Grantee {
        client: application.id.clone(),
        user: user.as_ref().map(|user| user.id.clone()),
        issuer: server.id().to_owned(),
        scope: recipe.scopes.clone(),
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
    let expires_at = issued_at
        .checked_add(lifetime)
        .unwrap_or(jiff::Timestamp::MAX);
    let unsigned = match (recipe.token, &grant.user) {
        (OrderedToken::IdToken, Some(user)) => {
            let about = IdToken {
                server,
                grant: &grant,
                user,
                beside: Companions::default(),
                now: issued_at,
                expires_at,
            };
            unsigned_id_token(world, &about, key)
        }
        _ => unsigned_access_token(world, server, &grant, issued_at, expires_at, key),
    };
    Ok(Ordinary {
        unsigned,
        grantee,
        issued_at,
        expires_at,
    })
}

fn server<'w>(world: &'w World, recipe: &TokenRecipe) -> Result<Server<'w>, BadRecipe> {
    let okta = &world.directory.okta;
    let found = match recipe.issuer.as_deref() {
        Some("org") => return Ok(Server::Org),
        None => okta.authorization_servers.first(),
        Some(id) => okta.authorization_server(id),
    };
    let servers = okta.authorization_servers.iter();
    let known = servers.map(|server| server.id.as_str()).chain(["org"]);
    found.map(Server::Custom).ok_or_else(|| BadRecipe::Issuer {
        kind: "authorization server",
        name: recipe.issuer.clone().unwrap_or_default(),
        known: listed(known),
    })
}
