//! Windows of time: the fullest and the emptiest.

use std::time::Duration;

use jiff::Timestamp;

use crate::expect::matching::{Sent, signed};

/// A window of time and what arrived in it.
pub(super) struct Window<'s, 'a> {
    pub(super) from: Timestamp,
    pub(super) sent: &'s [Sent<'a>],
}

/// The first of the fullest windows; each begins with an arrival and ends just before its length is over. `sent` is in order of
/// arrival.
pub(super) fn busiest<'s, 'a>(sent: &'s [Sent<'a>], length: Duration) -> Option<Window<'s, 'a>> {
    let mut fullest: Option<Window<'s, 'a>> = None;
    let mut end = 0;
    for (begin, first) in sent.iter().enumerate() {
        let from = first.entry.at;
        end = end.max(begin + 1);
        while sent
            .get(end)
            .is_some_and(|next| next.entry.at.duration_since(from) < signed(length))
        {
            end += 1;
        }
        let inside = sent.get(begin..end).unwrap_or_default();
        if fullest
            .as_ref()
            .is_none_or(|fullest| inside.len() > fullest.sent.len())
        {
            fullest = Some(Window { from, sent: inside });
        }
    }
    fullest
}

/// The first of the emptiest windows that lie between two instants; one begins with the first instant, the others just after an
/// arrival. None if no window fits in between.
pub(super) fn quietest<'s, 'a>(
    sent: &'s [Sent<'a>],
    begun: Timestamp,
    ended: Timestamp,
    length: Duration,
) -> Option<Window<'s, 'a>> {
    let length = signed(length);
    let inside = |begin: usize, end: usize| sent.get(begin..end).unwrap_or_default();
    let opening = (ended.duration_since(begun) >= length).then(|| Window {
        from: begun,
        sent: inside(
            0,
            sent.partition_point(|s| s.entry.at.duration_since(begun) < length),
        ),
    });
    let others = sent.iter().filter_map(|first| {
        let from = first.entry.at;
        let begin = sent.partition_point(|s| s.entry.at <= from);
        let end = sent.partition_point(|s| s.entry.at.duration_since(from) <= length);
        (length < ended.duration_since(from)).then(|| Window {
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
