//! Scopes at the v2.0 endpoint: which resource is meant, and what of it.

use std::collections::HashSet;

use super::coded::Coded;
use super::consented::Consented;
use super::denial::EntraDenial;
use crate::directory::{ApiResource, Tenant};
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
    for scope in scopes.iter().filter(|scope| !is_openid(scope)) {
        let (resource, name) = scope.rsplit_once('/').unwrap_or((graph, scope));
        if name.is_empty() || resource.is_empty() || scope.len() > LONGEST {
            return Err(EntraDenial::ScopeInvalid {
                scope: scope.chars().take(LONGEST).collect(),
            });
        }
        let resource = find(tenant, resource)?;
        if name != ".default" {
            wanted.push(Wanted {
                resource,
                name: name.to_owned(),
            });
        }
    }
    Ok(wanted)
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
        match &audience {
            Some(other) if other != resource && several == Several::Dropped => continue,
            Some(other) if other != resource => return Err(EntraDenial::ScopeSeveralResources),
            _ => audience = Some(resource.to_owned()),
        }
        let found = find(tenant, resource)?;
        if name == ".default" {
            let of_resource = consented.all(found);
            let of_resource = of_resource.filter(|known| !OIDC.contains(known));
            granted.extend(of_resource.map(|known| format!("{resource}/{known}")));
            by_default = Some(scope.clone());
        } else if consented.allows(found, name) {
            granted.push(scope.clone());
        } else {
            let client = consented.client.to_owned();
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
        resource: find(tenant, &audience)?,
        audience,
        granted,
        by_default,
    })
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

fn find<'d>(tenant: &'d Tenant, resource: &str) -> Result<&'d ApiResource, EntraDenial> {
    let found = tenant.resource(resource);
    match found {
        Some(found) if found.enabled => Ok(found),
        Some(_) => Err(Coded::new(500_014).with("resource", resource).into()),
        None => Err(EntraDenial::ResourceUnknown {
            resource: resource.to_owned(),
            tenant: tenant.name.clone(),
        }),
    }
}
