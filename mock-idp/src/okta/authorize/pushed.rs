//! Requests that are left beforehand (RFC 9126, developer.okta.com/docs/api/openapi/okta-oauth, `par`).

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::request::{self, Refused};
use crate::engine::TokenRequest;
use crate::inbound::Inbound;
use crate::okta::client::authenticated;
use crate::okta::denial::{OktaDenial, named, told};
use crate::okta::server::Server;
use crate::reply::Reply;
use crate::world::World;

/// How long a reference works.
const LIFETIME: Duration = Duration::from_secs(3600);
/// What authenticates the client and is no part of the request.
const OF_THE_CLIENT: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// Keeps a request, and says under which reference.
pub(super) fn answer(world: &World, inbound: &Inbound, said: &TokenRequest) -> Reply {
    kept(world, inbound, said).unwrap_or_else(|denial| denial.render(world))
}

fn kept(world: &World, inbound: &Inbound, said: &TokenRequest) -> Result<Reply, OktaDenial> {
    let server = Server::of(world, inbound)?;
    let claimed = authenticated(world, inbound, said)?;
    if said.get("request_uri").is_some() {
        return Err(told("parameter_missing", "name", "response_type").into());
    }
    let client = &claimed.application.id;
    let mut parameters = said.parameters();
    parameters.retain(|(name, _)| name != "client_id" && !OF_THE_CLIENT.contains(&name.as_str()));
    parameters.push(("client_id".to_owned(), client.clone()));
    let request = TokenRequest::of(parameters.clone());
    // What would be refused later is refused now; nobody is sent anywhere yet.
    request::of(server, world, &request).map_err(|refused| match refused {
        Refused::OnPage(denial) => denial,
        Refused::AtClient(refused) => refused.1,
    })?;
    let reference = format!("urn:okta:{}", world.entropy.base64url(32));
    let expires_at = world
        .clock
        .now()
        .checked_add(LIFETIME)
        .map_err(|_| named("server_error"))?;
    let ledger = &world.ledger;
    ledger.keep_pushed(&reference, client, server.id(), parameters, expires_at);
    let body = json!({ "request_uri": reference, "expires_in": LIFETIME.as_secs() });
    let status = world.directory.okta.uncertain.pushed_status;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok(Reply::json(status, body))
}
