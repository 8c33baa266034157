//! Which token a client was given last.
//!
//! Counted by the order of answers: a token is new from when its answer was handed over. An answer that was lost on its
//! way gave the client nothing.

use mock_idp::journal::Delivery;
use mock_idp::ledger::{TokenKind, TokenLabel};

use super::view::{Placed, View};

/// The token of this kind that whoever sent `sent` was given last before that; none if the run had given it none.
pub(super) fn before(view: &View<'_>, sent: Placed<'_>, kind: TokenKind) -> Option<TokenLabel> {
    gifts(view, sent, kind)
        .filter(|gift| !view.are_unordered(gift.by, sent))
        .filter(|gift| gift.place() < (sent.exchange.entry.at, sent.index))
        .max_by_key(Gift::place)
        .map(|gift| gift.label)
}

/// Whether `sent` may show this label as the newest of its kind.
///
/// Before the first answer it is one the client was given before the run. What another call was given in the same
/// instant may have come in time, where the trace cannot tell.
pub(super) fn is(view: &View<'_>, sent: Placed<'_>, label: TokenLabel) -> bool {
    let certain = match before(view, sent, label.kind) {
        Some(newest) => newest == label,
        None => view.is_minted(label),
    };
    certain
        || gifts(view, sent, label.kind)
            .filter(|gift| view.are_unordered(gift.by, sent))
            .any(|gift| gift.answered == sent.exchange.entry.at && gift.label == label)
}

/// A token that an answer carried to the client.
struct Gift<'a> {
    by: Placed<'a>,
    answered: jiff::Timestamp,
    label: TokenLabel,
}

impl Gift<'_> {
    fn place(&self) -> (jiff::Timestamp, usize) {
        (self.answered, self.by.index)
    }
}

/// All tokens of a kind that reached whoever sent `sent`.
fn gifts<'a>(view: &View<'a>, sent: Placed<'_>, kind: TokenKind) -> impl Iterator<Item = Gift<'a>> {
    let to = sent.exchange.by;
    view.exchanges().filter_map(move |by| {
        let reply = by.exchange.entry.reply.as_ref()?;
        let reached = by.exchange.by == to && reply.delivery == Delivery::Sent;
        let label = reply.issued.iter().rev().find(|label| label.kind == kind)?;
        reached.then_some(Gift {
            by,
            answered: by.exchange.entry.answered_at?,
            label: *label,
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::fixture::{played, resource, tale, token, told};

    #[test]
    fn of_calls_made_at_once_any_may_have_fetched_the_token() {
        let check = json!({ "each": { "to": "resource", "presents": "newest" } });
        let verdict = |together: bool, shown: [&str; 2]| {
            let shared = tale([
                resource(0).caused_by("a", 1).shows(shown[0]),
                token(0).caused_by("a", 2).issues("AT#2"),
                resource(0).caused_by("a", 2).shows(shown[1]),
            ]);
            let steps = json!([{ "call_api": { "as": "a", "times": 2, "together": together } }]);
            told(&played(steps, &shared.minted("AT#1"), check.clone()))
        };
        insta::assert_snapshot!(verdict(true, ["AT#2", "AT#2"]), @"pass");
        insta::assert_snapshot!(verdict(true, ["AT#1", "AT#2"]), @"pass");
        // Within one call the order is known, and so it is one call after another.
        insta::assert_snapshot!(verdict(true, ["AT#2", "AT#1"]), @"fail | expected each request to resource shows the newest token | observed #3 shows AT#1 (live), not AT#2 | #3");
        insta::assert_snapshot!(verdict(false, ["AT#2", "AT#2"]), @"fail | expected each request to resource shows the newest token | observed #1 shows AT#2 (live) | #1");
    }
}
