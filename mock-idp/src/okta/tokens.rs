//! Okta's tokens (developer.okta.com/docs/api/openapi/okta-oauth/guides/overview, "Access token payload").

use std::time::Duration;

use jiff::Timestamp;

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
    let key = world.keys.active();
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
        claims.add("auth_time", now.as_second());
    }
    let subject = grant
        .user
        .as_ref()
        .map_or(&grantee.client, |user| &user.login);
    claims.add("sub", subject);
    unsigned(key, typ, claims)
}

/// How long an id token lives.
pub(super) const ID_TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// An id token for the application itself.
pub(super) fn id_token(
    world: &World,
    server: Server<'_>,
    grant: &Grant,
    user: &User,
    now: Timestamp,
) -> String {
    let key = world.keys.active();
    let expires_at = now.checked_add(ID_TOKEN_LIFETIME);
    let expires_at = expires_at.unwrap_or(Timestamp::MAX);
    unsigned_id_token(world, server, grant, user, now, expires_at, &key).signed_by(&key)
}

/// The same before it is signed with this key.
pub(super) fn unsigned_id_token(
    world: &World,
    server: Server<'_>,
    grant: &Grant,
    user: &User,
    now: Timestamp,
    expires_at: Timestamp,
    key: &SigningKey,
) -> Unsigned {
    let mut claims = Members::new();
    claims.add("sub", &user.id);
    claims.add("name", &user.name);
    claims.add("email", &user.login);
    claims.add("ver", 1);
    claims.add("iss", server.issuer(world));
    claims.add("aud", &grant.grantee.client);
    claims.add("iat", now.as_second());
    claims.add("exp", expires_at.as_second());
    claims.add("jti", format!("ID.{}", world.entropy.base64url(32)));
    claims.add("amr", ["pwd"]);
    claims.add("idp", &world.directory.okta.org_id);
    claims.add("preferred_username", &user.login);
    claims.add("auth_time", now.as_second());
    unsigned(key, None, claims)
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
