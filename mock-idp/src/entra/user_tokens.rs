//! Tokens that speak of a user: delegated access tokens and id tokens, with their claims in Entra's order
//! (learn.microsoft.com/entra/identity-platform/access-token-claims-reference and id-token-claims-reference).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::admission::device;
use super::realm;
use super::tokens::{
    Subject, acr, backdated, capabilities, contexts, head, region, rh, tail, unsigned, v1_issuer,
    v2_issuer,
};
use crate::directory::{Tenant, User};
use crate::entropy::hex;
use crate::keys::{SigningKey, Unsigned};
use crate::members::Members;
use crate::world::World;

/// How many groups a token names; of more it says where they can be read.
const GROUPS: usize = 200;

/// The claims of an access token in a user's name.
pub(super) fn delegated(world: &World, subject: &Subject<'_>, user: &User, v1: bool) -> Members {
    let names: Vec<&str> = subject
        .grant
        .grantee
        .scope
        .iter()
        .map(|scope| scope.rsplit('/').next().unwrap_or(scope))
        .collect();
    let scp: Vec<&str> = names
        .into_iter()
        .filter(|name| *name != "offline_access")
        .collect();
    let mut claims = head(world, &subject.about(), v1);
    if v1 {
        claims.add("acr", "1");
        contexts(subject, &mut claims);
        claims.add("amr", methods(subject));
        claims.add("app_displayname", &subject.application.name);
        claims.add("appid", &subject.application.id);
        claims.add("appidacr", acr(subject.grant.auth));
        if let Some(device) = device(subject.tenant, subject.grant.sign_in.manner) {
            claims.add("deviceid", &device.id);
        }
        // A directory has one name for each user; the last word is taken for the family's.
        if let Some((given, family)) = user.name.rsplit_once(' ') {
            claims.add("family_name", family);
            claims.add("given_name", given);
        }
        groups(&mut claims, subject, user);
        if let Some((home, _)) = realm::elsewhere(world, subject.tenant, &user.login) {
            claims.add("idp", v1_issuer(world, &home.id));
        }
        claims.add("idtyp", "user");
        if let Some(address) = subject.address {
            claims.add("ipaddr", address);
        }
    } else {
        contexts(subject, &mut claims);
        claims.add("azp", &subject.application.id);
        claims.add("azpacr", acr(subject.grant.auth));
        groups(&mut claims, subject, user);
    }
    claims.add("name", &user.name);
    claims.add("oid", &user.id);
    if v1 {
        claims.add("puid", puid(user));
    } else {
        claims.add("preferred_username", &user.login);
    }
    claims.add("rh", rh(world));
    let roles = subject
        .tenant
        .user_roles(user, &subject.resolved.resource.app_id);
    if !roles.is_empty() {
        claims.add("roles", roles);
    }
    claims.add("scp", scp.join(" "));
    if let Some(session) = &subject.grant.sign_in.session {
        claims.add("sid", session);
    }
    claims.add("sub", pairwise(&user.id, &subject.application.id));
    region(&mut claims, subject.tenant, v1);
    claims.add("tid", &subject.tenant.id);
    if v1 {
        claims.add("unique_name", &user.login);
        claims.add("upn", &user.login);
    }
    capabilities(subject, tail(world, v1, claims))
}

/// How long an id token lives from its issue.
pub(super) const ID_TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// What is given beside an id token, which then vouches for it (OpenID Connect Core section 3.3.2.11).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside<'a> {
    pub(super) code: Option<&'a str>,
    pub(super) access_token: Option<&'a str>,
}

/// An id token (v2.0) for the application itself.
pub(super) fn id_token(
    world: &World,
    subject: &Subject<'_>,
    user: &User,
    beside: Beside<'_>,
) -> String {
    let key = world.keys.active();
    let expires_at = subject.now.checked_add(ID_TOKEN_LIFETIME);
    let expires_at = expires_at.unwrap_or(Timestamp::MAX);
    unsigned_id_token(world, subject, user, beside, expires_at, &key).signed_by(&key)
}

