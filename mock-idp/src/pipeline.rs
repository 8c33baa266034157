//! The order of a request: limits, fault before commit, engine, fault after commit, vendor headers, journal, transport.

use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{Response, StatusCode};

use crate::clock::imf_fixdate;
use crate::departure::Departure;
use crate::dialect::Dialect;
use crate::entra;
use crate::fault::{Action, Applied, Asked, ConnectionFault, HoldPoint, Redirect, RedirectTo};
use crate::inbound::Inbound;
use crate::journal::{BodyFacts, Endpoint, Entry, Opened, Origin, Presented, TokenRequestFacts};
use crate::metering::meter;
use crate::provider::Provider;
use crate::reply::Reply;
use crate::world::World;

/// Names the fault that shaped an answer, where a world is told to say so.
const FAULT_HEADER: &str = "x-tokenproof-fault";
/// Names the limit that refused a request, in the same case.
const LIMIT_HEADER: &str = "x-tokenproof-limit";

/// What is known of a request before it is carried out.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    pub(crate) token_request: Option<TokenRequestFacts>,
    pub(crate) presented: Option<Presented>,
}

impl Call {
    /// A request that shows nothing.
    pub(crate) fn to(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            token_request: None,
            presented: None,
        }
    }
}

/// Takes a request through the pipeline. `act` carries it out: the engine for token requests, the resource for API calls.
pub(crate) async fn answer(
    world: &World,
    inbound: &Inbound,
    call: Call,
    dialect: &dyn Dialect,
    act: impl FnOnce() -> Reply,
) -> Response<Body> {
    let Some(turn) = world.turn() else {
        return Departure::of_the_superseded();
    };
    let opened = world.journal.open(entry(world, inbound, &call));
    // It holds a place among the requests in progress until the answer has been handed over, or the peer has hung up.
    let mut metering = meter(world, inbound, &call, dialect);
    let fault = match metering.refused {
        Some(_) => None,
        None => world.faults.meet(&asked(world, inbound, &call)),
    };
    drop(turn);
    let (answer, limit) = match metering.refused.take() {
        Some((refused, limit)) => (Some(Answer::Reply(refused)), Some(limit.to_string())),
        None => {
            let fault = fault.as_ref();
            let answer = carry_out(world, inbound, &call, dialect, opened, fault, act).await;
            (answer, None)
        }
    };
    let (Some(answer), Some(turn)) = (answer, world.turn()) else {
        return Departure::of_the_superseded();
    };
    let departure = Departure {
        world,
        inbound,
        entry: opened,
        fault: fault.as_ref(),
        limit,
    };
    let mut reply = match answer {
        Answer::Reply(reply) => reply,
        Answer::Raw(bytes) => {
            drop(turn);
            return departure.send_raw(&bytes).await;
        }
        Answer::Reset => return departure.reset(),
    };
    dialect.dress(world, inbound, call.endpoint, &mut reply);
    for (name, value) in &metering.headers {
        reply.default_header(name, value);
    }
    let now = world.clock.now();
    reply.default_header("date", &imf_fixdate(now));
    reply.settle_content_type();
    if let Some(fault) = &fault {
        if let Some(forgery) = &fault.action.forge {
            reply.forge(forgery, world, now);
        }
        reply.distort(&fault.action, now);
    }
    if world.settings.label_faults {
        if let Some(label) = departure.fault_label() {
            reply.set_header(FAULT_HEADER, label);
        }
        if let Some(label) = &departure.limit {
            reply.set_header(LIMIT_HEADER, label);
        }
    }
    drop(turn);
    departure.send(reply).await
}

/// What comes of carrying a request out.
enum Answer {
    Reply(Reply),
    /// Bytes in place of an answer.
    Raw(Bytes),
    /// No answer, and nothing done.
    Reset,
}

/// None if the world was restored meanwhile.
async fn carry_out(
    world: &World,
    inbound: &Inbound,
    call: &Call,
    dialect: &dyn Dialect,
    opened: Opened,
    fault: Option<&Applied>,
    act: impl FnOnce() -> Reply,
) -> Option<Answer> {
    let Some(fault) = fault else {
        let _turn = world.turn()?;
        return Some(Answer::Reply(act()));
    };
    let action = &fault.action;
    let delay = {
        let _turn = world.turn()?;
        delay(world, action)
    };
    if let Some(delay) = delay {
        let delay = world.clock.sleep(delay);
        wait(world, inbound, delay).await?;
    }
    if let Some((name, HoldPoint::BeforeCommit)) = &action.hold {
        hold(world, inbound, opened, name).await?;
    }
    if action.connection == Some(ConnectionFault::Reset) {
        return Some(Answer::Reset);
    }
    let turn = world.turn()?;
    let answer = match (&action.raw, action.redirect) {
        (Some(raw), _) => Answer::Raw(raw.clone()),
        (None, Some(Redirect { status, to })) => {
            Answer::Reply(redirect(world, inbound, status, to))
        }
        (None, None) => Answer::Reply(scripted(world, inbound, call, dialect, fault, act)),
    };
    drop(turn);
    if let Some((name, HoldPoint::AfterCommit)) = &action.hold {
        hold(world, inbound, opened, name).await?;
    }
    Some(answer)
}

