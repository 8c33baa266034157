//! The play: a scenario's steps, one after another, each to its quiet end.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::{MockIdp, StartError};

use super::abroad::Abroad;
use super::asking::{ask, rounds};
use super::calls::{Asked, Calls};
use super::cast::{Cast, Wings};
use super::crew::{Assembled, Crew};
use super::equipment;
use super::pulse::Pulse;
use super::settle::{Settled, settle};
use super::timeline::{Timeline, later};
use super::transport::LoopbackTransport;
use crate::case::Case;
use crate::contender::{Contender, Said};
use crate::pace::{ATTEMPTS, Pace};
use crate::scenario::{Advance, CallStep, Length, Release, Side, Step, Until};
use crate::staging;
use crate::trace::{Caller, CutShort, Mark, MarkKind, Operation, Road, Trace};

/// How many requests a case may send. The hungriest shipped scenario needs a tenth of it.
pub(super) const REQUEST_BUDGET: u32 = 2_000;
/// How long, in virtual time, calls that are still under way at the end are given.
const LAST_WAIT: Duration = Duration::from_secs(3600);

/// Why a case could not be played at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlayError {
    /// The mock did not start.
    #[error("the mock could not be started: {0}")]
    World(#[from] StartError),
    /// The client refused its setup.
    #[error("the client could not be set up: {0}")]
    Client(String),
    /// There is no place for the files of a client outside of this process.
    #[error("the files for the client could not be written: {0}")]
    Files(#[from] std::io::Error),
}

pub(super) async fn play(
    case: &Case,
    variation: usize,
    contender: &dyn Contender,
    seed: u64,
) -> Result<(Trace, Vec<Said>), PlayError> {
    let steps = &case.variations[variation].body.steps;
    let mut pace = contender.pace(case);
    for _ in 1..ATTEMPTS {
        let stage = Stage::set(case, variation, contender, seed, pace).await?;
        let (trace, said) = stage.perform(steps).await;
        let is_late = trace.timed.as_ref().is_some_and(|it| it.late.is_some());
        match pace.and_then(Pace::slower).filter(|_| is_late) {
            Some(slower) => pace = Some(slower),
            None => return Ok((trace, said)),
        }
    }
    let stage = Stage::set(case, variation, contender, seed, pace).await?;
    Ok(stage.perform(steps).await)
}

/// Everything of one run.
pub(super) struct Stage<'c> {
    pub(super) timeline: Timeline,
    pub(super) idp: Arc<MockIdp>,
    pub(super) contender: &'c dyn Contender,
    pub(super) transport: LoopbackTransport,
    pub(super) tasks: Assembled,
    pub(super) cast: Cast,
    pub(super) calls: Calls,
    started_at: Timestamp,
    marks: Vec<Mark>,
    /// Only for clients outside of this process.
    pub(super) abroad: Option<Abroad>,
    /// The checks that cannot be told, in real time.
    pub(super) blurred: Vec<String>,
    /// Why the run says nothing, in real time: it was too slow.
    pub(super) late: Option<String>,
}

/// Why the play cannot go on, in words.
pub(super) type Stuck = String;

impl<'c> Stage<'c> {
    async fn set(
        case: &Case,
        variation: usize,
        contender: &'c dyn Contender,
        seed: u64,
        pace: Option<Pace>,
    ) -> Result<Self, PlayError> {
        let body = &case.variations[variation].body;
        let seed = seed.wrapping_add(case.variations[variation].seed_offset);
        let members = body.members();
        let mut timeline = Timeline::new(members.iter().map(|member| member.spec.clock_offset.0));
        let mut world = staging::world(case.provider, body, contender.margin(), seed);
        let mut transport = LoopbackTransport::new(timeline.activity.clone(), REQUEST_BUDGET);
        let mut abroad = None;
        if let Some(pace) = pace {
            timeline = timeline.with_pace(pace);
            world = staging::paced(world, body, pace);
        }
        world = staging::furnished(world, body, contender.signs());
        if contender.is_outside() {
            timeline = timeline.with_pulse(contender.limits());
            transport = transport.over_tls(MockIdp::ca_pem().map_err(StartError::from)?);
            abroad = Abroad::prepare(&timeline)?;
        } else {
            world = world.plain_http();
        }
        let idp = world
            .clock(timeline.server())
            .supervisor(Arc::new(timeline.clone()))
            .start()
            .await?;
        let idp = Arc::new(idp);
        staging::script(&idp, &body.idp.script);
        let tasks = Crew::assemble(&timeline.activity);
        let wings = Wings {
            idp: &idp,
            timeline: &timeline,
            transport: &transport,
            crew: &tasks.crew,
            contender,
            folder: abroad.as_ref().map(Abroad::folder),
        };
        let cast = Cast::open(body, &wings, seed).map_err(PlayError::Client)?;
        cast.ready().await;
        timeline.begin();
        equipment::limit_credentials(&idp, &members, pace).map_err(PlayError::Client)?;
        Ok(Self {
            started_at: timeline.now(),
            timeline,
            contender,
            transport,
            tasks,
            cast,
            calls: Calls::of(&idp),
            idp,
            marks: Vec::new(),
            abroad,
            blurred: pace.map_or_else(Vec::new, |pace| pace.blurred(&case.checks)),
            late: None,
        })
    }

