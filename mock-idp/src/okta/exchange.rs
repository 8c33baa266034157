//! Token exchange: a service asks in the name of the user who called it (RFC 8693,
//! developer.okta.com/docs/guides/set-up-token-exchange). Actors are not played.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::denial::{Named, OktaDenial, named};
use super::issuing::{access_token, terms, token_type};
use super::scope;
use super::server::Server;
use super::token::{allowed, unsupported};
use crate::directory::{ApplicationType, GrantType};
use crate::engine::{self, Claimed, Denial, Grant, SignIn, TokenRequest};
use crate::ledger::{Grantee, Manner, TokenState};
use crate::reply::Reply;
use crate::resource::verified;
use crate::world::World;

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

/// Exchanges the token of a request. The order of the checks is assumed.
pub(super) fn granted(
    world: &World,
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
) -> Result<Grant, OktaDenial> {
    let Server::Custom(custom) = server else {
        return Err(unsupported());
    };
    let application = claimed.application;
    let kind = GrantType::TokenExchange;
    if application.application_type() != ApplicationType::Service {
        let allowed = application.grants.iter();
        return Err(Denial::GrantNotAllowed {
            grant: kind.name().to_owned(),
            allowed: allowed.map(|grant| grant.name()).collect(),
        }
        .into());
    }
    let shown = request.require("subject_token")?;
    let told_as = request.require("subject_token_type")?;
    if !matches!(told_as, ACCESS_TOKEN | ID_TOKEN) || request.get("actor_token").is_some() {
        return Err(named("subject_token_type_invalid").into());
    }
    if request
        .get("requested_token_type")
        .is_some_and(|wanted| wanted != ACCESS_TOKEN)
    {
        return Err(named("requested_token_type_invalid").into());
    }
    if request.get("audience") != Some(&custom.audience) {
        return Err(named("invalid_target").into());
    }
    let subject = examined(world, shown, told_as)?;
    let scopes = scope::of_user(request.scope(), server, application)?;
    // Who is no user's application has no use for what is about users.
    if scopes.iter().any(|scope| scope::is_for_users(scope)) {
        return Err(named("scope_unknown").into());
    }
    let id = if told_as == ID_TOKEN { "sub" } else { "uid" };
    let user = subject[id].as_str().unwrap_or_default();
    let user = engine::able_user(&world.directory.okta.users, user)
        .map_err(|_| named("subject_token_invalid"))?;
    allowed(world, server, claimed, &user.id, &scopes)?;
    let terms = terms(world, server, application, kind, scopes, Manner::default())?;
    let since = subject["auth_time"].as_i64();
    Ok(Grant {
        grantee: Grantee {
            client: application.id.clone(),
            user: Some(user.id.clone()),
            issuer: terms.issuer,
            scope: terms.scope,
        },
        user: Some(user),
        auth: request.auth_methods().first().copied(),
        refresh: None,
        family: None,
        parent: world.ledger.label_of(shown),
        lifetime: terms.lifetime,
        sign_in: SignIn {
            manner: Manner {
                at: since.and_then(|since| Timestamp::from_second(since).ok()),
                ..Manner::default()
            },
            ..SignIn::default()
        },
    })
}

/// The answer, which says of what kind the token is (RFC 8693 section 2.2.1).
pub(super) fn reply(world: &World, server: Server<'_>, grant: &Grant) -> Reply {
    let access = access_token(world, server, grant);
    let body = json!({
        "token_type": token_type(grant), "expires_in": grant.lifetime.as_secs(), "access_token": access.value,
        "scope": grant.grantee.scope.join(" "), "issued_token_type": ACCESS_TOKEN,
    });
    Reply::json(StatusCode::OK, body).with_issued([access.label])
}

/// The claims of a token of this org that is good.
fn examined(world: &World, shown: &str, told_as: &str) -> Result<Value, Named> {
    let invalid = || named("subject_token_invalid");
    let claims = verified(world, shown).map_err(|_| invalid())?;
    let now = world.clock.now();
    let lives = claims["exp"]
        .as_i64()
        .is_some_and(|end| now.as_second() < end);
    let servers = world.directory.okta.authorization_servers.iter();
    let mut issuers = servers.map(Server::Custom).chain([Server::Org]);
    let is_ours = issuers.any(|server| claims["iss"] == server.issuer(world).as_str());
    let state = world.ledger.state_of(shown, now).1;
    let is_known = match told_as {
        ID_TOKEN => state == TokenState::Foreign,
        _ => state == TokenState::Live,
    };
    match lives && is_ours && is_known {
        true => Ok(claims),
        false => Err(invalid()),
    }
}
