//! A world's journal: asked, cleared, followed.

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::control::answer::{Answer, Done, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::Asked;
use crate::control::problem::Problem;
use crate::control::shared::Shared;
use crate::control::world::World;
use crate::journal::{Entry, Query};
use crate::mock::MockIdp;

/// How many a follower takes from the journal at a time.
const BATCH: usize = 64;
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
    let mut told = world.idp.journal().completed();
    let now = *told.borrow_and_update();
    let follower = Follower {
        // Not the world itself: it is to end though somebody follows it.
        idp: Arc::downgrade(&world.idp),
        told,
        behind: last.or(query.after).unwrap_or(now),
        batch: Vec::new(),
        _place: place,
    };
    let events = stream::unfold(follower, |mut follower| async {
        let event = follower.next().await?;
        Some((event, follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// Somebody who follows a journal. Takes no more from it than the peer takes from the stream.
struct Follower {
    idp: Weak<MockIdp>,
    told: watch::Receiver<u64>,
    behind: u64,
    /// Events not yet sent, last first.
    batch: Vec<Result<Event, axum::Error>>,
    _place: OwnedSemaphorePermit,
}

/// Entries that a follower did not get.
#[derive(Serialize)]
struct Missed {
    missed: u64,
}

impl Follower {
    /// The next event; none once the world has ended.
    async fn next(&mut self) -> Option<Result<Event, axum::Error>> {
        loop {
            if let Some(event) = self.batch.pop() {
                return Some(event);
            }
            self.told.borrow_and_update();
            let news = self.idp.upgrade()?.journal().news(self.behind, BATCH);
            self.behind = news.behind;
            if news.missed > 0 {
                let missed = Missed {
                    missed: news.missed,
                };
                let event = Event::default().event("missed").json_data(missed);
                self.batch.push(event);
            }
            for (place, entry) in &news.entries {
                let event = Event::default().event("exchange").id(place.to_string());
                self.batch.push(event.json_data(entry));
            }
            self.batch.reverse();
            if self.batch.is_empty() {
                self.told.changed().await.ok()?;
            }
        }
    }
}
