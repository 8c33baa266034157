//! `per`: what is counted by itself.

use std::collections::BTreeMap;

use crate::judge::matching::Matches;
use crate::judge::missing::Missing;
use crate::judge::view::{Placed, View};
use crate::judge::words;
use crate::scenario::{Count, Per};
use crate::trace::{Caller, Party};

/// Exchanges that are counted together.
pub(super) struct Group<'a> {
    /// Whose they are, to stand behind `2 requests`; empty where all are counted together.
    pub(super) whose: String,
    pub(super) sent: Vec<Placed<'a>>,
}

/// What such a group is called.
pub(super) fn noun(per: Per) -> &'static str {
    match per {
        Per::Client => "client",
        Per::Call => "call",
        Per::Token => "token",
    }
}

/// The exchanges in groups: one for all without `per`.
///
/// A client of the case that sent none has a group of its own. There is none for a call that sent none, which a cache may
/// have served, and none for a token that was not shown. What no call caused, and what shows no token that was issued here,
/// belongs to no group.
pub(super) fn groups<'a>(
    count: &Count,
    view: &View<'a>,
    matches: &Matches<'a>,
) -> Result<Vec<Group<'a>>, Missing> {
    let sent = &matches.exchanges;
    Ok(match count.per {
        None => vec![Group {
            whose: String::new(),
            sent: sent.clone(),
        }],
        Some(Per::Client) => {
            let clients = match count.by {
                Some(Party::Intruder) => Vec::new(),
                _ => view.clients(count.client.as_deref())?,
            };
            let group = |name: &String| Group {
                whose: format!(" by `{name}`"),
                sent: of(sent, |s| {
                    let sender = view.sender(s.exchange);
                    sender.is_some_and(|sender| sender.name == *name)
                }),
            };
            clients.iter().map(|client| group(&client.name)).collect()
        }
        Some(Per::Call) if view.is_passive() => {
            return Err(Missing::driver("nobody makes calls"));
        }
        Some(Per::Call) => {
            let mut calls: BTreeMap<&Caller, Vec<Placed<'a>>> = BTreeMap::new();
            for sent in sent {
                if let Some(caller) = &sent.exchange.caller {
                    calls.entry(caller).or_default().push(*sent);
                }
            }
            let group = |(caller, sent)| Group {
                whose: format!(" for {}", words::caller(caller)),
                sent,
            };
            calls.into_iter().map(group).collect()
        }
        Some(Per::Token) => {
            let label = |s: Placed<'_>| s.exchange.entry.presented.as_ref()?.token;
            let mut labels: Vec<_> = sent.iter().filter_map(|s| label(*s)).collect();
            labels.sort_unstable();
            labels.dedup();
            let group = |wanted| Group {
                whose: format!(" showing {wanted}"),
                sent: of(sent, |s| label(s) == Some(wanted)),
            };
            labels.into_iter().map(group).collect()
        }
    })
}

fn of<'a>(sent: &[Placed<'a>], is_meant: impl Fn(Placed<'a>) -> bool) -> Vec<Placed<'a>> {
    let sent = sent.iter().copied();
    sent.filter(|sent| is_meant(*sent)).collect()
}
