//! What a grant gives: the terms it is made on, its tokens, and the answer that carries them.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::denial::OktaDenial;
use super::policy;
use super::server::Server;
use super::tokens::{self, Companions};
use crate::directory::{Application, GrantType, Lifetimes};
use crate::engine::{Grant, Terms};
use crate::ledger::{Manner, RefreshLifetime, TokenLabel};
use crate::reply::Reply;
use crate::world::World;

/// What access tokens live unless a policy says otherwise.
const ACCESS_LIFETIME: Duration = Duration::from_secs(3600);
/// Refresh tokens of custom servers die after 7 days without use; the org's after 90 days.
const CUSTOM_REFRESH_IDLE: Duration = Duration::from_secs(7 * 24 * 3600);
const ORG_REFRESH_ABSOLUTE: Duration = Duration::from_secs(90 * 24 * 3600);

/// The terms of a grant, where policies allow it.
pub(super) fn terms(
    world: &World,
    server: Server<'_>,
    application: &Application,
    grant: GrantType,
    scope: Vec<String>,
    manner: Manner,
) -> Result<Terms, OktaDenial> {
    let said = policy::lifetimes(server, application, grant, &scope)?;
    Ok(Terms {
        issuer: server.id().to_owned(),
        scope,
        lifetime: access_lifetime(world, &said),
        refresh_lifetime: refresh_lifetime(world, matches!(server, Server::Org), &said),
        manner,
    })
}

/// How long access tokens live, where policy and application say this.
pub(super) fn access_lifetime(world: &World, said: &Lifetimes) -> Duration {
    let asked = world.settings.access_lifetime.or(said.access_token);
    asked.unwrap_or(ACCESS_LIFETIME)
}

/// How long refresh tokens live, where policy and application say this.
pub(crate) fn refresh_lifetime(world: &World, org: bool, said: &Lifetimes) -> RefreshLifetime {
    if let Some(limit) = world.settings.refresh_lifetime {
        return RefreshLifetime {
            idle: Some(limit),
            absolute: None,
        };
    }
    let (idle, absolute) = match org {
        true => (None, Some(ORG_REFRESH_ABSOLUTE)),
        false => (Some(CUSTOM_REFRESH_IDLE), None),
    };
    RefreshLifetime {
        idle: said.refresh_idle.or(idle),
        absolute: said.refresh_token.or(absolute),
    }
}

/// A refresh token in Okta's style: 43 characters of base64url.
pub(crate) fn refresh_value(world: &World) -> String {
    world.entropy.base64url(32)
}

/// How a user signs in who shows a password now.
pub(super) fn by_password(world: &World) -> Manner {
    Manner {
        at: Some(world.clock.now()),
        ..Manner::PASSWORD
    }
}

/// The access token of a grant, and what it is called. No `Debug`: it shows the token.
pub(super) struct Issued {
    pub(super) value: String,
    pub(super) label: TokenLabel,
}

/// Issues the access token of a grant.
pub(super) fn access_token(world: &World, server: Server<'_>, grant: &Grant) -> Issued {
    let now = world.clock.now();
    let expires_at = now.checked_add(grant.lifetime).unwrap_or(Timestamp::MAX);
    let label =
        world
            .ledger
            .issue_access(&grant.grantee, grant.family, grant.parent, now, expires_at);
    let value = tokens::access_token(world, server, grant, now, expires_at);
    world.ledger.record_access(label, &value);
    Issued { value, label }
}

/// What a token is called that is bound to a key.
pub(super) const DPOP: &str = "DPoP";

/// `DPoP` for a token that is bound to a key.
pub(super) fn token_type(grant: &Grant) -> &'static str {
    match grant.sign_in.manner.key {
        Some(_) => DPOP,
        None => "Bearer",
    }
}

/// The answer of the token endpoint.
pub(super) fn reply(world: &World, server: Server<'_>, grant: &Grant) -> Reply {
    let access = access_token(world, server, grant);
    let mut body = json!({
        "token_type": token_type(grant), "expires_in": grant.lifetime.as_secs(), "access_token": access.value,
        "scope": grant.grantee.scope.join(" "),
    });
    if let Some(refresh) = &grant.refresh {
        body["refresh_token"] = json!(refresh.value.reveal());
    }
    if let Some(user) = &grant.user
        && grant.grantee.scope.iter().any(|scope| scope == "openid")
    {
        let beside = Companions {
            access_token: Some(&access.value),
            code: None,
        };
        let now = world.clock.now();
        body["id_token"] = json!(tokens::id_token(world, server, grant, user, beside, now));
    }
    let issued = std::iter::once(access.label).chain(
        grant
            .refresh
            .iter()
            .filter(|refresh| refresh.is_new)
            .map(|refresh| refresh.label),
    );
    Reply::json(StatusCode::OK, body).with_issued(issued)
}
