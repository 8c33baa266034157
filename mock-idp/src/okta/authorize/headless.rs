//! Deciding on a sign-in without its page, as an administrator of the mock.

use super::decide;
use super::pages;
use super::request::ReturnTo;
use super::returning;
use crate::directory::User;
use crate::ledger::{AskedFor, AuthorizationRequest, Manner, NotOpen};
use crate::okta::{assigned, codes};
use crate::sign_in::{Decided, RefusedWith};
use crate::world::World;

/// Approves a sign-in for the user with this id, who is taken to show whatever is asked for and to allow it. Whom the application is
/// not assigned to is refused all the same.
pub(crate) fn approve(world: &World, serial: u32, user: &str) -> Result<Decided, NotOpen> {
    let now = world.clock.now();
    let open = world.ledger.numbered_authorization(serial, now)?;
    let case = pages::case(world, &open.request).ok_or(NotOpen::Unknown)?;
    let mut users = world.directory.okta.users.iter();
    let user = users
        .find(|known| known.id == user)
        .ok_or(NotOpen::Unknown)?;
    if let Err(named) = assigned::let_in(world, case.application, &user.id) {
        let request = world.ledger.refuse_authorization(serial, now)?;
        let to = ReturnTo::from(&request);
        let (error, description) = named.text();
        let members = returning::error_members(&to, error, description);
        return Ok(returning::answer(&to, members).into());
    }
    let by = decide::shown_everything(world, user);
    let by = decide::on_platform(case.request, by);
    let consent = decide::lacking(world, &case, &user.id);
    let value = decide::code_value(world);
    let code = decide::new_code(world, &value);
    world
        .ledger
        .approve_authorization(serial, by.clone(), &consent, code)?;
    Ok(decide::with_tokens(world, &case, &by, &value).0.into())
}

/// Refuses a sign-in.
pub(crate) fn deny(world: &World, serial: u32, with: &RefusedWith) -> Result<Decided, NotOpen> {
    let request = world
        .ledger
        .refuse_authorization(serial, world.clock.now())?;
    let usual = match with.error.as_str() {
        "access_denied" => codes::text("access_denied_by_user", &[]).1,
        error => codes::usual_text(error),
    };
    let description = with.description.clone().unwrap_or(usual);
    let to = ReturnTo::from(&request);
    let members = returning::error_members(&to, &with.error, description);
    Ok(returning::answer(&to, members).into())
}

/// How a user signs in for a device who shows whatever is asked for.
pub(crate) fn device_shown(world: &World, user: &User) -> Manner {
    decide::shown_everything(world, user).manner
}

/// Has a user allow what the application of a device asks for.
pub(crate) fn allow_device(world: &World, asked: AskedFor, user: &str) {
    let request = AuthorizationRequest::of_device(asked, "");
    if let Some(case) = pages::case(world, &request) {
        let consent = decide::lacking(world, &case, user);
        let (issuer, client) = (case.server.id(), &case.application.id);
        world.ledger.consent(issuer, user, client, &consent);
    }
}
