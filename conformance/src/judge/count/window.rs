//! Windows of time: the fullest and the emptiest.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::judge::span::signed;
use crate::judge::view::Placed;

/// A window of time and what arrived in it.
pub(super) struct Window<'s> {
    pub(super) from: Timestamp,
    pub(super) sent: &'s [Placed<'s>],
}

/// The first of the fullest windows; each begins with an arrival and ends just before its length is over.
pub(super) fn busiest<'s>(sent: &'s [Placed<'s>], window: Duration) -> Option<Window<'s>> {
    let mut fullest: Option<Window<'s>> = None;
    let mut end = 0;
    for (begin, first) in sent.iter().enumerate() {
        let from = first.exchange.entry.at;
        end = end.max(begin);
        while sent.get(end).is_some_and(|next| {
            let passed = next.exchange.entry.at.duration_since(from);
            passed.is_zero() || longer(window, passed)
        }) {
            end += 1;
        }
        let inside = sent.get(begin..end).unwrap_or_default();
        if fullest.as_ref().is_none_or(|f| inside.len() > f.sent.len()) {
            fullest = Some(Window { from, sent: inside });
        }
    }
    fullest
}

/// The first of the emptiest windows that lie between two instants; one begins with the first instant, the others just
/// after an arrival.
pub(super) fn quietest<'s>(
    sent: &'s [Placed<'s>],
    begun: Timestamp,
    ended: Timestamp,
    window: Duration,
) -> Option<Window<'s>> {
    let inside = |begin: usize, end: usize| sent.get(begin..end).unwrap_or_default();
    let opening = (!longer(window, ended.duration_since(begun))).then(|| Window {
        from: begun,
        sent: inside(
            0,
            sent.partition_point(|s| longer(window, s.exchange.entry.at.duration_since(begun))),
        ),
    });
    let others = sent.iter().filter_map(|sent_first| {
        let from = sent_first.exchange.entry.at;
        let begin = sent.partition_point(|s| s.exchange.entry.at <= from);
        let end =
            sent.partition_point(|s| s.exchange.entry.at.duration_since(from) <= signed(window));
        (signed(window) < ended.duration_since(from)).then(|| Window {
            from,
            sent: inside(begin, end),
        })
    });
    opening.into_iter().chain(others).reduce(|least, next| {
        if next.sent.len() < least.sent.len() {
            next
        } else {
            least
        }
    })
}

/// Whether a length of time is longer than what has passed.
fn longer(window: Duration, passed: SignedDuration) -> bool {
    passed < signed(window)
}
