//! Deciding on a sign-in without its page, as an administrator of the mock.

use super::decide;
use super::request::ReturnTo;
use super::{giving, pages, returning};
use crate::directory::{Tenant, User};
use crate::entra::aadsts::{Aadsts, text_of};
use crate::ledger::{AskedFor, AuthorizationRequest, Manner, NotOpen, Progress};
use crate::sign_in::{Decided, RefusedWith};
use crate::world::World;

/// The tenants whose users an application may sign in: that which was asked, and if none in particular was, the others that have the
/// application.
pub(crate) fn open_to<'w>(
    world: &'w World,
    issuer: &str,
    client: &str,
    any_issuer: bool,
) -> Vec<&'w Tenant> {
    let directory = &world.directory.entra;
    let asked = directory.tenant(issuer);
    let others = directory.tenants.iter().filter(|tenant| {
        let mut applications = tenant.applications.iter();
        let has = applications.any(|known| known.id == client && known.enabled);
        any_issuer && has && asked.is_none_or(|asked| asked.id != tenant.id)
    });
    asked.into_iter().chain(others).collect()
}

/// Approves a sign-in for the user with this id in this tenant, who is taken to show whatever is asked for and to allow it. Whom
/// something keeps out all the same is refused, and the client told.
pub(crate) fn approve(
    world: &World,
    serial: u32,
    tenant: &str,
    user: &str,
) -> Result<Decided, NotOpen> {
    let now = world.clock.now();
    let mut request = world.ledger.numbered_authorization(serial, now)?.request;
    tenant.clone_into(&mut request.issuer);
    let case = pages::case(world, &request).ok_or(NotOpen::Unknown)?;
    let mut users = case.tenant.users.iter();
    let user = users
        .find(|known| known.id == user)
        .ok_or(NotOpen::Unknown)?;
    let by = Progress {
        user: user.id.clone(),
        manner: decide::shown_everything(&case, user),
        session: Some(world.entropy.guid()),
    };
    if let Err(denial) = decide::admitted(world, &case, user, by.manner) {
        let request = world.ledger.refuse_authorization(serial, now)?;
        let error = returning::silent(denial.aadsts(now));
        let members = returning::error_members(world, None, &error, false);
        return Ok(returning::answer(&ReturnTo::from(&request), members).into());
    }
    let consent = decide::lacking(world, &case, user).all();
    world.ledger.move_authorization(serial, tenant);
    let given = giving::approved(world, &case, serial, by, &consent, None)?;
    Ok(given.answer.into())
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

/// How a user signs in for a device who shows whatever is asked for.
pub(crate) fn device_shown(world: &World, asked: &AskedFor, user: &User) -> Manner {
    let request = AuthorizationRequest::of_device(asked.clone(), "");
    let case = pages::case(world, &request);
    case.map_or(Manner::PASSWORD, |case| {
        decide::shown_everything(&case, user)
    })
}

/// Has a user allow what the application of a device asks for.
pub(crate) fn allow_device(world: &World, asked: AskedFor, user: &str) {
    let request = AuthorizationRequest::of_device(asked, "");
    let Some(case) = pages::case(world, &request) else {
        return;
    };
    let mut users = case.tenant.users.iter();
    let Some(user) = users.find(|known| known.id == user) else {
        return;
    };
    let scopes = decide::lacking(world, &case, user).all();
    let (issuer, client) = (&case.tenant.id, &case.application.id);
    world.ledger.consent(issuer, &user.id, client, &scopes);
}
