//! `/api/v1/groups`, for reading.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::envelope::{envelope, method_not_allowed};
use super::management::CREATED;
use super::paging;
use crate::directory::Group;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::world::World;

/// Groups per page when no limit is asked for.
const PER_PAGE: usize = 10_000;

/// Answers a request below `/api/v1/groups`: the list, or one group.
pub(super) fn answer(world: &World, inbound: &Inbound, below: &[&str]) -> Reply {
    if inbound.method != Method::GET {
        return method_not_allowed(world);
    }
    let okta = &world.directory.okta;
    let groups = &okta.groups;
    match below {
        [] => {
            let ids: Vec<&str> = groups.iter().map(|group| group.id.as_str()).collect();
            let shapes = |place: usize| shape(world, &groups[place]);
            paging::list(world, inbound, "groups", PER_PAGE, &ids, shapes)
        }
        [id] => match groups.iter().find(|group| group.id == *id) {
            Some(group) => Reply::json(StatusCode::OK, shape(world, group)),
            None => {
                let summary = format!("Not found: Resource not found: {id} (UserGroup)");
                envelope(world, StatusCode::NOT_FOUND, "E0000007", &summary, &[])
            }
        },
        _ => envelope(
            world,
            StatusCode::NOT_FOUND,
            "E0000008",
            "The requested path was not found",
            &[],
        ),
    }
}

/// A group in Okta's words, without the logos among its links.
fn shape(world: &World, group: &Group) -> Value {
    let base = format!("{}/api/v1/groups/{}", world.origin(Origin::Org), group.id);
    json!({
        "id": group.id, "created": CREATED, "lastUpdated": CREATED, "lastMembershipUpdated": CREATED,
        "objectClass": ["okta:user_group"], "type": "OKTA_GROUP",
        "profile": { "name": group.name, "description": group.description },
        "_links": { "users": { "href": format!("{base}/users") }, "apps": { "href": format!("{base}/apps") } },
    })
}
