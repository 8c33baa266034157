//! Where the calls of an example go.

use crate::journal::Origin;
use crate::world::World;

/// Where Graph-shaped calls of an example go.
pub(crate) fn example_resource(world: &World) -> String {
    format!("{}/v1.0/users", world.origin(Origin::Graph))
}

/// Where mail is sent from a user's mailbox by an application.
pub(crate) fn example_mailbox(world: &World, user: &str) -> String {
    format!("{}/{user}/sendMail", example_resource(world))
}

/// Where a user's own mail is sent.
pub(crate) fn example_user_mailbox(world: &World) -> String {
    format!("{}/sendMail", example_user_resource(world))
}

/// Where Graph-shaped calls for a user go.
pub(crate) fn example_user_resource(world: &World) -> String {
    format!("{}/v1.0/me", world.origin(Origin::Graph))
}
