//! Scopes at the v2.0 endpoint: which resource is meant, and what of it.

use std::collections::HashSet;

use super::coded::Coded;
use super::consented::Consented;
use super::denial::EntraDenial;
use crate::directory::{ApiResource, Application, Tenant};
use crate::engine::Denial;

/// Scopes of OpenID Connect, which belong to no resource.
const OIDC: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// The longest scope that a user is asked for: what is allowed is kept.
const LONGEST: usize = 256;
/// Where scopes without a resource belong.
const GRAPH: &str = "https://graph.microsoft.com";
/// Its application id, in every cloud.
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";

/// A resolved scope parameter.
#[derive(Clone, Debug)]
pub(super) struct Resolved<'d> {
    pub(super) resource: &'d ApiResource,
    /// The resource as the request named it: the audience of a v1.0 token.
    pub(super) audience: String,
    /// The scopes granted, as the request wrote them.
    pub(super) granted: Vec<String>,
    /// A user's `.default`, as the request wrote it. Answers show it beside what it stands for: MSAL looks its cache up by what was
    /// asked for (github.com/Azure/azure-cli/issues/32931 has such an answer). Tokens do not.
    pub(super) by_default: Option<String>,
}

impl Resolved<'_> {
    /// Scopes as an answer names them.
    pub(super) fn shown<'s>(&'s self, granted: &'s [String]) -> Vec<&'s str> {
        let granted = granted.iter().map(String::as_str);
        let granted = granted.filter(|scope| *scope != "offline_access");
        granted.chain(self.by_default.as_deref()).collect()
    }
}

/// App-only: exactly one scope, `{resource}/.default`.
pub(super) fn app_only<'d>(
    scopes: &[String],
    tenant: &'d Tenant,
) -> Result<Resolved<'d>, EntraDenial> {
    let joined = scopes.join(" ");
    let [scope] = scopes else {
        return Err(if scopes.is_empty() {
            Denial::ParameterMissing("scope").into()
        } else {
            EntraDenial::ScopeInvalid { scope: joined }
        });
    };
    let Some(resource) = scope.strip_suffix("/.default") else {
        return Err(EntraDenial::ScopeNotDefault { scope: joined });
    };
    Ok(Resolved {
        resource: find(tenant, resource)?,
        audience: resource.to_owned(),
        granted: Vec::new(),
        by_default: None,
    })
}

/// What becomes of scopes of a second resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Several {
    /// They are refused.
    Refused,
    /// They stay away: an access token is for the first resource (learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow).
    Dropped,
}

/// Whether a scope is one of OpenID Connect's, which go with any resource.
pub(super) fn is_openid(scope: &str) -> bool {
    OIDC.contains(&scope)
}

/// A scope of a resource that an application asks a user for.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'d> {
    pub(super) resource: &'d ApiResource,
    pub(super) name: String,
}

/// The scopes of resources among those that a user is asked for. What `.default` stands for is consented to already.
pub(super) fn wanted<'d>(
    scopes: &[String],
    tenant: &'d Tenant,
) -> Result<Vec<Wanted<'d>>, EntraDenial> {
    let mut wanted: Vec<Wanted<'d>> = Vec::new();
    let graph = graph(tenant);
    unmixed(scopes)?;
    for scope in named(scopes) {
        let (resource, name) = scope.rsplit_once('/').unwrap_or((graph, scope));
        if name.is_empty() || resource.is_empty() || scope.len() > LONGEST {
            return Err(EntraDenial::ScopeInvalid {
                scope: scope.chars().take(LONGEST).collect(),
            });
        }
        let resource = find_for_user(tenant, resource)?;
        if name != ".default" {
            wanted.push(Wanted {
                resource,
                name: name.to_owned(),
            });
        }
    }
    Ok(wanted)
}

/// The API that a user's tokens will be for: the first that is named, Graph where none is.
pub(super) fn meant<'d>(scopes: &[String], tenant: &'d Tenant) -> Option<&'d ApiResource> {
    let first = named(scopes)
        .next()
        .and_then(|scope| scope.rsplit_once('/'));
    tenant.resource(first.map_or_else(|| graph(tenant), |(resource, _)| resource))
}

/// Those that are no words of OpenID Connect.
fn named(scopes: &[String]) -> impl Iterator<Item = &String> {
    scopes.iter().filter(|scope| !is_openid(scope))
}

/// Refuses `.default` beside scopes by name (learn.microsoft.com/entra/identity-platform/scopes-oidc).
fn unmixed(scopes: &[String]) -> Result<(), EntraDenial> {
    let is_default = |scope: &&String| scope.rsplit('/').next() == Some(".default");
    let named: Vec<&String> = named(scopes).collect();
    let defaults = named.iter().filter(|scope| is_default(scope)).count();
    match defaults > 0 && defaults < named.len() {
        true => Err(EntraDenial::ScopeInvalid {
            scope: scopes.join(" ").chars().take(LONGEST).collect(),
        }),
        false => Ok(()),
    }
}

