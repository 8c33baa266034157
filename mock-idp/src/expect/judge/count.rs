//! Whether a [`Count`] is met.

use std::collections::BTreeMap;

use super::window::{Window, busiest, quietest};
use super::{Finding, words};
use crate::expect::count::{Count, Per};
use crate::expect::line::offset;
use crate::expect::matching::{Matches, Sent, select};
use crate::expect::record::Record;
use crate::expect::unmet::Verdict;
use crate::ledger::TokenLabel;

pub(super) fn expects(count: &Count) -> String {
    let like = words::like(&count.requests);
    let some = |bound: &str, n: u32| match n {
        0 => words::count(0) + &like,
        n => format!("{bound} {}{like}", words::count(n.into())),
    };
    let parts = [
        count.is.map(|n| some("exactly", n)),
        count.at_least.map(|n| some("at least", n)),
        count.at_most.map(|n| some("at most", n)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let mut text = parts.join(" and ");
    if let Some(window) = count.within {
        text.push_str(&format!(" in any {window}"));
    }
    if let Some(per) = count.per {
        text.push_str(&format!(" for each {}", noun(per)));
    }
    text
}

pub(super) fn judge<'a>(count: &'a Count, record: &'a Record) -> Result<(), Finding<'a>> {
    let matches = select(record, &count.requests)?;
    let mut undecided = None;
    let groups = groups(count, &matches);
    if groups.is_empty() {
        // Of nothing there is not too much.
        if matches.sent.is_empty() && matches.unseen.is_none() && count.bounds().0.is_none() {
            return Ok(());
        }
        let seen = words::requests(matches.sent.len() as u64, &count.requests);
        let of = count.per.map_or("", noun);
        return Err(Finding::undecided(format!("{seen}, of no {of}")));
    }
    for group in &groups {
        match in_group(count, record, &matches, group) {
            Ok(()) => {}
            Err(finding) if finding.verdict == Verdict::Broken => return Err(finding),
            Err(finding) => undecided = undecided.or(Some(finding)),
        }
    }
    undecided.map_or(Ok(()), Err)
}

/// Requests that are counted together.
struct Group<'a> {
    /// Whose they are, to stand behind `2 requests`; empty where all are counted together.
    whose: String,
    sent: Vec<Sent<'a>>,
}

fn noun(per: Per) -> &'static str {
    match per {
        Per::Client => "client",
        Per::Token => "token",
    }
}

/// What no client is known of, and what shows no token of this world, belongs to no group.
fn groups<'a>(count: &Count, matches: &Matches<'a>) -> Vec<Group<'a>> {
    let sent = matches.sent.iter().copied();
    match count.per {
        None => vec![Group {
            whose: String::new(),
            sent: sent.collect(),
        }],
        Some(Per::Client) => {
            let mut clients: BTreeMap<String, Vec<Sent<'a>>> = BTreeMap::new();
            for sent in sent {
                if let Some(client) = sent.entry.client() {
                    let client = client.to_ascii_lowercase();
                    clients.entry(client).or_default().push(sent);
                }
            }
            let group = |(client, sent)| Group {
                whose: format!(" of `{client}`"),
                sent,
            };
            clients.into_iter().map(group).collect()
        }
        Some(Per::Token) => {
            let mut tokens: BTreeMap<TokenLabel, Vec<Sent<'a>>> = BTreeMap::new();
            for sent in sent {
                if let Some(label) = sent.entry.presented.as_ref().and_then(|shown| shown.token) {
                    tokens.entry(label).or_default().push(sent);
                }
            }
            let group = |(label, sent)| Group {
                whose: format!(" showing {label}"),
                sent,
            };
            tokens.into_iter().map(group).collect()
        }
    }
}

fn in_group<'a>(
    count: &'a Count,
    record: &'a Record,
    matches: &Matches<'a>,
    group: &Group<'a>,
) -> Result<(), Finding<'a>> {
    let (least, most) = count.bounds();
    let too_few = |n: usize| least.is_some_and(|least| n < least as usize);
    let too_many = |n: usize| most.is_some_and(|most| n > most as usize);
    let Some(window) = count.within else {
        let n = group.sent.len();
        return match &matches.unseen {
            // More of them change nothing.
            Some(_) if most.is_none() && !too_few(n) => Ok(()),
            Some(unseen) if !too_many(n) => Err(Finding::undecided(unseen.clone())),
            _ if too_few(n) || too_many(n) => {
                let observed = words::count(n as u64) + &group.whose;
                let finding = Finding::broken(observed, group.sent.iter().copied());
                Err(match too_few(n) {
                    true => finding.lacking(&count.requests),
                    false => finding,
                })
            }
            _ => Ok(()),
        };
    };
    let mut sent = group.sent.clone();
    sent.sort_by_key(Sent::arrival);
    let observed = |found: &Window<'_, '_>| {
        let n = words::count(found.sent.len() as u64);
        let from = offset(found.from, record.from);
        format!("{n}{} in {window} from {from}", group.whose)
    };
    if let Some(fullest) = busiest(&sent, window.0)
        && too_many(fullest.sent.len())
    {
        let observed = observed(&fullest);
        return Err(Finding::broken(observed, fullest.sent.iter().copied()));
    }
    if least.is_some() {
        let Some(emptiest) = quietest(&sent, matches.from, matches.until, window.0) else {
            return Err(Finding::undecided(format!("no {window} have passed yet")));
        };
        if too_few(emptiest.sent.len()) {
            let observed = observed(&emptiest);
            return Err(Finding::broken(observed, emptiest.sent.iter().copied()));
        }
    }
    match &matches.unseen {
        Some(unseen) => Err(Finding::undecided(unseen.clone())),
        None => Ok(()),
    }
}
