//! Whom an application is assigned to (developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationUsers). It is
//! asked when a user signs in and again whenever what came of it is shown, so that what was changed meanwhile counts; that Okta
//! asks again is assumed.

use super::denial::{Named, named};
use crate::directory::Application;
use crate::world::World;

/// Refuses who is not assigned to an application that asks for it. Whom nobody knows is refused elsewhere.
pub(super) fn let_in(world: &World, application: &Application, user: &str) -> Result<(), Named> {
    let okta = &world.directory.okta;
    let user = okta.users.iter().find(|known| known.id == user);
    match user.is_none_or(|user| okta.lets_in(user, application)) {
        true => Ok(()),
        false => Err(named("user_not_assigned")),
    }
}
