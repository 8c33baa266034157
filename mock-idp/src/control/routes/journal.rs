//! A world's journal: asked, cleared, followed.

use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Done, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::Asked;
use crate::control::problem::Problem;
use crate::control::shared::Shared;
use crate::control::world::World;
use crate::journal::{Entry, Followed, Query};

/// How often a follower to whom nothing happens hears that the connection stands.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Entries of the journal.
#[derive(Serialize, JsonSchema)]
struct JournalFacts {
    /// How many requests have come in, kept or not.
    written: u64,
    /// How many entries were dropped to make room for newer ones.
    dropped: u64,
    /// What was asked for, in order of arrival.
    entries: Vec<Entry>,
}

/// Where to go on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FollowQuery {
    /// Events behind the one of this id, as `Last-Event-ID` asks for them; only what is yet to come without either.
    after: Option<u64>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/journal",
            "showJournal",
            "What came in and what went out, without secrets",
        )
        .asks::<Query>()
        .gives::<JournalFacts>(),
        show,
    )
    .route(
        Operation::delete(
            "/worlds/{world}/journal",
            "clearJournal",
            "Forgets what is in the journal",
        ),
        clear,
    )
    .route(
        Operation::get(
            "/worlds/{world}/journal/follow",
            "followJournal",
            "Server-sent events: `exchange` for each entry once it is answered, `missed` for those that are gone",
        )
        .asks::<FollowQuery>()
        .writes("text/event-stream")
        .refuses(503, "As many follow journals as may."),
        follow,
    )
}

async fn show(world: World, Asked(query): Asked<Query>) -> Answer<JournalFacts> {
    let journal = world.idp.journal();
    answer(JournalFacts {
        written: journal.written(),
        dropped: journal.dropped(),
        entries: journal.query(&query),
    })
}

async fn clear(world: World) -> Done {
    world.idp.clear_journal();
    done()
}

async fn follow(
    State(shared): State<Shared>,
    world: World,
    Asked(query): Asked<FollowQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>, Problem> {
    let place = shared.followers().try_acquire_owned().map_err(|_| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "as many follow journals as may; close another stream first",
        )
    })?;
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let follower = world.idp.journal().follow_answers(last.or(query.after));
    let events = stream::unfold((follower, place), |(mut follower, place)| async {
        let event = event(follower.next().await?, follower.place());
        Some((event, (follower, place)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// Entries that a follower did not get.
#[derive(Serialize)]
struct Missed {
    missed: u64,
}

/// An event as it is sent. Its id is where to go on; what was missed has none.
fn event(followed: Followed, place: u64) -> Result<Event, axum::Error> {
    match followed {
        Followed::Arrived(entry) | Followed::Answered(entry) => Event::default()
            .event("exchange")
            .id(place.to_string())
            .json_data(&*entry),
        Followed::Missed(missed) => Event::default()
            .event("missed")
            .json_data(Missed { missed }),
    }
}
