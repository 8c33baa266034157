//! The end of a browser's session (OpenID Connect RP-Initiated Logout 1.0,
//! learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-a-sign-out-request).

use http::StatusCode;

use super::decide::on_page;
use super::redirect_uri;
use super::{page, session};
use crate::engine::{Denial, TokenRequest};
use crate::entra::tenant::{Segment, resolve, segment};
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::sign_in::{encode, with_query};
use crate::world::World;

/// Ends the session, and sends the user on to an address that an application of the tenant has registered.
///
/// That any application's will do, whether or not the request tells which one asks, is assumed.
pub(super) fn answer(world: &World, inbound: &Inbound, said: &TokenRequest) -> Reply {
    if !inbound.is_read() && inbound.method != http::Method::POST {
        let method = inbound.method.to_string();
        return on_page(world, inbound, &Denial::MethodNotAllowed { method }.into());
    }
    if said.malformed {
        return on_page(world, inbound, &Denial::Malformed.into());
    }
    let tenants = match resolve(&world.directory.entra, &segment(inbound)) {
        Err(denial) => return on_page(world, inbound, &denial),
        Ok(Segment::Tenant(tenant)) => std::slice::from_ref(tenant),
        Ok(Segment::Alias(_)) => world.directory.entra.tenants.as_slice(),
    };
    if let Some(cookie) = session::cookie(world, inbound) {
        world.ledger.end_session(&cookie);
    }
    let wanted = said.get("post_logout_redirect_uri");
    let known = wanted.filter(|wanted| {
        let mut tenants = tenants.iter();
        tenants.any(|tenant| redirect_uri::is_anybodys(&tenant.applications, wanted))
    });
    let mut reply = match known {
        Some(uri) => {
            let mut uri = redirect_uri::with_path(uri);
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
    reply
}
