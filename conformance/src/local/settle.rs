//! From what was captured to a trace: in an order that does not depend on which socket was quicker, and without addresses.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use jiff::Timestamp;
use mock_idp::MockIdp;
use mock_idp::journal::Entry;

use super::calls::End;
use super::places::Places;
use super::transport::Departure;
use crate::contender::Answer;
use crate::trace::{
    Caller, CastMember, Class, CutShort, Exchange, Mark, Operation, Outcome, Party, Road, Timed,
    Trace,
};

/// One call and what came of it.
#[derive(Debug)]
pub(super) struct CallRecord {
    pub(super) step: usize,
    pub(super) caller: Caller,
    pub(super) operation: Operation,
    pub(super) started_at: Timestamp,
    /// The number of the last exchange before it.
    pub(super) after: u64,
    /// None if it never ended.
    pub(super) ended: Option<End>,
}

/// What a run leaves behind.
pub(super) struct Settled<'a> {
    pub(super) idp: &'a MockIdp,
    pub(super) departures: Vec<Departure>,
    pub(super) calls: Vec<CallRecord>,
    pub(super) marks: Vec<Mark>,
    pub(super) cast: Vec<CastMember>,
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Timestamp,
    pub(super) timed: Option<Timed>,
    pub(super) cut_short: Option<CutShort>,
    pub(super) road: Road,
}

/// Between two marks of the play, exchanges of one instant stand in the order of the steps and calls that caused them; within
/// one call, as they came. Two runs that did the same are equal then. Token labels stay as they are: they count in the order of
/// issue, which is settled because exchanges move one at a time, and it is by them that scripts and steps name tokens.
pub(super) fn settle(run: Settled<'_>) -> Trace {
    let steps: HashMap<&Caller, usize> = run
        .calls
        .iter()
        .map(|call| (&call.caller, call.step))
        .collect();
    let mut attributed = attribute(run.idp.journal().entries(), run.departures);
    if run.road == Road::Driver {
        attribute_by_time(&mut attributed, &run.calls);
    }
    // An intruder stands where it came: after what was there, before what follows.
    let mut last_step = 0;
    let mut keyed: Vec<(usize, Timestamp, usize, Exchange)> = Vec::with_capacity(attributed.len());
    for exchange in attributed.drain(..) {
        let step = exchange
            .caller
            .as_ref()
            .and_then(|caller| steps.get(caller))
            .copied()
            .unwrap_or(last_step);
        last_step = step.max(last_step);
        keyed.push((
            segment(&run.marks, exchange.entry.number),
            exchange.entry.at,
            step,
            exchange,
        ));
    }
    keyed.sort_by(|a, b| (a.0, a.1, a.2, by_caller(&a.3)).cmp(&(b.0, b.1, b.2, by_caller(&b.3))));
    let mut exchanges: Vec<Exchange> = keyed.into_iter().map(|(.., exchange)| exchange).collect();

    let places = Places::of(run.idp);
    for (index, exchange) in exchanges.iter_mut().enumerate() {
        let number = index as u64 + 1;
        // On the local road every request has a connection of its own.
        if run.road == Road::Local {
            exchange.entry.connection = number;
        }
        rename_entry(&mut exchange.entry, number, &places);
    }
    let outcomes = run
        .calls
        .into_iter()
        .map(|call| outcome(call, run.idp, &places))
        .collect();
    let mut tokens = run.idp.tokens();
    tokens.sort_by_key(|facts| facts.label);
    Trace {
        started_at: run.started_at,
        ended_at: run.ended_at,
        exchanges,
        outcomes,
        marks: run.marks,
        tokens,
        cast: run.cast,
        road: run.road,
        said: None,
        timed: run.timed,
        cut_short: run
            .cut_short
            .map(|cut| in_clean_words(cut, run.idp, &places)),
    }
}

/// Why a run was cut short, without secrets: what the client or its driver says of itself is no cleaner than its errors.
fn in_clean_words(cut: CutShort, idp: &MockIdp, places: &Places) -> CutShort {
    let clean = |words: String| {
        let mut words = idp.scrubbed(&words);
        places.name_in(&mut words);
        words
    };
    match cut {
        CutShort::ClientPanicked(words) => CutShort::ClientPanicked(clean(words)),
        CutShort::Driver(words) => CutShort::Driver(clean(words)),
        CutShort::Unsupported(words) => CutShort::Unsupported(clean(words)),
        cut @ (CutShort::Harness(_) | CutShort::RequestBudget { .. }) => cut,
    }
}

/// How many marks had been made when this exchange arrived.
fn segment(marks: &[Mark], number: u64) -> usize {
    marks.partition_point(|mark| mark.last_exchange.is_some_and(|last| last < number))
}

/// Nobody's exchanges, an intruder's, come after those of the calls of the same step.
fn by_caller(exchange: &Exchange) -> (bool, Option<&Caller>) {
    (exchange.caller.is_none(), exchange.caller.as_ref())
}

/// Finds for each journal entry who sent it, by the client's end of its connection.
fn attribute(entries: Vec<Entry>, departures: Vec<Departure>) -> Vec<Exchange> {
    // A port can be used again within a case; the earliest departure not yet accounted for is the one.
    let mut by_port: HashMap<SocketAddr, VecDeque<Departure>> = HashMap::new();
    for departure in departures {
        by_port
            .entry(departure.client_end)
            .or_default()
            .push_back(departure);
    }
    entries
        .into_iter()
        .map(|entry| {
            let departure = entry
                .peer
                .and_then(|peer| by_port.get_mut(&peer)?.pop_front());
            let (by, caller) = departure.map_or((Party::Client, None), |departure| {
                (departure.by, departure.caller)
            });
            Exchange { by, caller, entry }
        })
        .collect()
}

/// Where connections are not ours: what came in while a single call was under way was sent for that call, as far as can be told.
fn attribute_by_time(exchanges: &mut [Exchange], calls: &[CallRecord]) {
    for exchange in exchanges {
        let number = exchange.entry.number;
        let is_during = |call: &&CallRecord| {
            call.after < number && call.ended.as_ref().is_none_or(|end| number <= end.last)
        };
        let mut during = calls.iter().filter(is_during);
        if let (Party::Client, Some(call), None) = (exchange.by, during.next(), during.next()) {
            exchange.caller = Some(call.caller.clone());
        }
    }
}

fn rename_entry(entry: &mut Entry, number: u64, places: &Places) {
    entry.number = number;
    entry.peer = None;
    places.name_in(&mut entry.path);
    for (_, value) in entry.reply.iter_mut().flat_map(|reply| &mut reply.headers) {
        places.name_in(value);
    }
}

fn outcome(call: CallRecord, idp: &MockIdp, places: &Places) -> Outcome {
    // A call that never ended has run into its caller's patience.
    let (ended_at, answer) = call.ended.map_or_else(
        || (None, Answer::of(Class::Timeout)),
        |end| (Some(end.at), end.answer),
    );
    let told = answer
        .message
        .as_deref()
        .map_or_else(Vec::new, |message| idp.secrets_in(message));
    let message = answer.message.map(|message| {
        let mut message = idp.redacted(&message);
        places.name_in(&mut message);
        message
    });
    let token = answer.token.and_then(|token| idp.label_of(token.expose()));
    Outcome {
        caller: call.caller,
        operation: call.operation,
        started_at: call.started_at,
        ended_at,
        class: answer.class,
        token,
        status: answer.status,
        retry_after: answer.retry_after,
        carries: answer.carries,
        message,
        told,
    }
}
