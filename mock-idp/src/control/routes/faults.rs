//! A world's fault rules: added, listed, removed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::control::answer::{Answer, Done, Made, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::{Given, Named};
use crate::control::problem::Problem;
use crate::control::several::Several;
use crate::control::world::World;
use crate::fault::{FaultId, FaultStatus, Rule, RuleRefused};
use crate::mock::MockIdp;

/// The rules in force.
#[derive(Serialize, JsonSchema)]
struct Faults {
    /// In the order in which they are tried.
    faults: Vec<FaultStatus>,
}

/// The names of rules.
#[derive(Serialize, JsonSchema)]
struct FaultIds {
    /// In the order of the rules: `fault#1`.
    #[schemars(with = "Vec<String>")]
    ids: Vec<FaultId>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/faults",
            "listFaults",
            "The fault rules in force",
        )
        .gives::<Faults>(),
        list,
    )
    .route(
        Operation::post(
            "/worlds/{world}/faults",
            "addFaults",
            "Adds one rule or several, behind those already there; all of them or none",
        )
        .takes::<Several<Rule>>()
        .makes::<FaultIds>()
        .refuses(409, "There are as many rules as there may be."),
        post,
    )
    .route(
        Operation::delete(
            "/worlds/{world}/faults",
            "clearFaults",
            "Removes every rule",
        ),
        clear,
    )
    .route(
        Operation::delete(
            "/worlds/{world}/faults/{fault}",
            "removeFault",
            "Removes one rule, by its name (`fault%231`) or its number (`1`)",
        ),
        remove,
    )
}

async fn list(world: World) -> Answer<Faults> {
    answer(Faults {
        faults: world.idp.faults().list(),
    })
}

async fn post(
    world: World,
    Given(Several(rules)): Given<Several<Rule>>,
) -> Result<Made<FaultIds>, Problem> {
    add_all(&world.idp, &rules).map(|ids| Made(FaultIds { ids }))
}

async fn clear(world: World) -> Done {
    world.idp.faults().clear();
    done()
}

async fn remove(world: World, Named(named): Named) -> Done {
    let id = named.parse().or_else(|_| format!("fault#{named}").parse());
    let id: Option<FaultId> = id.ok();
    if id.is_some_and(|id| world.idp.faults().remove(id)) {
        done()
    } else {
        Err(Problem::not_found(format!(
            "no rule `{}` is in force; GET …/faults lists those that are",
            named.chars().take(64).collect::<String>()
        )))
    }
}

/// Adds all rules, or none and says why.
pub(super) fn add_all(idp: &MockIdp, rules: &[Rule]) -> Result<Vec<FaultId>, Problem> {
    for (place, rule) in rules.iter().enumerate() {
        let problem = |error: String| match rules.len() {
            1 => Problem::unprocessable(error),
            _ => Problem::unprocessable(format!("rule {} of the list: {error}", place + 1)),
        };
        idp.fault_of(rule)
            .map_err(|error| problem(error.to_string()))?;
    }
    let mut ids = Vec::with_capacity(rules.len());
    for rule in rules {
        match idp.add_rule(rule) {
            Ok(id) => ids.push(id),
            Err(refused) => {
                for id in ids {
                    idp.faults().remove(id);
                }
                return Err(match refused {
                    RuleRefused::Bad(error) => Problem::unprocessable(error.to_string()),
                    RuleRefused::Full(error) => Problem::conflict(error.to_string()),
                });
            }
        }
    }
    Ok(ids)
}
