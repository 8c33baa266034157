//! Entra's tokens: claims in the order and with the values that Entra sends
//! (learn.microsoft.com/entra/identity-platform/access-token-claims-reference and id-token-claims-reference).

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::claims_request::ClaimsRequest;
use super::scope::Resolved;
use super::user_tokens::delegated;
use crate::directory::{Application, ManagedIdentity, Tenant};
use crate::engine::Grant;
use crate::journal::{AuthMethod, Origin};
use crate::keys::{SigningKey, Unsigned};
use crate::members::Members;
use crate::world::World;

/// How far `iat` and `nbf` lie before the moment of issue.
const BACKDATED: Duration = Duration::from_secs(300);

/// What a token speaks of.
pub(super) struct Subject<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) application: &'a Application,
    pub(super) grant: &'a Grant,
    pub(super) resolved: &'a Resolved<'a>,
    pub(super) asked: &'a ClaimsRequest,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
    /// Where the request came from, if there was one.
    pub(super) address: Option<IpAddr>,
}

/// What every access token speaks of, whoever it was issued to.
pub(super) struct About<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) resolved: &'a Resolved<'a>,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl<'a> Subject<'a> {
    pub(super) fn about(&self) -> About<'a> {
        About {
            tenant: self.tenant,
            resolved: self.resolved,
            now: self.now,
            expires_at: self.expires_at,
        }
    }
}

/// An access token of a managed identity, which has authenticated with a certificate that Azure keeps for it.
pub(super) fn managed(world: &World, about: &About<'_>, identity: &ManagedIdentity) -> String {
    let (client, principal) = (&identity.client_id, &identity.object_id);
    let v1 = about.resolved.resource.token_version != 2;
    let mut claims = head(world, about, v1);
    if v1 {
        claims.add("appid", client);
        claims.add("appidacr", "2");
        claims.add("idp", v1_issuer(world, &about.tenant.id));
        claims.add("idtyp", "app");
    } else {
        claims.add("azp", client);
        claims.add("azpacr", "2");
    }
    claims.add("oid", principal);
    claims.add("rh", rh(world));
    let resource = &about.resolved.resource.app_id;
    let roles = about.tenant.roles(&identity.roles, &[client], resource);
    if !roles.is_empty() {
        claims.add("roles", roles);
    }
    claims.add("sub", principal);
    region(&mut claims, about.tenant, v1);
    claims.add("tid", &about.tenant.id);
    let mut claims = tail(world, v1, claims);
    if let Some(resource_id) = &identity.resource_id {
        claims.add("xms_mirid", resource_id);
    }
    let key = world.keys.active();
    unsigned(&key, v1, claims).signed_by(&key)
}

/// An access token. The resource decides between v1.0 and v2.0, whatever endpoint was asked.
pub(super) fn access_token(world: &World, subject: &Subject<'_>) -> String {
    let key = world.keys.active();
    unsigned_access_token(world, subject, &key).signed_by(&key)
}

/// The same before it is signed with this key.
pub(super) fn unsigned_access_token(
    world: &World,
    subject: &Subject<'_>,
    key: &SigningKey,
) -> Unsigned {
    let v1 = subject.resolved.resource.token_version != 2;
    let claims = match &subject.grant.user {
        None => app_only(world, subject, v1),
        Some(user) => delegated(world, subject, user, v1),
    };
    unsigned(key, v1, claims)
}

/// A token with the header of its version: only v1.0 names the certificate.
pub(super) fn unsigned(key: &SigningKey, v1: bool, claims: Members) -> Unsigned {
    let mut header = Members::new();
    header.add("typ", "JWT");
    header.add("alg", "RS256");
    if v1 {
        header.add("x5t", key.x5t());
    }
    header.add("kid", key.kid());
    Unsigned {
        header: header.into_text(),
        claims: claims.into_text(),
    }
}

/// The issuer of v2.0 tokens and metadata.
pub(super) fn v2_issuer(world: &World, tenant: &str) -> String {
    match &world.directory.entra.cloud.issuer_host {
        Some(host) => format!("https://{host}/{tenant}/v2.0"),
        None => format!("{}/{tenant}/v2.0", world.origin(Origin::Login)),
    }
}