/// Refuses the `.default` of an API that the application's registration does not list, if it lists any.
pub(super) fn listed(
    scopes: &[String],
    tenant: &Tenant,
    application: &Application,
) -> Result<(), EntraDenial> {
    let required = &application.registration.required_resources;
    let is_required = |id: &str| required.iter().any(|known| known.eq_ignore_ascii_case(id));
    for scope in named(scopes).filter(|_| !required.is_empty()) {
        let by_default = scope.strip_suffix("/.default");
        let resource = by_default.and_then(|resource| tenant.resource(resource));
        if let Some(resource) = resource.filter(|resource| !is_required(&resource.app_id)) {
            return Err(Coded::new(650_057)
                .with("client", &application.id)
                .with("name", &application.name)
                .with("resource", &resource.app_id)
                .into());
        }
    }
    Ok(())
}

/// Refuses scopes of several resources, and of none that there is.
pub(super) fn of_one_resource(scopes: &[String], tenant: &Tenant) -> Result<(), EntraDenial> {
    let wanted = wanted(scopes, tenant)?;
    let mut resources = wanted.iter().map(|one| &one.resource.app_id);
    let first = resources.next();
    if resources.any(|other| Some(other) != first) {
        return Err(EntraDenial::ScopeSeveralResources);
    }
    Ok(())
}

/// For a user: scopes of one resource, with OpenID Connect's beside them. Short names belong to Graph; `.default` means what is consented to.
pub(super) fn delegated<'d>(
    scopes: &[String],
    tenant: &'d Tenant,
    consented: &Consented<'_>,
    several: Several,
) -> Result<Resolved<'d>, EntraDenial> {
    unmixed(scopes)?;
    listed(scopes, tenant, consented.application)?;
    let mut granted = Vec::new();
    let mut audience: Option<String> = None;
    let mut by_default = None;
    let graph = graph(tenant);
    for scope in scopes {
        if is_openid(scope) {
            granted.push(scope.clone());
            continue;
        }
        let (resource, name) = scope.rsplit_once('/').unwrap_or((graph, scope));
        if resource.is_empty() || name.is_empty() {
            return Err(nameless(scope, several));
        }
        match &audience {
            Some(other) if other != resource && several == Several::Dropped => continue,
            Some(other) if other != resource => return Err(EntraDenial::ScopeSeveralResources),
            _ => audience = Some(resource.to_owned()),
        }
        let found = find_for_user(tenant, resource)?;
        if name == ".default" {
            let of_resource = consented.all(found);
            let of_resource = of_resource.filter(|known| !OIDC.contains(known));
            granted.extend(of_resource.map(|known| format!("{resource}/{known}")));
            by_default = Some(scope.clone());
        } else if consented.allows(found, name) {
            granted.push(scope.clone());
        } else {
            let client = consented.application.id.clone();
            return Err(Denial::ScopeUnknown {
                scope: scope.clone(),
                client,
            }
            .into());
        }
    }
    let audience = audience.unwrap_or_else(|| graph.to_owned());
    // Names of scopes do not differ in case alone.
    let mut seen = HashSet::new();
    granted.retain(|scope| seen.insert(scope.to_ascii_lowercase()));
    Ok(Resolved {
        resource: find_for_user(tenant, &audience)?,
        audience,
        granted,
        by_default,
    })
}

/// A scope without a name, or of no API. Which number is whose is assumed: that of 28002 speaks of what was granted before.
fn nameless(scope: &str, several: Several) -> EntraDenial {
    let scope: String = scope.chars().take(LONGEST).collect();
    match several {
        Several::Refused => EntraDenial::ScopeInvalid { scope },
        Several::Dropped => Coded::new(28_002).with("scope", scope).into(),
    }
}

/// A resource by its identifier alone, as managed identities ask for it.
pub(super) fn resource<'d>(
    identifier: &str,
    tenant: &'d Tenant,
) -> Result<Resolved<'d>, EntraDenial> {
    Ok(Resolved {
        resource: find(tenant, identifier)?,
        audience: identifier.to_owned(),
        granted: Vec::new(),
        by_default: None,
    })
}

/// Graph as the tenant's cloud calls it.
fn graph(tenant: &Tenant) -> &str {
    let graph = tenant.resource(GRAPH_ID);
    graph.map_or(GRAPH, |graph| &graph.identifier)
}

/// A user is told what an administrator can do about it.
fn find_for_user<'d>(tenant: &'d Tenant, resource: &str) -> Result<&'d ApiResource, EntraDenial> {
    match tenant.resource(resource) {
        Some(found) if found.without_service_principal => Err(Coded::new(650_052)
            .with("resource", &found.identifier)
            .with("tenant", &tenant.name)
            .into()),
        _ => find(tenant, resource),
    }
}

fn find<'d>(tenant: &'d Tenant, resource: &str) -> Result<&'d ApiResource, EntraDenial> {
    let found = tenant.resource(resource);
    // One that is an application as well has one service principal for both.
    let is_disabled = |id: &str| {
        let mut applications = tenant.applications.iter();
        applications.any(|known| known.id == id && !known.enabled)
    };
    match found.filter(|found| !found.without_service_principal) {
        Some(found) if found.enabled && !is_disabled(&found.app_id) => Ok(found),
        Some(_) => Err(Coded::new(500_014).with("resource", resource).into()),
        None => Err(EntraDenial::ResourceUnknown {
            resource: resource.to_owned(),
            tenant: tenant.name.clone(),
        }),
    }
}
