//! What clients had been told of their tokens before a request: looked up and not searched for, since a journal is long and a row of
//! expectations asks for each of its entries.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::record::Record;
use crate::journal::{Delivery, Endpoint, Entry};
use crate::ledger::{TokenKind, TokenLabel};

/// When something happened, and at which place of the record; of one instant the earlier place first.
pub(super) type Moment = (Timestamp, usize);

/// A record and, once somebody asks, what it tells of tokens.
pub(super) struct Told<'a> {
    pub(super) record: &'a Record,
    tokens: OnceCell<Tokens>,
}

/// By whom an answer was read. Who is not known may be anybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Reader {
    Anybody,
    Named(String),
    Unknown,
}

#[derive(Default)]
struct Tokens {
    /// The tokens that reached somebody, by kind, in the order of their answers.
    given: HashMap<(TokenKind, Reader), Vec<(Moment, TokenLabel)>>,
    /// When somebody was first told that a token is no good.
    refused: HashMap<(TokenLabel, Reader), Moment>,
    /// Those of all answers, also of those that were lost.
    issued: HashSet<TokenLabel>,
}

impl<'a> Told<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        Self {
            record,
            tokens: OnceCell::new(),
        }
    }

    /// Whether no token of this kind has reached the client since this one. Before the first answer it is one that the client was
    /// given outside of any answer.
    pub(super) fn is_newest(&self, label: TokenLabel, by: &Entry, arrival: Moment) -> bool {
        let tokens = self.tokens();
        let last = possible_readers(by).filter_map(|reader| {
            let given = tokens.given.get(&(label.kind, reader))?;
            let earlier = given.partition_point(|(answered, _)| *answered < arrival);
            given.get(earlier.checked_sub(1)?)
        });
        match last.max() {
            Some((_, newest)) => *newest == label,
            None => !tokens.issued.contains(&label),
        }
    }

    /// Whether the client has been told before that the token is no good. An answer that was lost told it nothing.
    pub(super) fn was_refused(&self, label: TokenLabel, by: &Entry, arrival: Moment) -> bool {
        let refused = &self.tokens().refused;
        possible_readers(by).any(|reader| {
            let first = refused.get(&(label, reader));
            first.is_some_and(|first| *first < arrival)
        })
    }

    fn tokens(&self) -> &Tokens {
        self.tokens.get_or_init(|| {
            let mut tokens = Tokens::default();
            for (index, entry) in self.record.entries.iter().enumerate() {
                tokens.note(index, entry);
            }
            for given in tokens.given.values_mut() {
                given.sort();
            }
            tokens
        })
    }
}

impl Tokens {
    fn note(&mut self, index: usize, entry: &Entry) {
        self.issued.extend(entry.issued());
        let Some(answered) = reached(entry) else {
            return;
        };
        let answered = (answered, index);
        let readers = || [Reader::Anybody, Reader::of(entry)];
        for kind in [TokenKind::Access, TokenKind::Refresh, TokenKind::DeviceCode] {
            let mut issued = entry.issued().iter().rev();
            if let Some(label) = issued.find(|issued| issued.kind == kind) {
                for reader in readers() {
                    let given = self.given.entry((kind, reader)).or_default();
                    given.push((answered, *label));
                }
            }
        }
        let shown = entry.presented.as_ref().and_then(|shown| shown.token);
        if let Some(label) = shown.filter(|_| refuses(entry)) {
            for reader in readers() {
                let first = self.refused.entry((label, reader)).or_insert(answered);
                *first = answered.min(*first);
            }
        }
    }
}

impl Reader {
    fn of(entry: &Entry) -> Self {
        entry.client().map_or(Self::Unknown, |client| {
            Self::Named(client.to_ascii_lowercase())
        })
    }
}

/// Who may have read what the sender of a request knows.
fn possible_readers(by: &Entry) -> impl Iterator<Item = Reader> {
    let (reader, other) = match Reader::of(by) {
        Reader::Unknown => (Reader::Anybody, None),
        named => (named, Some(Reader::Unknown)),
    };
    std::iter::once(reader).chain(other)
}

