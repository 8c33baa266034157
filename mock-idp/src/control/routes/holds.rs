//! Answers kept back by the `hold` of a fault rule.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, answer};
use crate::control::api::{Api, Operation};
use crate::control::given::{Asked, Named};
use crate::control::problem::Problem;
use crate::control::world::World;

/// How many answers wait in a hold.
#[derive(Serialize, JsonSchema)]
struct HoldFacts {
    /// How many.
    waiting: usize,
}

/// How many answers were let go.
#[derive(Serialize, JsonSchema)]
struct Released {
    /// How many.
    released: usize,
}

/// Which of the answers that wait are let go; all without it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseQuery {
    /// Only the one at this place, counted from 1 in order of arrival.
    nth: Option<usize>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/holds/{hold}",
            "showHold",
            "How many answers wait in a hold",
        )
        .gives::<HoldFacts>(),
        show,
    )
    .route(
        Operation::delete(
            "/worlds/{world}/holds/{hold}",
            "release",
            "Lets go of the answers that wait in a hold",
        )
        .asks::<ReleaseQuery>()
        .gives::<Released>(),
        release,
    )
}

async fn show(world: World, Named(hold): Named) -> Answer<HoldFacts> {
    answer(HoldFacts {
        waiting: world.idp.held_count(&hold),
    })
}

async fn release(
    world: World,
    Named(hold): Named,
    Asked(query): Asked<ReleaseQuery>,
) -> Answer<Released> {
    let released = match query.nth {
        None => world.idp.release(&hold),
        Some(nth) if world.idp.release_only(&hold, nth) => 1,
        Some(nth) => {
            let waiting = world.idp.held_count(&hold);
            return Err(Problem::not_found(format!(
                "no answer waits at place {nth} of the hold `{hold}`; {waiting} wait there"
            )));
        }
    };
    answer(Released { released })
}
