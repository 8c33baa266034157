//! Whether a [`Gap`] is kept.

use jiff::SignedDuration;

use super::{Finding, words};
use crate::expect::gap::Gap;
use crate::expect::matching::{Sent, all, forgotten, select, signed};
use crate::expect::record::Record;
use crate::expect::requests::Requests;
use crate::expect::target::{Numbered, Target};

pub(super) fn expects(gap: &Gap) -> String {
    let ends = match (gap.from, gap.to, gap.between) {
        (Some(from), Some(to), _) => format!("between {from} and {to}"),
        (_, _, between) => format!("between requests{}", words::like(&meant(gap, between))),
    };
    let length = words::range(gap.at_least, gap.at_most).map(|range| format!("{range} {ends}"));
    let growing = gap
        .growing
        .then(|| format!("pauses that never shrink {ends}"));
    let growth = gap
        .growth
        .map(|factor| format!("pauses that grow {factor} times or more {ends}"));
    let parts: Vec<String> = [length, growing, growth].into_iter().flatten().collect();
    let mut text = parts.join(" and ");
    if !gap.tolerance.0.is_zero() {
        text.push_str(&format!(", give or take {}", gap.tolerance));
    }
    text
}

pub(super) fn judge<'a>(gap: &Gap, record: &'a Record) -> Result<(), Finding<'a>> {
    match (gap.from.zip(gap.to), gap.between) {
        (Some((from, to)), _) => one(gap, record, from, to),
        (None, between) => consecutive(gap, record, between),
    }
}

/// The requests whose gaps are meant.
fn meant(gap: &Gap, between: Option<Target>) -> Requests {
    Requests {
        to: between,
        client: gap.client.clone(),
        after: gap.after.clone(),
        ..Requests::default()
    }
}

/// From the answer to one request to the arrival of another.
fn one<'a>(gap: &Gap, record: &'a Record, from: Numbered, to: Numbered) -> Result<(), Finding<'a>> {
    if let Some(forgotten) = forgotten(record) {
        return Err(Finding::undecided(forgotten));
    }
    let find = |which: Numbered| {
        let sent = all(record).filter(|sent| which.to.covers(sent.entry.endpoint));
        let place = usize::try_from(which.ordinal).unwrap_or(usize::MAX);
        let found = sent.into_iter().nth(place.saturating_sub(1));
        found.ok_or_else(|| Finding::undecided(format!("{which} was never sent")))
    };
    let (first, second) = (find(from)?, find(to)?);
    let Some(answered) = first.entry.answered_at else {
        return Err(Finding::undecided(format!("{from} was never answered")));
    };
    let length = second.entry.at.duration_since(answered);
    if fits(gap, length) {
        return Ok(());
    }
    let observed = if length.is_negative() {
        format!("{to} came {:#} before {from} was answered", length.abs())
    } else {
        format!("{length:#}")
    };
    Err(Finding::broken(observed, [first, second]))
}

/// Between the arrivals of consecutive requests.
fn consecutive<'a>(
    gap: &Gap,
    record: &'a Record,
    between: Option<Target>,
) -> Result<(), Finding<'a>> {
    let requests = meant(gap, between);
    let matches = select(record, &requests)?;
    let sent = matches.sent;
    let needed = if gap.grows() { 3 } else { 2 };
    if sent.len() < needed {
        let seen = words::requests(sent.len() as u64, &requests);
        let seen = format!("{seen}, and a gap of this kind needs {needed}");
        return Err(Finding::undecided(seen));
    }
    let gaps: Vec<Between<'_>> = sent
        .iter()
        .zip(sent.iter().skip(1))
        .map(|(first, second)| Between {
            first: *first,
            second: *second,
            length: second.entry.at.duration_since(first.entry.at),
        })
        .collect();
    let outside: Vec<&Between<'_>> = gaps.iter().filter(|g| !fits(gap, g.length)).collect();
    if let Some(first) = outside.first() {
        let mut observed = first.in_words();
        if outside.len() > 1 {
            observed.push_str(&format!(" ({} of {} gaps)", outside.len(), gaps.len()));
        }
        return Err(Finding::broken(observed, [first.first, first.second]));
    }
    let mut pairs = gaps.iter().zip(gaps.iter().skip(1));
    if let Some((one, next)) = pairs.find(|(one, next)| !follows(gap, one.length, next.length)) {
        let observed = format!("{}, then {}", one.in_words(), next.in_words());
        let sent = [one.first, one.second, next.second];
        return Err(Finding::broken(observed, sent));
    }
    match matches.unseen {
        Some(unseen) => Err(Finding::undecided(unseen)),
        None => Ok(()),
    }
}

struct Between<'a> {
    first: Sent<'a>,
    second: Sent<'a>,
    length: SignedDuration,
}

impl Between<'_> {
    fn in_words(&self) -> String {
        let (first, second) = (self.first.entry.number, self.second.entry.number);
        format!("{:#} between #{first} and #{second}", self.length)
    }
}

fn fits(gap: &Gap, length: SignedDuration) -> bool {
    let slack = signed(gap.tolerance.0);
    gap.at_least
        .is_none_or(|least| length.saturating_add(slack) >= signed(least.0))
        && gap
            .at_most
            .is_none_or(|most| length <= signed(most.0).saturating_add(slack))
}

/// Whether a gap is as long as the one before it asks for.
fn follows(gap: &Gap, before: SignedDuration, length: SignedDuration) -> bool {
    let reached = length.saturating_add(signed(gap.tolerance.0));
    let grown = |factor: f64| {
        // Lengths are whole nanoseconds; what the product has beyond them is rounding.
        let nanos = |length: SignedDuration| length.as_nanos() as f64;
        nanos(reached) + 1.0 >= nanos(before) * factor
    };
    (!gap.growing || reached >= before) && gap.growth.is_none_or(grown)
}