/// The ordinary answer, or the status or error that the fault has in its place.
fn scripted(
    world: &World,
    inbound: &Inbound,
    call: &Call,
    dialect: &dyn Dialect,
    fault: &Applied,
    act: impl FnOnce() -> Reply,
) -> Reply {
    match (&fault.action.error, fault.status) {
        // An error beside a sequence of statuses stands for those of them that are errors.
        (Some(error), None | Some(400..)) => {
            let mut error = error.clone();
            error.status = error.status.or(fault.status);
            dialect.scripted_error(world, inbound, &error)
        }
        (_, Some(status)) if status >= 300 => {
            dialect.scripted(world, inbound, call.endpoint, status)
        }
        (_, Some(status)) => {
            let mut reply = act();
            // 200 stands for the ordinary answer, whatever its status; other successes only change the number.
            if status != 200 && reply.status.is_success() {
                reply.status = StatusCode::from_u16(status).unwrap_or(reply.status);
            }
            reply
        }
        _ => act(),
    }
}

/// How long a fault keeps a request waiting, on the server's clock.
pub(crate) fn delay(world: &World, action: &Action) -> Option<Duration> {
    let Some(jitter) = action.jitter else {
        return action.delay;
    };
    let [a, b, c, d, ..] = world.entropy.block();
    // A share of the jitter, from nothing to almost all of it. It cannot overflow: 32 bits by 94.
    let share = (u128::from(u32::from_le_bytes([a, b, c, d])) * jitter.as_millis()) >> 32;
    let share = Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX));
    Some(action.delay.unwrap_or_default().saturating_add(share))
}

/// The vendor's redirect. Nothing but `Location` and whatever goes with every answer.
fn redirect(world: &World, inbound: &Inbound, status: u16, to: RedirectTo) -> Reply {
    let mut reply = Reply::empty(StatusCode::from_u16(status).unwrap_or(StatusCode::FOUND));
    let origin = world.origin(match to {
        RedirectTo::Same => inbound.origin,
        RedirectTo::Foreign => Origin::Foreign,
    });
    if !origin.is_empty() {
        let path = inbound
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str());
        reply.set_header("location", &format!("{origin}{path}"));
    }
    reply
}

/// What a rule of the fault script may go by.
fn asked(world: &World, inbound: &Inbound, call: &Call) -> Asked {
    let is_curious = world.faults.is_curious();
    let presents = call.presented.as_ref().and_then(|shown| shown.token);
    let request = call.token_request.as_ref();
    Asked {
        endpoint: call.endpoint,
        client: request.and_then(|request| request.client.clone()),
        issuer: request
            .and_then(|request| request.issuer.as_deref())
            .map(|issuer| tenant_id(world, issuer)),
        user: request.and_then(|request| request.user.clone()),
        grant: request.and_then(|request| request.grant.clone()),
        scope: request.map_or_else(Vec::new, |request| request.scope.clone()),
        presents,
        generation: presents
            .filter(|_| is_curious)
            .and_then(|label| world.ledger.generation_of(label)),
        origin: Some(inbound.origin),
        connection: inbound.connection,
        address: Some(inbound.peer.ip()),
        token: presents
            .filter(|_| is_curious)
            .and_then(|label| world.ledger.facts_of(label)),
    }
}

/// The id of the tenant that a path names, be it by a domain; Okta's authorization servers have no other name than theirs.
fn tenant_id(world: &World, segment: &str) -> String {
    let tenant = match world.provider {
        Provider::Entra => world.directory.entra.tenant(segment),
        Provider::Okta => None,
    };
    tenant.map_or(segment, |tenant| &tenant.id).to_owned()
}

async fn hold(world: &World, inbound: &Inbound, opened: Opened, name: &str) -> Option<()> {
    let released = {
        let _turn = world.turn()?;
        world.journal.held(opened, name, world.clock.timeline());
        world.holds.enter(name)
    };
    // An error means that the world is being dropped: go on.
    let _ = wait(world, inbound, released).await?;
    world.journal.let_go(opened, world.clock.timeline());
    Some(())
}

/// Waits on purpose; none if the world is restored meanwhile.
async fn wait<T>(world: &World, inbound: &Inbound, wait: impl Future<Output = T>) -> Option<T> {
    let (wait, superseded) = (pin!(wait), pin!(world.superseded()));
    match inbound
        .park(&*world.supervisor, select(wait, superseded))
        .await
    {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

fn entry(world: &World, inbound: &Inbound, call: &Call) -> Entry {
    let hygiene = world.hygiene();
    let presented = call.presented.clone().map(|mut presented| {
        presented.scheme = hygiene.clean(&presented.scheme);
        presented
    });
    Entry {
        number: 0,
        connection: inbound.connection,
        peer: Some(inbound.peer),
        at: world.clock.timeline(),
        server_time: world.clock.now(),
        answered_at: None,
        origin: inbound.origin,
        endpoint: call.endpoint,
        method: hygiene.clean(inbound.method.as_str()),
        path: hygiene.path(inbound),
        content_type: hygiene.content_type(inbound),
        request_id: given_request_id(world, inbound).map(|id| hygiene.clean(&id)),
        body: body(world, inbound, call.endpoint),
        token_request: call
            .token_request
            .as_ref()
            .map(|facts| hygiene.request(facts)),
        presented,
        secrets: hygiene.sightings(inbound, call.endpoint),
        held: None,
        reply: None,
    }
}

/// The id that the client gave its request, in the vendor's header for it.
fn given_request_id(world: &World, inbound: &Inbound) -> Option<String> {
    match world.provider {
        Provider::Entra => entra::given_request_id(inbound),
        Provider::Okta => inbound.header("x-okta-request-id").map(str::to_owned),
    }
}

fn body(world: &World, inbound: &Inbound, endpoint: Endpoint) -> Option<BodyFacts> {
    let is_kept = matches!(endpoint, Endpoint::Resource | Endpoint::Unknown);
    (is_kept && !inbound.body.is_empty())
        .then(|| BodyFacts::of(&inbound.body, &world.entropy.derived("body digests")))
}
