//! Deciding on a sign-in without its page, as an administrator of the mock.

use super::decide::{self, Lacking};
use super::pages;
use super::request::ReturnTo;
use super::returning;
use crate::entra::aadsts::{Aadsts, text_of};
use crate::ledger::{AskedFor, NotOpen, Progress};
use crate::sign_in::{Decided, RefusedWith};
use crate::world::World;

/// Approves a sign-in for the user with this id, who is taken to show whatever is asked for and to allow it.
pub(crate) fn approve(world: &World, serial: u32, user: &str) -> Result<Decided, NotOpen> {
    let now = world.clock.now();
    let open = world.ledger.numbered_authorization(serial, now)?;
    let case = pages::case(world, &open.request).ok_or(NotOpen::Unknown)?;
    let mut users = case.tenant.users.iter();
    let user = users
        .find(|known| known.id == user)
        .ok_or(NotOpen::Unknown)?;
    let by = Progress {
        user: user.id.clone(),
        manner: decide::shown_everything(user),
        session: Some(world.entropy.guid()),
    };
    let by = decide::on_platform(case.request, by);
    let Lacking {
        of_user,
        of_administrator,
    } = decide::lacking(world, &case, user);
    let consent: Vec<String> = of_user.into_iter().chain(of_administrator).collect();
    let value = decide::code_value(world);
    let code = decide::new_code(world, &value);
    world
        .ledger
        .approve_authorization(serial, by.clone(), &consent, code)?;
    Ok(decide::with_code(&case, &by, &value).into())
}

/// Refuses a sign-in.
pub(crate) fn deny(world: &World, serial: u32, with: &RefusedWith) -> Result<Decided, NotOpen> {
    let request = world
        .ledger
        .refuse_authorization(serial, world.clock.now())?;
    let message = with.description.clone();
    let message = message.unwrap_or_else(|| text_of(with.number).to_owned());
    let error = Aadsts::new(with.number, &with.error, message);
    let members = returning::error_members(world, None, &error, false);
    Ok(returning::answer(&ReturnTo::from(&request), members).into())
}

/// Has a user allow what the application of a device asks for.
pub(crate) fn allow_device(world: &World, asked: AskedFor, user: &str) {
    let request = pages::of_device(asked, "");
    let Some(case) = pages::case(world, &request) else {
        return;
    };
    let mut users = case.tenant.users.iter();
    let Some(user) = users.find(|known| known.id == user) else {
        return;
    };
    let lacking = decide::lacking(world, &case, user);
    let scopes: Vec<String> = lacking
        .of_user
        .into_iter()
        .chain(lacking.of_administrator)
        .collect();
    let (issuer, client) = (&case.tenant.id, &case.application.id);
    world.ledger.consent(issuer, &user.id, client, &scopes);
}
