//! A world's clock: shown, set, advanced, frozen, set running.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::{Rate, VirtualClock};
use crate::control::answer::{Answer, answer};
use crate::control::api::{Api, Operation};
use crate::control::given::{Given, Optional};
use crate::control::instant::Instant;
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::fault::Length;
use crate::mock::MockIdp;

/// What a clock shows.
#[derive(Serialize, JsonSchema)]
struct ClockFacts {
    /// The server's time.
    #[schemars(with = "String", extend("format" = "date-time"))]
    now: Timestamp,
    /// `system` for the machine's clock, which nobody moves, `virtual` for one that can be moved.
    kind: ClockKind,
    /// How many seconds it shows to have passed in one of the machine's; none while it stands still.
    rate: Option<Rate>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ClockKind {
    System,
    Virtual,
}

/// What the clock is to show.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetClock {
    /// The server's time from now on.
    now: Instant,
}

/// How far the clock is to go.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AdvanceClock {
    /// The length of time that passes at once.
    by: Length,
}

/// How fast the clock is to run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RunClock {
    /// As many seconds in one of the machine's; 1 without it.
    #[serde(default = "real")]
    rate: Rate,
}

pub(super) fn add(api: Api) -> Api {
    let fixed = "The world is on the machine's clock, which nobody moves.";
    api.route(
        Operation::get("/worlds/{world}/clock", "showClock", "What the clock shows")
            .gives::<ClockFacts>(),
        show,
    )
    .route(
        Operation::put(
            "/worlds/{world}/clock",
            "setClock",
            "Sets the clock, forward or back",
        )
        .takes::<SetClock>()
        .gives::<ClockFacts>()
        .refuses(409, fixed),
        set,
    )
    .route(
        Operation::post(
            "/worlds/{world}/clock/advance",
            "advanceClock",
            "Moves the clock forward",
        )
        .takes::<AdvanceClock>()
        .gives::<ClockFacts>()
        .refuses(409, fixed),
        advance,
    )
    .route(
        Operation::post(
            "/worlds/{world}/clock/freeze",
            "freezeClock",
            "Has the clock stand still",
        )
        .gives::<ClockFacts>()
        .refuses(409, fixed),
        freeze,
    )
    .route(
        Operation::post("/worlds/{world}/clock/run", "runClock", "Has the clock run")
            .may_take::<RunClock>()
            .gives::<ClockFacts>()
            .refuses(409, fixed),
        run,
    )
}

async fn show(world: World) -> Answer<ClockFacts> {
    answer(ClockFacts::of(&world.idp))
}

async fn set(world: World, Given(wanted): Given<SetClock>) -> Answer<ClockFacts> {
    hands(&world.idp)?.set(wanted.now.0);
    show(world).await
}

async fn advance(world: World, Given(wanted): Given<AdvanceClock>) -> Answer<ClockFacts> {
    hands(&world.idp)?.advance(wanted.by.0);
    show(world).await
}

async fn freeze(world: World) -> Answer<ClockFacts> {
    hands(&world.idp)?.freeze();
    show(world).await
}

async fn run(world: World, Optional(wanted): Optional<RunClock>) -> Answer<ClockFacts> {
    hands(&world.idp)?.run(wanted.rate);
    show(world).await
}

impl ClockFacts {
    fn of(idp: &MockIdp) -> Self {
        let hands = idp.virtual_clock();
        Self {
            now: idp.clock().now(),
            rate: hands.as_ref().map_or(Some(Rate::REAL), VirtualClock::rate),
            kind: match hands {
                Some(_) => ClockKind::Virtual,
                None => ClockKind::System,
            },
        }
    }
}

fn hands(idp: &MockIdp) -> Result<VirtualClock, Problem> {
    idp.virtual_clock().ok_or_else(|| {
        Problem::conflict(
            "the world is on the machine's clock, which nobody moves; make a world with a virtual one",
        )
    })
}

fn real() -> Rate {
    Rate::REAL
}