/// The same before it is signed with this key.
pub(super) fn unsigned_id_token(
    world: &World,
    subject: &Subject<'_>,
    user: &User,
    beside: Beside<'_>,
    expires_at: Timestamp,
    key: &SigningKey,
) -> Unsigned {
    let issued = backdated(subject.now);
    let mut claims = Members::new();
    claims.add("aud", &subject.application.id);
    claims.add("iss", v2_issuer(world, &subject.tenant.id));
    claims.add("iat", issued);
    claims.add("nbf", issued);
    claims.add("exp", expires_at.as_second());
    claims.add("aio", world.entropy.base64url(24));
    for (name, given) in [("at_hash", beside.access_token), ("c_hash", beside.code)] {
        if let Some(given) = given {
            claims.add(name, left_half(given));
        }
    }
    let has = |asked: &str| {
        let mut scope = subject.grant.grantee.scope.iter();
        scope.any(|scope| scope == asked)
    };
    if has("email") {
        claims.add("email", &user.login);
    }
    // What describes the user is for those who ask for the profile.
    let described = has("profile");
    if described {
        claims.add("name", &user.name);
    }
    if let Some(nonce) = &subject.grant.sign_in.nonce {
        claims.add("nonce", nonce);
    }
    if described {
        claims.add("oid", &user.id);
        claims.add("preferred_username", &user.login);
    }
    claims.add("rh", rh(world));
    let roles = subject.tenant.user_roles(user, &subject.application.id);
    if !roles.is_empty() {
        claims.add("roles", roles);
    }
    if let Some(session) = &subject.grant.sign_in.session {
        claims.add("sid", session);
    }
    claims.add("sub", pairwise(&user.id, &subject.application.id));
    claims.add("tid", &subject.tenant.id);
    claims.add("uti", world.entropy.base64url(16));
    claims.add("ver", "2.0");
    unsigned(key, false, claims)
}

/// `client_info`: which account the answer belongs to, as MSAL reads it. That of a guest is the one at home.
pub(super) fn client_info(world: &World, tenant: &Tenant, user: &User) -> String {
    let home = realm::elsewhere(world, tenant, &user.login);
    let (tenant, user) = home.unwrap_or((tenant, user));
    URL_SAFE_NO_PAD.encode(json!({ "uid": user.id, "utid": tenant.id }).to_string())
}

/// The first half of a hash (OpenID Connect Core section 3.1.3.6).
fn left_half(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16])
}

/// What the user has shown.
fn methods(subject: &Subject<'_>) -> &'static [&'static str] {
    // Contexts are not satisfied without one.
    let stepped_up = !subject.asked.contexts().is_empty();
    match subject.grant.sign_in.manner.second_factor || stepped_up {
        true => &["pwd", "mfa"],
        false => &["pwd"],
    }
}

/// The user's groups, where the resource wants them named.
fn groups(claims: &mut Members, subject: &Subject<'_>, user: &User) {
    if !subject.resolved.resource.group_claims || user.groups.is_empty() {
        return;
    }
    if user.groups.len() <= GROUPS {
        claims.add("groups", &user.groups);
        return;
    }
    let all = format!(
        "https://graph.windows.net/{}/users/{}/getMemberObjects",
        subject.tenant.id, user.id
    );
    claims.add("_claim_names", json!({ "groups": "src1" }));
    claims.add("_claim_sources", json!({ "src1": { "endpoint": all } }));
}

/// An id of sixteen hexadecimal digits, the same in every tenant.
fn puid(user: &User) -> String {
    let hash = Sha256::digest(&user.id);
    format!("10032{}", &hex(&hash[..6]).to_uppercase()[..11])
}

/// A subject that differs from application to application.
fn pairwise(user: &str, application: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{user}/{application}")))
}
