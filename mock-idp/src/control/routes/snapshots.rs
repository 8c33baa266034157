//! A world as it was: snapshots and reset.

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Done, Made, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::{Named, Optional};
use crate::control::problem::Problem;
use crate::control::shared::Shared;
use crate::control::shelf::Shelf;
use crate::control::world::World;

/// What is kept of a world.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewSnapshot {
    /// Whether the clock is set back too when it is restored.
    #[serde(default)]
    clock: bool,
}

/// A snapshot that is kept until it is deleted or its world is dropped.
#[derive(Serialize, JsonSchema)]
struct SnapshotFacts {
    /// Its id.
    id: String,
}

/// The snapshots of a world.
#[derive(Serialize, JsonSchema)]
struct Snapshots {
    /// The oldest first.
    snapshots: Vec<SnapshotFacts>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::post(
            "/worlds/{world}/reset",
            "reset",
            "Has the world be as when it had just started, all but its clock",
        ),
        reset,
    )
    .route(
        Operation::get(
            "/worlds/{world}/snapshots",
            "listSnapshots",
            "The snapshots of a world",
        )
        .gives::<Snapshots>(),
        list,
    )
    .route(
        Operation::post(
            "/worlds/{world}/snapshots",
            "takeSnapshot",
            "Keeps the world as it is now",
        )
        .may_take::<NewSnapshot>()
        .makes::<SnapshotFacts>()
        .refuses(409, "The world has as many snapshots as it may."),
        take,
    )
    .route(
        Operation::post(
            "/worlds/{world}/snapshots/{snapshot}/restore",
            "restoreSnapshot",
            "Has the world be as it was",
        ),
        restore,
    )
    .route(
        Operation::delete(
            "/worlds/{world}/snapshots/{snapshot}",
            "deleteSnapshot",
            "Forgets a snapshot",
        ),
        delete,
    )
}

async fn reset(world: World) -> Done {
    world.idp.reset();
    done()
}

async fn list(State(shared): State<Shared>, world: World) -> Answer<Snapshots> {
    let ids = shared.snapshots().of(&world, Shelf::ids);
    answer(Snapshots {
        snapshots: ids.into_iter().map(|id| SnapshotFacts { id }).collect(),
    })
}

async fn take(
    State(shared): State<Shared>,
    world: World,
    Optional(wanted): Optional<NewSnapshot>,
) -> Result<Made<SnapshotFacts>, Problem> {
    let id = shared.snapshots().of(&world, |shelf| {
        shelf.keep(|| {
            let snapshot = world.idp.snapshot();
            if wanted.clock {
                snapshot.with_clock()
            } else {
                snapshot
            }
        })
    })?;
    Ok(Made(SnapshotFacts { id }))
}

async fn restore(State(shared): State<Shared>, world: World, Named(id): Named) -> Done {
    let kept = shared.snapshots().of(&world, |shelf| shelf.get(&id));
    world.idp.restore(&kept?);
    done()
}

async fn delete(State(shared): State<Shared>, world: World, Named(id): Named) -> Done {
    shared.snapshots().of(&world, |shelf| shelf.forget(&id))?;
    done()
}
