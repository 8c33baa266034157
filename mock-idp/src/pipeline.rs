//! The order of a request: limits, fault before commit, engine, fault after commit, vendor headers, journal, transport.

use std::future::Future;

use axum::body::Body;
use http::{Response, StatusCode};

use crate::clock::imf_fixdate;
use crate::dialect::Dialect;
use crate::fault::{Applied, ConnectionFault, HoldPoint};
use crate::inbound::Inbound;
use crate::journal::{Delivery, Endpoint, Entry, Presented, TokenRequestFacts};
use crate::reply::Reply;
use crate::supervise::Supervisor;
use crate::world::World;

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

/// Marks a response whose connection is to be reset in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResetInstead;

/// Takes a request through the pipeline. `act` carries it out: the engine for token requests, the resource for API calls.
pub(crate) async fn answer(
    world: &World,
    inbound: &Inbound,
    call: Call,
    dialect: &dyn Dialect,
    act: impl FnOnce() -> Reply,
) -> Response<Body> {
    let number = world.journal.open(entry(world, inbound, &call));
    let metering = dialect.meter(world, inbound, &call);
    let mut fault = None;
    let mut reply = match metering.refused {
        Some(refused) => refused,
        None => {
            fault = world.faults.meet(call.endpoint);
            match carry_out(world, inbound, &call, dialect, number, fault.as_ref(), act).await {
                Ok(reply) => reply,
                Err(NoAnswer::Reset) => {
                    return end_with(world, number, Delivery::Reset, reply_less(), fault.as_ref());
                }
            }
        }
    };
    dialect.dress(world, inbound, call.endpoint, &mut reply);
    for (name, value) in metering.headers {
        reply.default_header(name, &value);
    }
    let now = world.clock.now();
    reply.default_header("date", &imf_fixdate(now));
    if let Some(fault) = &fault {
        reply.distort(fault, now);
    }
    let connection = fault.as_ref().and_then(|fault| fault.action.connection);
    let delivery = match connection {
        Some(ConnectionFault::LostReply) => Delivery::Reset,
        Some(ConnectionFault::Truncate) => Delivery::Truncated,
        Some(ConnectionFault::Hang) => Delivery::Withheld,
        Some(ConnectionFault::Reset) | None => Delivery::Sent,
    };
    let response = end_with(world, number, delivery, reply, fault.as_ref());
    if delivery == Delivery::Withheld {
        parked(&*world.supervisor, inbound, std::future::pending::<()>()).await;
    }
    response
}

/// Why there is nothing to answer with.
enum NoAnswer {
    Reset,
}

async fn carry_out(
    world: &World,
    inbound: &Inbound,
    call: &Call,
    dialect: &dyn Dialect,
    number: u64,
    fault: Option<&Applied>,
    act: impl FnOnce() -> Reply,
) -> Result<Reply, NoAnswer> {
    let Some(fault) = fault else { return Ok(act()) };
    let action = &fault.action;
    if let Some(delay) = action.delay {
        parked(&*world.supervisor, inbound, world.clock.sleep(delay)).await;
    }
    if let Some((name, HoldPoint::BeforeCommit)) = &action.hold {
        hold(world, inbound, number, name).await;
    }
    if action.connection == Some(ConnectionFault::Reset) {
        return Err(NoAnswer::Reset);
    }
    let reply = match (&action.error, fault.status) {
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
    };
    if let Some((name, HoldPoint::AfterCommit)) = &action.hold {
        hold(world, inbound, number, name).await;
    }
    Ok(reply)
}

async fn hold(world: &World, inbound: &Inbound, number: u64, name: &str) {
    let released = world.holds.enter(name);
    world.journal.held(number, name, world.clock.timeline());
    // An error means that the world is being dropped: go on.
    let _ = parked(&*world.supervisor, inbound, released).await;
    world.journal.let_go(number, world.clock.timeline());
}

/// Waits on purpose, telling the supervisor. Also when the wait is abandoned because the peer hung up.
async fn parked<T>(
    supervisor: &dyn Supervisor,
    inbound: &Inbound,
    wait: impl Future<Output = T>,
) -> T {
    struct Parked<'s>(&'s dyn Supervisor, &'s Inbound);
    impl Drop for Parked<'_> {
        fn drop(&mut self) {
            self.1.busy.begin();
            self.0.resumed(self.1.peer);
        }
    }
    supervisor.parked(inbound.peer);
    inbound.busy.pause();
    let _parked = Parked(supervisor, inbound);
    wait.await
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

fn end_with(
    world: &World,
    number: u64,
    delivery: Delivery,
    reply: Reply,
    fault: Option<&Applied>,
) -> Response<Body> {
    let answered_at = (delivery != Delivery::Withheld).then(|| world.clock.timeline());
    let mut facts = reply.facts(fault.map(|fault| fault.label.as_str()), delivery);
    // A challenge may repeat the path that was asked for.
    for (name, value) in &mut facts.headers {
        if matches!(name.as_str(), "www-authenticate" | "location") {
            *value = world.hygiene().clean(value);
        }
    }
    if delivery == Delivery::Reset && reply.issued.is_empty() && facts.error.is_none() {
        facts.status = 0;
    }
    world.journal.close(number, answered_at, facts);
    let mut response = reply.into_response(delivery);
    if delivery == Delivery::Reset {
        response.extensions_mut().insert(ResetInstead);
    }
    response
}

fn reply_less() -> Reply {
    Reply::empty(StatusCode::INTERNAL_SERVER_ERROR)
}
