//! The scopes that a request is for.

use super::consent;
use super::denial::{OktaDenial, named};
use super::server::Server;
use crate::directory::Application;
use crate::engine::Denial;
use crate::world::World;

/// Scopes that only make sense for a user.
pub(super) const FOR_USERS: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];
/// Those that tell of a user, and only beside `openid`.
const ABOUT_USERS: [&str; 4] = ["profile", "email", "address", "phone"];

/// Whether a scope is one of OpenID Connect's.
pub(super) fn is_for_users(scope: &str) -> bool {
    FOR_USERS.contains(&scope)
}

/// The scopes of a request without a user.
pub(super) fn app_only(
    asked: Vec<String>,
    server: Server<'_>,
    application: &Application,
) -> Result<Vec<String>, OktaDenial> {
    if let Some(scope) = asked.iter().find(|scope| is_for_users(scope)) {
        return Err(OktaDenial::ScopeForUsers {
            scope: scope.clone(),
        });
    }
    let Server::Custom(custom) = server else {
        return of_org(asked, application);
    };
    if asked.is_empty() {
        return if custom.default_scopes.is_empty() {
            Err(OktaDenial::ScopeWithoutDefault)
        } else {
            Ok(custom.default_scopes.clone())
        };
    }
    let asked = known(asked, |scope| custom.scopes.contains(scope), "")?;
    consent::given_if_required(&asked, application)?;
    Ok(asked)
}

/// A service app gets scopes of Okta's own APIs, those that an administrator has granted it.
fn of_org(asked: Vec<String>, application: &Application) -> Result<Vec<String>, OktaDenial> {
    if asked.is_empty() {
        return Err(OktaDenial::ScopesEmpty);
    }
    let asked = known(asked, |scope| scope.starts_with("okta."), "")?;
    if asked.iter().any(|scope| scope.ends_with(".self")) {
        return Err(named("client_credentials_self_scope_requested").into());
    }
    consent::given(&asked, application)?;
    Ok(asked)
}

/// The scopes that a user may be asked for.
pub(super) fn of_user(
    asked: Vec<String>,
    server: Server<'_>,
    application: &Application,
) -> Result<Vec<String>, OktaDenial> {
    let granted_to_app = |scope: &String| application.scopes.contains(scope);
    let client = &application.id;
    let scopes = match server {
        Server::Org if asked.is_empty() => Err(OktaDenial::ScopesEmpty),
        Server::Org => known(
            asked,
            |scope| {
                is_for_users(scope)
                    || scope == "groups"
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
            |scope| is_for_users(scope) || custom.scopes.contains(scope),
            client,
        ),
    }?;
    let is_open = scopes.iter().any(|scope| scope == "openid");
    if !is_open
        && scopes
            .iter()
            .any(|scope| ABOUT_USERS.contains(&scope.as_str()))
    {
        return Err(named("openid_scope_missing").into());
    }
    Ok(scopes)
}

/// What a user would have to be asked for: what neither an administrator nor the user has allowed the application, where it has to
/// be allowed at all.
pub(super) fn unconsented(
    world: &World,
    server: Server<'_>,
    application: &Application,
    user: &str,
    scopes: &[String],
) -> Vec<String> {
    if !application.consent_required {
        return Vec::new();
    }
    let given = world.ledger.consents(server.id(), user, &application.id);
    let lacks = |scope: &&String| {
        !is_for_users(scope) && !application.scopes.contains(scope) && !given.contains(scope)
    };
    scopes.iter().filter(lacks).cloned().collect()
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