    async fn perform(mut self, steps: &[Step]) -> (Trace, Vec<Said>) {
        let mut stuck = None;
        for (index, step) in steps.iter().enumerate() {
            if self.cast.trouble().is_some() {
                break;
            }
            stuck = self.step(index, step).await.err();
            if stuck.is_some() || self.is_exhausted() {
                break;
            }
        }
        self.run_while(|stage| !stage.calls.are_over()).await;
        self.trace(stuck).await
    }

    async fn step(&mut self, index: usize, step: &Step) -> Result<(), Stuck> {
        match step {
            Step::GetToken(call) => self.call(index, Operation::GetToken, call).await,
            Step::CallApi(call) => self.call(index, Operation::CallApi, call).await,
            Step::ForceRefresh(call) => self.call(index, Operation::ForceRefresh, call).await,
            Step::Invalidate(call) => self.call(index, Operation::Invalidate, call).await,
            Step::Advance(advance) => self.advance(advance).await,
            Step::Freeze(side) => {
                self.happened(format!("{} stopped", clocks(*side)));
                self.timeline.freeze(*side);
            }
            Step::Thaw(side) => {
                self.happened(format!("{} going again", clocks(*side)));
                self.timeline.thaw(*side);
            }
            Step::Suspend(length) => {
                self.happened(format!("client machine asleep for {length}"));
                self.timeline.jump(length.0).await;
            }
            Step::Until(until) => self.wait(until).await,
            Step::Release(release) => self.release(release).await,
            Step::Join(label) => {
                self.run_while(|stage| !stage.calls.are_over_of(label))
                    .await;
            }
            Step::Cancel(label) => {
                self.happened(format!("callers of {label} gave up"));
                self.calls.cancel(label, self.timeline.now());
            }
            Step::Restart(restart) => self.restart(restart).await?,
            Step::Swap(swap) => self.swap(swap).await?,
            Step::Idp(happening) => self.happen(happening).await?,
        }
        self.timeline.activity.quiet().await;
        let every = step.call().and_then(|call| call.every);
        self.keep_time(every.map(|Length(every)| every));
        Ok(())
    }

    async fn call(&mut self, step: usize, operation: Operation, call: &CallStep) {
        let label = call
            .label
            .clone()
            .unwrap_or_else(|| format!("step{}", step + 1));
        self.mark(MarkKind::Started(label.clone()));
        let asked = self.cast.chosen(call.client.as_ref());
        let rounds = rounds(call);
        let (mut index, began) = (0, self.timeline.now());
        for round in 1..=rounds {
            for (place, client) in asked.iter().enumerate() {
                index += 1;
                let caller = Caller {
                    label: label.clone(),
                    index,
                    client: self.cast.caller_name(*client),
                };
                let asked_for = Asked {
                    step,
                    operation,
                    caller,
                };
                self.start(asked_for, *client, call);
                if self.is_exhausted() {
                    return;
                }
                let is_last = round == rounds && place + 1 == asked.len();
                if call.together {
                    continue;
                }
                self.timeline.activity.quiet().await;
                // The next call is made by the same hand: it waits for this one.
                if call.every.is_none() && !is_last {
                    self.run_while(|stage| !stage.calls.is_last_over()).await;
                }
            }
            if let Some(every) = call.every
                && round < rounds
            {
                self.pass_between(every.0, began, round).await;
                self.keep_time(Some(every.0));
            }
        }
    }

