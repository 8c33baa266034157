//! `after` and `before`: from where and up to where exchanges are meant.
//!
//! `after` begins when a step began or an exchange was answered, `before` ends when a step began or an exchange arrived.

use jiff::Timestamp;

use super::{asks_for_answer, select};
use crate::judge::missing::Missing;
use crate::judge::view::{Placed, View};
use crate::judge::words;
use crate::scenario::{After, Selector};
use crate::trace::{Mark, MarkKind};

/// A point in the run that parts exchanges.
pub(super) struct Boundary<'a> {
    point: Point<'a>,
    /// Whether it would have stayed where it is, had the run gone on.
    pub(super) lasting: bool,
}

enum Point<'a> {
    Step { position: usize, mark: &'a Mark },
    Answer { at: Timestamp, index: usize },
    Arrival { at: Timestamp, index: usize },
}

impl<'a> Boundary<'a> {
    /// Where `after` begins.
    pub(super) fn beginning(view: &View<'a>, after: &After) -> Result<Self, Missing> {
        let first = match after {
            After::Step(label) => return step(view, label),
            After::Exchange(first) => first,
        };
        let sent = select(view, first)?;
        let fate = if sent.exchanges.is_empty() {
            "seen"
        } else {
            "answered"
        };
        sent.exchanges
            .iter()
            .filter_map(|sent| Some((sent.exchange.entry.answered_at?, sent.index)))
            .min()
            // What is answered later is never the first.
            .map(|(at, index)| Self {
                point: Point::Answer { at, index },
                lasting: sent.lasting,
            })
            .ok_or_else(|| never(first, fate))
    }

    /// Where `before` ends.
    pub(super) fn end(view: &View<'a>, before: &After) -> Result<Self, Missing> {
        let first = match before {
            After::Step(label) => return step(view, label),
            After::Exchange(first) => first,
        };
        let sent = select(view, first)?;
        let (at, index) = sent
            .exchanges
            .iter()
            .map(|sent| (sent.exchange.entry.at, sent.index))
            .min()
            .ok_or_else(|| never(first, "seen"))?;
        // An earlier request may yet get the answer that is asked for.
        let decided = !asks_for_answer(first)
            || view.exchanges().all(|sent| {
                let entry = &sent.exchange.entry;
                entry.reply.is_some() || (entry.at, sent.index) >= (at, index)
            });
        Ok(Self {
            point: Point::Arrival { at, index },
            lasting: sent.lasting && decided,
        })
    }

    /// When it is.
    pub(super) fn at(&self) -> Timestamp {
        match self.point {
            Point::Step { mark, .. } => mark.at,
            Point::Answer { at, .. } | Point::Arrival { at, .. } => at,
        }
    }

    /// Whether an exchange arrived after it.
    pub(super) fn precedes(&self, view: &View<'_>, sent: Placed<'_>) -> bool {
        let entry = &sent.exchange.entry;
        match self.point {
            Point::Answer { at, index } => entry.at >= at && sent.index > index,
            Point::Arrival { at, index } => (entry.at, sent.index) >= (at, index),
            Point::Step { mark, .. } if entry.at != mark.at => entry.at > mark.at,
            Point::Step { position, mark } => match (mark.last_exchange, &sent.exchange.caller) {
                (Some(last), _) => entry.number > last,
                // A call of a step that began earlier sent it, in the same instant.
                (None, Some(caller)) => {
                    started(view, &caller.label).is_none_or(|(began, _)| began >= position)
                }
                (None, None) => true,
            },
        }
    }
}

fn step<'a>(view: &View<'a>, label: &str) -> Result<Boundary<'a>, Missing> {
    if view.is_passive() {
        return Err(Missing::driver("no steps are played"));
    }
    started(view, label)
        .map(|(position, mark)| Boundary {
            point: Point::Step { position, mark },
            lasting: true,
        })
        .ok_or_else(|| Missing::in_the_run(format!("step `{label}` never began")))
}

fn started<'a>(view: &View<'a>, label: &str) -> Option<(usize, &'a Mark)> {
    view.trace
        .marks
        .iter()
        .enumerate()
        .find(|(_, mark)| matches!(&mark.what, MarkKind::Started(begun) if begun == label))
}

fn never(first: &Selector, fate: &str) -> Missing {
    Missing::in_the_run(format!("no request{} was {fate}", words::like(first)))
}