/// When an answer was sent whole, if it was.
fn reached(entry: &Entry) -> Option<Timestamp> {
    let reply = entry.reply.as_ref()?;
    entry
        .answered_at
        .filter(|_| reply.delivery == Delivery::Sent)
}

fn refuses(entry: &Entry) -> bool {
    match entry.endpoint {
        Endpoint::Token => entry.error() == Some("invalid_grant"),
        _ => entry.status() == Some(401),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use proptest::prelude::*;

    use super::*;
    use crate::journal::{Origin, Presented, ReplyFacts};
    use crate::ledger::TokenState;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A resource request by somebody who may not be known, with what became of it.
    fn entry() -> impl Strategy<Value = Entry> {
        let label = || {
            prop_oneof![
                (1u32..4).prop_map(TokenLabel::access),
                (1u32..3).prop_map(TokenLabel::refresh),
            ]
        };
        let shown = (proptest::option::of(label()), proptest::option::of("[aAb]"));
        let told = (
            proptest::sample::select(vec![200u16, 401]),
            proptest::collection::vec(label(), 0..3),
            proptest::bool::weighted(0.8),
            proptest::option::weighted(0.8, 0i64..20),
        );
        (0i64..20, shown, proptest::option::weighted(0.9, told)).prop_map(
            |(second, (token, client), told)| {
                let answered_at = told.as_ref().and_then(|(.., answered)| *answered);
                Entry {
                    number: 0,
                    connection: 1,
                    peer: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 1))),
                    at: at(second),
                    server_time: at(second),
                    answered_at: answered_at.map(at),
                    origin: Origin::Graph,
                    endpoint: Endpoint::Resource,
                    method: "GET".to_owned(),
                    path: "/".to_owned(),
                    content_type: None,
                    request_id: None,
                    body: None,
                    token_request: None,
                    presented: Some(Presented {
                        token,
                        scheme: "Bearer".to_owned(),
                        state: TokenState::Live,
                        seconds_left: None,
                        client,
                    }),
                    secrets: Vec::new(),
                    held: None,
                    reply: told.map(|(status, issued, is_sent, _)| ReplyFacts {
                        status,
                        error: None,
                        vendor_code: None,
                        headers: Vec::new(),
                        issued,
                        changed: None,
                        fault: None,
                        limit: None,
                        leniencies: Vec::new(),
                        delivery: if is_sent {
                            Delivery::Sent
                        } else {
                            Delivery::Reset
                        },
                    }),
                }
            },
        )
    }

    fn is_by_one(one: &Entry, other: &Entry) -> bool {
        match (one.client(), other.client()) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => true,
        }
    }

    proptest! {
        /// The same by a search through everything.
        #[test]
        fn what_is_looked_up_is_what_a_search_finds(entries in proptest::collection::vec(entry(), 0..14)) {
            let record = Record::new(at(0), at(20), entries);
            let told = Told::of(&record);
            let entries = &record.entries;
            for (index, by) in entries.iter().enumerate() {
                let Some(label) = by.presented.as_ref().and_then(|shown| shown.token) else {
                    continue;
                };
                let arrival = (by.at, index);
                let earlier: Vec<(Moment, &Entry)> = entries
                    .iter()
                    .enumerate()
                    .filter(|(_, one)| is_by_one(one, by))
                    .filter_map(|(index, one)| Some(((reached(one)?, index), one)))
                    .filter(|(answered, _)| *answered < arrival)
                    .collect();
                let refused = earlier.iter().any(|(_, one)| {
                    one.presented.as_ref().unwrap().token == Some(label) && one.status() == Some(401)
                });
                prop_assert_eq!(told.was_refused(label, by, arrival), refused);
                let given = |one: &Entry| one.issued().iter().rfind(|one| one.kind == label.kind).copied();
                let last = earlier
                    .iter()
                    .filter_map(|(answered, one)| Some((*answered, given(one)?)))
                    .max();
                let newest = match last {
                    Some((_, newest)) => newest == label,
                    None => !entries.iter().any(|one| one.issued().contains(&label)),
                };
                prop_assert_eq!(told.is_newest(label, by, arrival), newest);
            }
        }
    }
}