    fn start(&mut self, asked: Asked, client: usize, call: &CallStep) {
        let player = self.cast.at(client);
        let answer = ask(player.client(), asked.operation, call);
        let patience = call
            .deadline
            .map(|Length(deadline)| player.clock().sleep(deadline));
        self.calls.make(
            asked,
            (client, player.life()),
            answer,
            patience,
            (&self.tasks.crew, &self.timeline),
        );
    }

    async fn advance(&mut self, advance: &Advance) {
        let by = advance.by.0;
        self.mark(MarkKind::Moved {
            by_ms: i64::try_from(by.as_millis()).unwrap_or(i64::MAX),
            side: side_name(advance.side).to_owned(),
        });
        match advance.side {
            // Planning has refused to turn both back.
            Side::Both => {
                let by = Duration::try_from(by).unwrap_or_default();
                self.pass(by).await;
            }
            side => self.timeline.skew(by, side),
        }
    }

    /// Every call of an earlier step has begun by the time that step is quiet.
    async fn wait(&self, until: &Until) {
        if let Some(held) = &until.held {
            let enough = usize::try_from(held.at_least).unwrap_or(usize::MAX);
            self.run_while(|stage| stage.idp.held_count(&held.hold) < enough)
                .await;
        }
    }

    async fn release(&mut self, release: &Release) {
        let hold = &release.hold;
        self.mark(MarkKind::Released(hold.clone()));
        if release.order.is_empty() {
            self.idp.release(hold);
            return;
        }
        let waiting = self.idp.held(hold);
        for place in &release.order {
            // Who is not there is not let go: the checks say what is missing.
            let ticket = place
                .checked_sub(1)
                .and_then(|index| waiting.get(usize::try_from(index).ok()?));
            if let Some(ticket) = ticket {
                self.happened(format!("answer {place} of {hold} let go"));
                self.idp.release_ticket(*ticket);
                self.timeline.activity.quiet().await;
            }
        }
    }

    /// Lets time pass from deadline to deadline as long as `going`, somebody sleeps, and patience lasts.
    pub(super) async fn run_while(&self, going: impl Fn(&Self) -> bool) {
        let limit = later(self.timeline.now(), LAST_WAIT);
        self.timeline.activity.quiet().await;
        while going(self) && !self.is_exhausted() {
            if !self.timeline.step(limit).await && !self.goes_on().await {
                break;
            }
        }
    }

    /// Waits in real time for a client outside to give a sign of life. False if there will be none.
    async fn goes_on(&self) -> bool {
        let Some(pulse) = &self.timeline.pulse else {
            return false;
        };
        let goes_on = pulse.goes_on().await;
        self.timeline.activity.quiet().await;
        goes_on
    }

    /// Whether more requests were sent than a case may send.
    fn is_exhausted(&self) -> bool {
        let outside = self.timeline.pulse.as_ref();
        self.transport.is_exhausted() || outside.is_some_and(Pulse::is_exhausted)
    }

    /// Notes something that the play does, in words for a report.
    pub(super) fn happened(&mut self, what: String) {
        self.mark(MarkKind::Happened(what));
    }

    fn mark(&mut self, what: MarkKind) {
        self.marks.push(Mark {
            at: self.timeline.now(),
            last_exchange: Some(self.idp.journal().written()),
            what,
        });
    }

    async fn trace(self, stuck: Option<Stuck>) -> (Trace, Vec<Said>) {
        let ended_at = self.timeline.now();
        let timed = self.timed();
        self.cast.end().await;
        let panic = self.tasks.crew.panic().await.map(CutShort::ClientPanicked);
        let trouble = self.cast.trouble();
        let exhausted = self.is_exhausted().then_some(CutShort::RequestBudget {
            limit: REQUEST_BUDGET,
        });
        let said = self.cast.said(&self.idp);
        let trace = settle(Settled {
            idp: &self.idp,
            departures: self.transport.departures(),
            calls: self.calls.records(),
            marks: self.marks,
            cast: self.cast.facts(&self.idp),
            started_at: self.started_at,
            ended_at,
            timed,
            cut_short: panic
                .or(exhausted)
                .or(trouble)
                .or(stuck.map(CutShort::Harness)),
            road: match self.abroad {
                Some(_) => Road::Driver,
                None => Road::Local,
            },
        });
        (trace, said)
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Both => "both",
        Side::Server => "server",
        Side::Client => "client",
    }
}

fn clocks(side: Side) -> &'static str {
    match side {
        Side::Both => "all clocks",
        Side::Server => "server clock",
        Side::Client => "client clock",
    }
}
