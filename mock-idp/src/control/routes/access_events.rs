//! What happens to people and policies that resources want fresh tokens after (Entra).

use schemars::JsonSchema;
use serde::Deserialize;

use crate::control::answer::{Done, done};
use crate::control::api::{Api, Operation};
use crate::control::given::Given;
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::ledger::AccessEvent;
use crate::mock::BadAccessEvent;

/// What happens, and to whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Happening {
    /// What happens.
    event: AccessEvent,
    /// The user, by login or id; everybody, applications too, without it. A revocation ends the user's sign-ins and needs one.
    #[serde(default)]
    user: Option<String>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::post(
            "/worlds/{world}/access-events",
            "noteAccessEvent",
            "Has resources challenge the tokens issued before, where their clients take claims challenges (Entra)",
        )
        .takes::<Happening>()
        .refuses(422, "No user has this login or id, or there has to be one."),
        note,
    )
}

async fn note(world: World, Given(given): Given<Happening>) -> Done {
    world.idp.access_event(given.event, given.user.as_deref())?;
    done()
}

impl From<BadAccessEvent> for Problem {
    fn from(error: BadAccessEvent) -> Self {
        Self::unprocessable(error.to_string())
    }
}
