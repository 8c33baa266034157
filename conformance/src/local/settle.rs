//! From what was captured to a trace: in an order and with labels that do not depend on which socket was quicker.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;

use jiff::Timestamp;
use mock_idp::MockIdp;
use mock_idp::journal::Entry;
use mock_idp::ledger::{TokenFacts, TokenKind, TokenLabel};

use super::places::Places;
use super::transport::Departure;
use crate::contender::Answer;
use crate::trace::{
    Caller, Class, CutShort, Exchange, Mark, Operation, Outcome, Party, Road, Trace,
};

/// One call and what came of it.
#[derive(Debug)]
pub(super) struct CallRecord {
    pub(super) step: usize,
    pub(super) caller: Caller,
    pub(super) operation: Operation,
    pub(super) started_at: Timestamp,
    /// None if it never ended.
    pub(super) ended: Option<(Timestamp, Answer)>,
}

/// What a run leaves behind.
pub(super) struct Settled<'a> {
    pub(super) idp: &'a MockIdp,
    pub(super) departures: Vec<Departure>,
    pub(super) calls: Vec<CallRecord>,
    pub(super) marks: Vec<Mark>,
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Timestamp,
    pub(super) cut_short: Option<CutShort>,
}

/// Between two marks of the play, exchanges of one instant stand in the order of the steps and calls that caused them; within
/// one call, as they came. Token labels count in that order. Two runs that did the same are equal then.
pub(super) fn settle(run: Settled<'_>) -> Trace {
    let steps: HashMap<&Caller, usize> = run
        .calls
        .iter()
        .map(|call| (&call.caller, call.step))
        .collect();
    let mut attributed = attribute(run.idp.journal().entries(), run.departures);
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

    let tokens = run.idp.tokens();
    let labels = relabel(&tokens, &exchanges);
    let places = Places::of(run.idp);
    for (index, exchange) in exchanges.iter_mut().enumerate() {
        let number = index as u64 + 1;
        rename_entry(&mut exchange.entry, number, &labels, &places);
    }
    let outcomes = run
        .calls
        .into_iter()
        .map(|call| outcome(call, run.idp, &labels, &places))
        .collect();
    Trace {
        started_at: run.started_at,
        ended_at: run.ended_at,
        exchanges,
        outcomes,
        marks: run.marks,
        tokens: renamed_tokens(tokens, &labels),
        road: Road::Local,
        cut_short: run.cut_short,
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

/// New labels: tokens that were there before keep their place, the others count in the order of the exchanges that issued them.
fn relabel(tokens: &[TokenFacts], exchanges: &[Exchange]) -> HashMap<TokenLabel, TokenLabel> {
    let issued: Vec<TokenLabel> = exchanges
        .iter()
        .filter_map(|exchange| exchange.entry.reply.as_ref())
        .flat_map(|reply| reply.issued.iter().copied())
        .collect();
    let by_an_exchange: HashSet<TokenLabel> = issued.iter().copied().collect();
    let before = tokens
        .iter()
        .map(|facts| facts.label)
        .filter(|label| !by_an_exchange.contains(label));
    let mut labels = HashMap::new();
    let (mut access, mut refresh) = (0, 0);
    for label in before.chain(issued.iter().copied()) {
        labels.entry(label).or_insert_with(|| match label.kind {
            TokenKind::Access => {
                access += 1;
                TokenLabel::access(access)
            }
            TokenKind::Refresh => {
                refresh += 1;
                TokenLabel::refresh(refresh)
            }
        });
    }
    labels
}

fn rename(label: &mut TokenLabel, labels: &HashMap<TokenLabel, TokenLabel>) {
    if let Some(new) = labels.get(label) {
        *label = *new;
    }
}

fn rename_entry(
    entry: &mut Entry,
    number: u64,
    labels: &HashMap<TokenLabel, TokenLabel>,
    places: &Places,
) {
    entry.number = number;
    // On this road every request has a connection of its own.
    entry.connection = number;
    entry.peer = None;
    if let Some(label) = entry
        .presented
        .as_mut()
        .and_then(|presented| presented.token.as_mut())
    {
        rename(label, labels);
    }
    for label in entry.reply.iter_mut().flat_map(|reply| &mut reply.issued) {
        rename(label, labels);
    }
    places.name_in(&mut entry.path);
    for (_, value) in entry.reply.iter_mut().flat_map(|reply| &mut reply.headers) {
        places.name_in(value);
    }
    for sighting in &mut entry.secrets {
        if let Ok(mut label) = sighting.what.parse() {
            rename(&mut label, labels);
            sighting.what = label.to_string();
        }
    }
}

fn renamed_tokens(
    mut tokens: Vec<TokenFacts>,
    labels: &HashMap<TokenLabel, TokenLabel>,
) -> Vec<TokenFacts> {
    for facts in &mut tokens {
        rename(&mut facts.label, labels);
        if let Some(parent) = &mut facts.parent {
            rename(parent, labels);
        }
    }
    tokens.sort_by_key(|facts| facts.label);
    tokens
}

fn outcome(
    call: CallRecord,
    idp: &MockIdp,
    labels: &HashMap<TokenLabel, TokenLabel>,
    places: &Places,
) -> Outcome {
    // A call that never ended has run into its caller's patience.
    let (ended_at, answer) = call.ended.map_or_else(
        || (None, Answer::of(Class::Timeout)),
        |(at, answer)| (Some(at), answer),
    );
    let message = answer.message.map(|mut message| {
        places.name_in(&mut message);
        message
    });
    let token = answer
        .token
        .and_then(|token| idp.label_of(token.expose()))
        .map(|label| labels.get(&label).copied().unwrap_or(label));
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
    }
}
