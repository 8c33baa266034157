//! Expectations held against what a world has seen.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::control::answer::{Answer, answer};
use crate::control::api::{Api, Operation};
use crate::control::given::Given;
use crate::control::problem::Problem;
use crate::control::several::Several;
use crate::control::world::World;
use crate::expect::{Expectation, Unmet};

/// The most expectations of one request.
const MOST: usize = 100;

/// What became of expectations.
#[derive(Serialize, JsonSchema)]
struct Verified {
    /// Whether all of them are met.
    met: bool,
    /// One by one, in their order.
    results: Vec<VerifiedOne>,
}

/// What became of one expectation.
#[derive(Serialize, JsonSchema)]
struct VerifiedOne {
    /// Whether it is met.
    met: bool,
    /// Why not; none if it is.
    unmet: Option<Unmet>,
    /// The same for people, over several lines.
    explanation: Option<String>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::post(
            "/worlds/{world}/verify",
            "verify",
            "Holds one expectation, or up to 100, against what the world has seen up to now; 200 whether they are met or not",
        )
        .takes::<Several<Expectation>>()
        .gives::<Verified>(),
        verify,
    )
}

async fn verify(
    world: World,
    Given(Several(expectations)): Given<Several<Expectation>>,
) -> Answer<Verified> {
    if expectations.len() > MOST {
        return Err(Problem::unprocessable(format!(
            "the body has {} expectations, and at most {MOST} are held at a time; send them in several requests",
            expectations.len()
        )));
    }
    // A long journal takes milliseconds for each, in which nobody else is to wait.
    let verified = tokio::task::spawn_blocking(move || verified(&world, &expectations)).await;
    match verified {
        Ok(verified) => answer(verified),
        Err(_) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is stopping",
        )),
    }
}

fn verified(world: &World, expectations: &[Expectation]) -> Verified {
    // All against the same moment.
    let record = world.idp.record();
    let results: Vec<VerifiedOne> = expectations
        .iter()
        .map(|expectation| {
            let unmet = crate::expect::verify(expectation, &record).err();
            VerifiedOne {
                met: unmet.is_none(),
                explanation: unmet.as_ref().map(|unmet| unmet.to_string()),
                unmet,
            }
        })
        .collect();
    Verified {
        met: results.iter().all(|result| result.met),
        results,
    }
}
