//! The JWT bearer grant: an application states with its own key in whose name it asks (RFC 7523 section 2.1).
//!
//! Okta documents the audience and that an assertion counts once; who may be named, and how, is assumed: a user of the org by login
//! or id, by an application that has keys.

use std::time::Duration;

use super::assertion::{is_by_secret, signed};
use super::denial::{OktaDenial, named};
use super::issuing::{refresh_value, terms};
use super::scope;
use super::server::Server;
use super::token::allowed;
use crate::directory::GrantType;
use crate::engine::{self, Assertion, Claimed, Grant, TokenRequest};
use crate::ledger::{Manner, NotUsable};
use crate::world::World;

/// Grants what an assertion asks for.
pub(super) fn granted(
    world: &World,
    request: &TokenRequest,
    server: Server<'_>,
    claimed: &Claimed<'_>,
) -> Result<Grant, OktaDenial> {
    let application = claimed.application;
    let invalid = || OktaDenial::from(named("jwt_bearer_invalid"));
    let shown = request.require("assertion")?;
    let assertion = Assertion::parse(shown).ok_or_else(invalid)?;
    let issuer = server.issuer(world);
    let is_meant = assertion
        .audience()
        .is_some_and(|audience| audience.names(|one| one == issuer));
    if !is_meant {
        return Err(named("jwt_bearer_audience").into());
    }
    let now = world.clock.now();
    let end = assertion
        .timely(now, Duration::ZERO)
        .map_err(|_| invalid())?;
    if assertion.issuer() != Some(&application.id) || is_by_secret(&assertion) {
        return Err(invalid());
    }
    signed(world, &assertion, application).map_err(|_| invalid())?;
    let name = assertion.subject().unwrap_or_default();
    let mut users = world.directory.okta.users.iter();
    let user = users.find(|user| user.id == name || user.login.eq_ignore_ascii_case(name));
    let user = user.filter(|user| user.enabled && !user.locked);
    let user = user.cloned().ok_or_else(invalid)?;
    let scopes = scope::of_user(request.scope(), server, application)?;
    allowed(world, server, claimed, &user.id, &scopes)?;
    let manner = Manner {
        at: Some(now),
        ..Manner::default()
    };
    let terms = terms(
        world,
        server,
        application,
        GrantType::OnBehalfOf,
        scopes,
        manner,
    )?;
    let id = assertion.id().ok_or_else(invalid)?;
    let whose = format!("jwt-bearer {}", application.id);
    let used = world.ledger.use_assertion(&whose, id, end, now);
    used.map_err(|refused| match refused {
        NotUsable::Used => named("jwt_bearer_used"),
        NotUsable::NoRoom => named("temporarily_unavailable"),
    })?;
    let make = || refresh_value(world);
    Ok(engine::signed_in(
        request,
        claimed,
        user,
        terms,
        &world.ledger,
        now,
        make,
    ))
}
