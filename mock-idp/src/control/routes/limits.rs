//! A world's rate limits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Done, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::Given;
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::limits::{LimitRule, LimitUsage};

/// Rate limits.
#[derive(Serialize, JsonSchema)]
struct Limits {
    /// Those that were set, and behind them the vendor's own.
    limits: Vec<LimitRule>,
}

/// Rate limits to be set.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetLimits {
    /// In place of those that were set before; the vendor's own alone where there are none.
    limits: Vec<LimitRule>,
}

/// How far limits are used up.
#[derive(Serialize, JsonSchema)]
struct Usage {
    /// Every window that is open, and every count of requests in progress.
    usage: Vec<LimitUsage>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/limits",
            "showLimits",
            "The rate limits in force",
        )
        .gives::<Limits>(),
        show,
    )
    .route(
        Operation::put("/worlds/{world}/limits", "setLimits", "Sets rate limits")
            .takes::<SetLimits>(),
        set,
    )
    .route(
        Operation::get(
            "/worlds/{world}/limits/usage",
            "showUsage",
            "How far the limits are used up now",
        )
        .gives::<Usage>(),
        usage,
    )
}

async fn show(world: World) -> Answer<Limits> {
    answer(Limits {
        limits: world.idp.limits(),
    })
}

async fn set(world: World, Given(wanted): Given<SetLimits>) -> Done {
    check_all(&wanted.limits)?;
    world
        .idp
        .set_limits(wanted.limits)
        .map_err(|error| Problem::unprocessable(error.to_string()))?;
    done()
}

async fn usage(world: World) -> Answer<Usage> {
    answer(Usage {
        usage: world.idp.usage(),
    })
}

/// Whether every limit can be followed; if not, which cannot, and why.
pub(super) fn check_all(limits: &[LimitRule]) -> Result<(), Problem> {
    for (place, limit) in limits.iter().enumerate() {
        limit.check().map_err(|error| match limits.len() {
            1 => Problem::unprocessable(error.to_string()),
            _ => Problem::unprocessable(format!("limit {} of the list: {error}", place + 1)),
        })?;
    }
    Ok(())
}
