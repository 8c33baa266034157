//! Okta's tokens (developer.okta.com/docs/api/openapi/okta-oauth/guides/overview, "Access token payload").

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::server::Server;
use crate::directory::User;
use crate::engine::Grant;
use crate::keys::{SigningKey, Unsigned};
use crate::members::Members;
use crate::world::World;

/// `typ` of the org server's access tokens.
const ORG_TOKEN: &str = "application/okta-internal-at+jwt";

/// An access token. Tokens of the org server carry a type of their own and the org as audience.
pub(super) fn access_token(
    world: &World,
    server: Server<'_>,
    grant: &Grant,
    now: Timestamp,
    expires_at: Timestamp,
) -> String {
    let key = world.keys.active_of(server.id());
    unsigned_access_token(world, server, grant, now, expires_at, &key).signed_by(&key)
}

/// The same before it is signed with this key.
pub(super) fn unsigned_access_token(
    world: &World,
    server: Server<'_>,
    grant: &Grant,
    now: Timestamp,
    expires_at: Timestamp,
    key: &SigningKey,
) -> Unsigned {
    let issuer = server.issuer(world);
    let (typ, audience) = match server {
        Server::Org => (Some(ORG_TOKEN), issuer.as_str()),
        Server::Custom(custom) => (None, custom.audience.as_str()),
    };
    let mut jti = format!("AT.{}", world.entropy.base64url(32));
    if let Some(family) = grant.family {
        jti.push_str(&format!(".oar{family:0>17}"));
    }
    let grantee = &grant.grantee;
    let mut claims = Members::new();
    claims.add("ver", 1);
    claims.add("jti", jti);
    claims.add("iss", &issuer);
    claims.add("aud", audience);
    claims.add("iat", now.as_second());
    claims.add("exp", expires_at.as_second());
    claims.add("cid", &grantee.client);
    if let Some(user) = &grant.user {
        claims.add("uid", &user.id);
    }
    claims.add("scp", &grantee.scope);
    if grant.user.is_some() {
        claims.add("auth_time", signed_in_at(grant, now));
    }
    let subject = grant
        .user
        .as_ref()
        .map_or(&grantee.client, |user| &user.login);
    claims.add("sub", subject);
    if let Some(bound) = grant.sign_in.manner.key {
        claims.add("cnf", json!({ "jkt": URL_SAFE_NO_PAD.encode(bound) }));
    }
    unsigned(key, typ, claims)
}

/// What an id token comes along with, and vouches for by its hashes. No `Debug`: it shows them.
#[derive(Clone, Copy, Default)]
pub(super) struct Companions<'a> {
    pub(super) access_token: Option<&'a str>,
    pub(super) code: Option<&'a str>,
}

/// How long an id token lives.
pub(super) const ID_TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// An id token for the application itself.
pub(super) fn id_token(
    world: &World,
    server: Server<'_>,
    grant: &Grant,
    user: &User,
    beside: Companions<'_>,
    now: Timestamp,
) -> String {
    let key = world.keys.active_of(server.id());
    let expires_at = now.checked_add(ID_TOKEN_LIFETIME);
    let about = IdToken {
        server,
        grant,
        user,
        beside,
        now,
        expires_at: expires_at.unwrap_or(Timestamp::MAX),
    };
    unsigned_id_token(world, &about, &key).signed_by(&key)
}

/// What an id token speaks of.
pub(super) struct IdToken<'a> {
    pub(super) server: Server<'a>,
    pub(super) grant: &'a Grant,
    pub(super) user: &'a User,
    pub(super) beside: Companions<'a>,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// The same before it is signed with this key.
pub(super) fn unsigned_id_token(world: &World, about: &IdToken<'_>, key: &SigningKey) -> Unsigned {
    let IdToken {
        grant, user, now, ..
    } = *about;
    let scope = &grant.grantee.scope;
    let has = |asked: &str| scope.iter().any(|scope| scope == asked);
    let mut claims = Members::new();
    claims.add("sub", &user.id);
    if has("profile") {
        claims.add("name", &user.name);
    }
    if has("email") {
        claims.add("email", &user.login);
    }
    claims.add("ver", 1);
    claims.add("iss", about.server.issuer(world));
    claims.add("aud", &grant.grantee.client);
    claims.add("iat", now.as_second());
    claims.add("exp", about.expires_at.as_second());
    claims.add("jti", format!("ID.{}", world.entropy.base64url(32)));
    claims.add("amr", methods(grant));
    claims.add("idp", &world.directory.okta.org_id);
    if let Some(nonce) = &grant.sign_in.nonce {
        claims.add("nonce", nonce);
    }
    claims.add("preferred_username", &user.login);
    claims.add("auth_time", signed_in_at(grant, now));
    if has("groups") {
        claims.add("groups", group_names(world, user));
    }
    if let Some(token) = about.beside.access_token {
        claims.add("at_hash", half_of_hash(token));
    }
    if let Some(code) = about.beside.code {
        claims.add("c_hash", half_of_hash(code));
    }
    unsigned(key, None, claims)
}

/// The names of a user's groups, as many as a token names.
pub(super) fn group_names<'w>(world: &'w World, user: &User) -> Vec<&'w str> {
    const MOST: usize = 100;
    let groups = world.directory.okta.groups.iter();
    let his = groups.filter(|group| user.groups.contains(&group.id));
    his.map(|group| group.name.as_str()).take(MOST).collect()
}

/// When the user signed in; what began otherwise begins now.
fn signed_in_at(grant: &Grant, now: Timestamp) -> i64 {
    grant.sign_in.manner.at.unwrap_or(now).as_second()
}

/// What the user has shown.
fn methods(grant: &Grant) -> &'static [&'static str] {
    match grant.sign_in.manner.second_factor {
        true => &["pwd", "mfa"],
        false => &["pwd"],
    }
}

/// The left half of a hash (OpenID Connect Core section 3.3.2.11).
fn half_of_hash(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(value)[..16])
}

fn unsigned(key: &SigningKey, typ: Option<&str>, claims: Members) -> Unsigned {
    let mut header = Members::new();
    header.add("kid", key.kid());
    if let Some(typ) = typ {
        header.add("typ", typ);
    }
    header.add("alg", "RS256");
    Unsigned {
        header: header.into_text(),
        claims: claims.into_text(),
    }
}
