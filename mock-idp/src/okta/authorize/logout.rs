//! The end of a browser's session (OpenID Connect RP-Initiated Logout 1.0).

use http::StatusCode;

use crate::engine::{Assertion, Denial, TokenRequest};
use crate::inbound::Inbound;
use crate::okta::denial::{OktaDenial, named, told};
use crate::okta::server::Server;
use crate::reply::Reply;
use crate::resource::verified;
use crate::sign_in::{encode, page, session, with_query};
use crate::world::World;

/// Ends the session, and sends the user on to an address that the application has registered for it.
pub(super) fn answer(world: &World, inbound: &Inbound, said: &TokenRequest) -> Reply {
    match ended(world, inbound, said) {
        Ok(reply) => reply,
        Err(denial) => super::on_page(world, inbound, &denial),
    }
}

fn ended(world: &World, inbound: &Inbound, said: &TokenRequest) -> Result<Reply, OktaDenial> {
    if !inbound.is_read() && inbound.method != http::Method::POST {
        let method = inbound.method.to_string();
        return Err(Denial::MethodNotAllowed { method }.into());
    }
    if said.malformed {
        return Err(Denial::Malformed.into());
    }
    let server = Server::of(world, inbound)?;
    let client = client(world, server, said)?;
    let mut applications = world.directory.okta.applications.iter();
    let application = applications
        .find(|known| known.id == client && known.enabled)
        .ok_or_else(|| named("client_unknown"))?;
    let wanted = said.get("post_logout_redirect_uri");
    let known = &application.okta.post_logout_redirect_uris;
    if let Some(wanted) = wanted.filter(|wanted| !known.iter().any(|known| known == wanted)) {
        let wanted: String = wanted.chars().take(256).collect();
        return Err(told("post_logout_uri_unknown", "url", wanted).into());
    }
    if let Some(cookie) = session::cookie(world, inbound) {
        world.ledger.end_session(&cookie);
    }
    let mut reply = match wanted {
        Some(uri) => {
            let mut uri = uri.to_owned();
            if let Some(state) = said.get("state") {
                uri = with_query(&uri, &format!("state={}", encode(state)));
            }
            let mut reply = Reply::empty(StatusCode::FOUND);
            reply.set_header("location", &uri);
            reply
        }
        None => page::message(
            StatusCode::OK,
            "Signed out",
            "You have been signed out. You may close this window.",
            None,
        ),
    };
    session::clear(world, &mut reply);
    Ok(reply)
}

/// Whose id token is shown, expired or not, or else who says that it asks.
fn client(world: &World, server: Server<'_>, said: &TokenRequest) -> Result<String, OktaDenial> {
    let named_client = said.get("client_id");
    let Some(hint) = said.get("id_token_hint") else {
        let client =
            named_client.ok_or_else(|| told("parameter_missing", "name", "id_token_hint"))?;
        return Ok(client.to_owned());
    };
    let invalid = || OktaDenial::from(named("id_token_hint_invalid"));
    verified(world, hint).map_err(|_| invalid())?;
    let token = Assertion::parse(hint).ok_or_else(invalid)?;
    if token.issuer() != Some(&server.issuer(world)) {
        return Err(invalid());
    }
    let audience = token.claim("aud").and_then(|aud| aud.as_str());
    let audience = audience.ok_or_else(invalid)?;
    match named_client {
        Some(client) if client != audience => Err(invalid()),
        _ => Ok(audience.to_owned()),
    }
}
