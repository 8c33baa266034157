//! The exchanges of a timeline, those that are alike and follow one another threaded into one.

use std::collections::BTreeSet;

use mock_idp::journal::{Delivery, Endpoint};

use super::timeline::{LETTER, instant, shortened, since};
use crate::report::WireLine;
use crate::report::plain::plain;
use crate::trace::{Exchange, Party, Trace};

/// So many like exchanges in a row are drawn as one.
const ALIKE: usize = 4;
/// Letters of the longest text beside a bead.
const LONGEST: usize = 18;

/// One exchange, or several that are alike.
#[derive(Clone, Debug)]
pub(super) struct Bead {
    pub(super) endpoint: Endpoint,
    /// When it arrived, in milliseconds since the run began.
    pub(super) at_ms: i64,
    /// When it was answered, or the last of several arrived.
    pub(super) until_ms: Option<i64>,
    /// How many there are.
    pub(super) count: usize,
    /// The hold that kept the answer back.
    pub(super) held: Option<String>,
    /// What stands in it: the status.
    pub(super) text: String,
    /// What it shows.
    pub(super) above: String,
    /// What it was given, or why not.
    pub(super) below: String,
    /// Everything, for who points at it.
    pub(super) title: String,
    /// How it is coloured.
    pub(super) kind: &'static str,
    pub(super) is_evidence: bool,
    pub(super) is_intruder: bool,
    /// How wide it is, and how much room it takes with its texts.
    pub(super) pill: f64,
    pub(super) width: f64,
}

/// The exchanges of a run in order.
pub(super) fn beads(trace: &Trace, evidence: &BTreeSet<u64>) -> Vec<Bead> {
    let mut beads = Vec::new();
    let mut rest = trace.exchanges.as_slice();
    while let Some(first) = rest.first() {
        let alike = rest
            .iter()
            .take_while(|other| alike(first, other, evidence))
            .count();
        let n = if alike >= ALIKE { alike } else { 1 };
        let (these, others) = rest.split_at(n);
        beads.push(bead(trace, first, these, evidence));
        rest = others;
    }
    beads
}

/// Whether nothing worth seeing tells two exchanges apart.
fn alike(one: &Exchange, other: &Exchange, evidence: &BTreeSet<u64>) -> bool {
    let facts = |exchange: &Exchange| {
        let entry = &exchange.entry;
        let reply = entry.reply.as_ref()?;
        let dull = entry.held.is_none()
            && entry.answered_at == Some(entry.at)
            && reply.delivery == Delivery::Sent
            && reply.issued.is_empty()
            && reply.error.is_none()
            && !evidence.contains(&entry.number);
        let shown = entry
            .presented
            .as_ref()
            .map(|shown| (shown.token, shown.state));
        dull.then_some((exchange.by, entry.endpoint, reply.status, shown))
    };
    facts(one).is_some_and(|known| facts(other) == Some(known))
}

fn bead(
    trace: &Trace,
    exchange: &Exchange,
    exchanges: &[Exchange],
    evidence: &BTreeSet<u64>,
) -> Bead {
    let numbers: Vec<u64> = exchanges
        .iter()
        .map(|exchange| exchange.entry.number)
        .collect();
    let line = &WireLine::new(trace, exchange);
    let count = exchanges.len();
    let status = line
        .status
        .map_or_else(|| "\u{2014}".to_owned(), |status| status.to_string());
    let text = match count {
        1 if exchange.entry.held.is_some() => format!("{status} held"),
        1 => status,
        n => format!("{n} × {status}"),
    };
    // Findings speak of exchanges by number.
    let number = format!("#{}", line.number);
    let shows = short_token(line.shows.as_deref().unwrap_or_default());
    let above = match shows.as_str() {
        "" => number,
        token => shortened(&format!("{number} {token}"), LONGEST + 5),
    };
    let below = shortened(&below(line), LONGEST);
    let letters = |text: &str| text.chars().count() as f64;
    let pill = letters(&text) * 7.0 + 14.0;
    let texts = letters(&above).max(letters(&below)) * LETTER;
    Bead {
        endpoint: exchange.entry.endpoint,
        at_ms: line.at_ms,
        until_ms: match exchanges {
            [_] => line.answered_ms,
            [.., last] => Some(since(trace, last.entry.at)),
            [] => None,
        },
        count,
        held: exchange
            .entry
            .held
            .as_ref()
            .map(|held| shortened(&plain(&held.name), LONGEST)),
        title: title(line, exchange, &numbers),
        kind: match line.status {
            None => "none",
            _ if line.lost.is_some() => "none",
            Some(200..=299) => "good",
            Some(300..=399) => "move",
            Some(429) => "slow",
            Some(400..=499) => "deny",
            Some(_) => "fail",
        },
        is_evidence: numbers.iter().any(|number| evidence.contains(number)),
        is_intruder: exchange.by == Party::Intruder,
        text,
        above,
        below,
        pill,
        width: pill.max(texts) + 14.0,
    }
}

/// The token itself and its state, without what it came from: that stands below the answer which brought it.
fn short_token(shows: &str) -> String {
    match shows.split_once(" <- ") {
        Some((token, rest)) => match rest.split_once(" (") {
            Some((_, state)) => format!("{token} ({state}"),
            None => token.to_owned(),
        },
        None => shows.to_owned(),
    }
}

fn below(line: &WireLine) -> String {
    if let Some(lost) = &line.lost {
        return lost.clone();
    }
    if line.issued.is_empty() {
        return line.error.clone().unwrap_or_default();
    }
    let tokens: Vec<String> = line.issued.iter().map(|token| short_token(token)).collect();
    tokens.join(" ")
}

fn title(line: &WireLine, exchange: &Exchange, numbers: &[u64]) -> String {
    let mut title = match numbers {
        [first, .., last] => format!("#{first} to #{last}"),
        _ => format!("#{}", line.number),
    };
    title.push_str(&format!(
        " {} {} {}",
        instant(line.at_ms),
        line.method,
        line.path
    ));
    if line.by == Party::Intruder {
        title.push_str(", by the intruder");
    }
    if let Some(shows) = &line.shows {
        title.push_str(&format!(", shows {shows}"));
    }
    title.push_str(&match line.status {
        Some(status) => format!(", answer {status}"),
        None => ", no answer".to_owned(),
    });
    if let Some(held) = &exchange.entry.held {
        title.push_str(&format!(", held: {}", plain(&held.name)));
    }
    for part in line.lost.iter().chain(&line.error).chain(&line.headers) {
        title.push_str(&format!(" {part}"));
    }
    for token in &line.issued {
        title.push_str(&format!(", brings {token}"));
    }
    title
}