/// The issuer of v1.0 tokens and metadata.
pub(super) fn v1_issuer(world: &World, tenant: &str) -> String {
    format!(
        "https://{}/{tenant}/",
        world.directory.entra.cloud.sts_host()
    )
}

fn app_only(world: &World, subject: &Subject<'_>, v1: bool) -> Members {
    let principal = service_principal(&subject.tenant.id, &subject.application.id);
    let mut claims = head(world, &subject.about(), v1);
    if v1 {
        claims.add("app_displayname", &subject.application.name);
        claims.add("appid", &subject.application.id);
        claims.add("appidacr", acr(subject.grant.auth));
        claims.add("idp", v1_issuer(world, &subject.tenant.id));
        claims.add("idtyp", "app");
    } else {
        claims.add("azp", &subject.application.id);
        claims.add("azpacr", acr(subject.grant.auth));
    }
    claims.add("oid", &principal);
    claims.add("rh", rh(world));
    let application = subject.application;
    let resource = &subject.resolved.resource.app_id;
    let roles = subject
        .tenant
        .roles(&application.roles, &[&application.id], resource);
    if !roles.is_empty() {
        claims.add("roles", roles);
    }
    claims.add("sub", &principal);
    region(&mut claims, subject.tenant, v1);
    claims.add("tid", &subject.tenant.id);
    capabilities(subject, tail(world, v1, claims))
}

/// The authentication contexts that were asked for, which a token is only issued with.
pub(super) fn contexts(subject: &Subject<'_>, claims: &mut Members) {
    if !subject.asked.contexts().is_empty() {
        claims.add("acrs", subject.asked.contexts());
    }
}

/// What the client has declared that it understands.
pub(super) fn capabilities(subject: &Subject<'_>, mut claims: Members) -> Members {
    if let Some(declared) = subject.asked.declared(subject.resolved.resource) {
        claims.add("xms_cc", [declared]);
    }
    claims
}

pub(super) fn head(world: &World, subject: &About<'_>, v1: bool) -> Members {
    let mut claims = Members::new();
    if v1 {
        claims.add("aud", &subject.resolved.audience);
        claims.add("iss", v1_issuer(world, &subject.tenant.id));
    } else {
        claims.add("aud", &subject.resolved.resource.app_id);
        claims.add("iss", v2_issuer(world, &subject.tenant.id));
    }
    let issued = backdated(subject.now);
    claims.add("iat", issued);
    claims.add("nbf", issued);
    claims.add("exp", subject.expires_at.as_second());
    claims.add("aio", world.entropy.base64url(24));
    claims
}

pub(super) fn region(claims: &mut Members, tenant: &Tenant, v1: bool) {
    if v1 {
        claims.add("tenant_region_scope", tenant.region());
    }
}

pub(super) fn tail(world: &World, v1: bool, mut claims: Members) -> Members {
    claims.add("uti", world.entropy.base64url(16));
    claims.add("ver", if v1 { "1.0" } else { "2.0" });
    claims
}

/// How the client authenticated: `0` public, `1` secret, `2` certificate.
pub(super) fn acr(auth: Option<AuthMethod>) -> &'static str {
    match auth {
        None => "0",
        Some(AuthMethod::Basic | AuthMethod::Post) => "1",
        Some(AuthMethod::Assertion) => "2",
    }
}

/// A stable object id for the application's service principal in the tenant.
pub(super) fn service_principal(tenant: &str, client: &str) -> String {
    guid_of(&format!("{tenant}/{client}"))
}

/// A GUID that is always the same for the same text.
pub(super) fn guid_of(text: &str) -> String {
    let hash = Sha256::digest(text);
    let hex = crate::entropy::hex(&hash[..16]);
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

pub(super) fn rh(world: &World) -> String {
    format!("1.{}.", world.entropy.base64url(40))
}

/// Seconds since 1970, as `iat` and `nbf` have them.
pub(super) fn backdated(now: Timestamp) -> i64 {
    now.as_second() - BACKDATED.as_secs().cast_signed()
}
