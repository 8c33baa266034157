//! `gap`: so much time passes between exchanges, on the shared timeline.

use jiff::SignedDuration;

use super::group::all;
use super::span::{signed_span, span};
use super::view::{Placed, View, numbers};
use super::words;
use crate::scenario::{Gap, Numbered, Target};
use crate::verdict::{Fault, Finding};

pub(super) fn expects(gap: &Gap) -> String {
    let ends = match (gap.from, gap.to, gap.between) {
        (Some(from), Some(to), _) => format!("between {from} and {to}"),
        (_, _, between) => format!("between requests{}", words::to(between)),
    };
    let length = match (gap.at_least, gap.at_most) {
        (Some(least), Some(most)) => Some(format!("{}..{} {ends}", span(least.0), span(most.0))),
        (Some(least), None) => Some(format!("at least {} {ends}", span(least.0))),
        (None, Some(most)) => Some(format!("at most {} {ends}", span(most.0))),
        (None, None) => None,
    };
    let growing = gap
        .growing
        .then(|| format!("pauses that never shrink {ends}"));
    words::once(length.into_iter().chain(growing), " and ")
}

pub(super) fn judge(gap: &Gap, view: &View<'_>) -> Finding {
    let asks = gap.at_least.is_some() || gap.at_most.is_some() || gap.growing;
    let pair = gap.from.zip(gap.to).filter(|_| asks);
    let parts = [
        pair.map(|(from, to)| one(gap, view, from, to)),
        gap.between
            .filter(|_| asks)
            .map(|to| consecutive(gap, view, to)),
    ];
    all(parts.into_iter().flatten())
        .unwrap_or_else(|| Finding::error(Fault::Harness, "`gap` asks for nothing".to_owned()))
}

/// From the answer to one request to the arrival of another.
fn one(gap: &Gap, view: &View<'_>, from: Numbered, to: Numbered) -> Finding {
    if gap.growing {
        let missing = "one gap alone neither grows nor shrinks".to_owned();
        return Finding::inconclusive(expects(gap), missing);
    }
    let (Some(first), Some(second)) = (view.numbered(from), view.numbered(to)) else {
        let absent = if view.numbered(from).is_none() {
            from
        } else {
            to
        };
        return Finding::inconclusive(expects(gap), format!("{absent} was never sent"));
    };
    let Some(answered) = first.exchange.entry.answered_at else {
        return Finding::inconclusive(expects(gap), format!("{from} was never answered"));
    };
    let length = second.exchange.entry.at.duration_since(answered);
    if fits(gap, length) {
        return view.pass(true, || expects(gap));
    }
    let observed = if length.is_negative() {
        format!(
            "{to} came {} before {from} was answered",
            signed_span(-length)
        )
    } else {
        signed_span(length)
    };
    Finding::fail(expects(gap), observed, numbers([first, second]))
}

/// Between the arrivals of consecutive requests of the client.
fn consecutive(gap: &Gap, view: &View<'_>, to: Target) -> Finding {
    let sent = view.requests(to);
    let needed = if gap.growing { 3 } else { 2 };
    if sent.len() < needed {
        let seen = sent.len() as u64;
        let what = words::count(seen, "request") + &words::to(Some(to));
        let missing = words::too_few(seen, &what, needed as u64);
        return Finding::inconclusive(expects(gap), missing);
    }
    let gaps: Vec<Between<'_>> = sent
        .windows(2)
        .enumerate()
        .map(|(index, pair)| Between {
            ordinal: index + 1,
            first: pair[0],
            second: pair[1],
            length: pair[1]
                .exchange
                .entry
                .at
                .duration_since(pair[0].exchange.entry.at),
        })
        .collect();
    let outside: Vec<&Between<'_>> = gaps.iter().filter(|g| !fits(gap, g.length)).collect();
    if let Some(first) = outside.first() {
        let mut observed = first.in_words(to);
        if outside.len() > 1 {
            observed.push_str(&format!(" ({} of {} gaps)", outside.len(), gaps.len()));
        }
        return Finding::fail(expects(gap), observed, numbers([first.first, first.second]));
    }
    let shrunk = gaps.windows(2).find(|pair| pair[1].length < pair[0].length);
    match shrunk.filter(|_| gap.growing) {
        Some(pair) => Finding::fail(
            expects(gap),
            format!("{}, then {}", pair[0].in_words(to), pair[1].in_words(to)),
            numbers([pair[0].first, pair[0].second, pair[1].second]),
        ),
        None => view.pass(false, || expects(gap)),
    }
}

struct Between<'a> {
    /// Which request it follows, from 1.
    ordinal: usize,
    first: Placed<'a>,
    second: Placed<'a>,
    length: SignedDuration,
}

impl Between<'_> {
    fn in_words(&self, to: Target) -> String {
        let (n, length) = (self.ordinal, signed_span(self.length));
        format!("{length} between {0}#{n} and {0}#{1}", to.name(), n + 1)
    }
}

fn fits(gap: &Gap, length: SignedDuration) -> bool {
    let signed = |length: std::time::Duration| {
        SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX)
    };
    gap.at_least.is_none_or(|least| length >= signed(least.0))
        && gap.at_most.is_none_or(|most| length <= signed(most.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::fixture::{tale, token};

    #[test]
    fn from_an_answer_to_an_arrival() {
        let check = json!({ "gap": { "from": "token#1", "to": "token#2", "at_least": "30s", "at_most": "45s" } });
        // Counted from the answer at 10 s, not from the arrival at 0 s.
        let waits = tale([token(0).answered(10), token(40)]);
        insta::assert_snapshot!(waits.verdict(check.clone()), @"pass");
        let waits_long = tale([token(0), token(45)]);
        insta::assert_snapshot!(waits_long.verdict(check.clone()), @"pass");
        let early = tale([token(0).answered(10), token(39)]);
        insta::assert_snapshot!(early.verdict(check.clone()), @"fail | expected 30 s..45 s between token#1 and token#2 | observed 29 s | #1 #2");
        let late = tale([token(0), token(46)]);
        insta::assert_snapshot!(late.verdict(check.clone()), @"fail | expected 30 s..45 s between token#1 and token#2 | observed 46 s | #1 #2");
        let overtaking = tale([token(0).answered(10), token(4)]);
        insta::assert_snapshot!(overtaking.verdict(check.clone()), @"fail | expected 30 s..45 s between token#1 and token#2 | observed token#2 came 6 s before token#1 was answered | #1 #2");
        insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"inconclusive | expected 30 s..45 s between token#1 and token#2 | observed token#2 was never sent");
        insta::assert_snapshot!(tale([token(0).unanswered(), token(40)]).verdict(check.clone()), @"inconclusive | expected 30 s..45 s between token#1 and token#2 | observed token#1 was never answered");
        insta::assert_snapshot!(tale([]).verdict(check), @"inconclusive | expected 30 s..45 s between token#1 and token#2 | observed token#1 was never sent");
    }

    #[test]
    fn others_requests_do_not_count() {
        let check = json!({ "gap": { "from": "token#1", "to": "token#2", "at_least": "30s" } });
        let tale = tale([token(0), token(5).by_intruder(), token(31)]);
        insta::assert_snapshot!(tale.verdict(check), @"pass");
    }

    #[test]
    fn between_all_consecutive_requests() {
        let check = json!({ "gap": { "between": "token", "at_least": "30m" } });
        insta::assert_snapshot!(tale([token(0), token(3300), token(6600)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0), token(3300), token(3360), token(3420)]).verdict(check.clone()), @"fail | expected at least 30 min between requests to token | observed 60 s between token#2 and token#3 (2 of 3 gaps) | #2 #3");
        insta::assert_snapshot!(tale([token(0)]).verdict(check), @"inconclusive | expected at least 30 min between requests to token | observed 1 request to token was observed (needs 2)");
        let soon = json!({ "gap": { "between": "token", "at_most": "60s" } });
        insta::assert_snapshot!(tale([token(0), token(61)]).verdict(soon), @"fail | expected at most 60 s between requests to token | observed 61 s between token#1 and token#2 | #1 #2");
    }

    #[test]
    fn growing() {
        let check = json!({ "gap": { "between": "token", "growing": true } });
        insta::assert_snapshot!(tale([token(0), token(1), token(2), token(6)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0), token(5), token(7)]).verdict(check.clone()), @"fail | expected pauses that never shrink between requests to token | observed 5 s between token#1 and token#2, then 2 s between token#2 and token#3 | #1 #2 #3");
        insta::assert_snapshot!(tale([token(0), token(5)]).verdict(check), @"inconclusive | expected pauses that never shrink between requests to token | observed 2 requests to token were observed (needs 3)");
        let check = json!({ "gap": { "from": "token#1", "to": "token#2", "growing": true } });
        insta::assert_snapshot!(tale([token(0), token(5)]).verdict(check), @"inconclusive | expected pauses that never shrink between token#1 and token#2 | observed one gap alone neither grows nor shrinks");
    }

    #[test]
    fn a_run_cut_short() {
        let tale = tale([token(0), token(40), token(80)]).over_budget(3);
        // What came between two given requests stays as it is; what comes later is anybody's guess.
        let check = json!({ "gap": { "from": "token#1", "to": "token#2", "at_least": "30s" } });
        insta::assert_snapshot!(tale.verdict(check), @"pass");
        let check = json!({ "gap": { "between": "token", "at_least": "30s" } });
        insta::assert_snapshot!(tale.verdict(check), @"fail | expected at least 30 s between requests to token | observed stopped after 3 requests | #1 #2 #3");
    }

    #[test]
    fn a_gap_without_ends_or_bounds_is_our_fault() {
        for gap in [
            json!({ "at_least": "30s" }),
            json!({ "from": "token#1", "at_least": "30s" }),
            json!({ "between": "token" }),
        ] {
            insta::allow_duplicates! {
                insta::assert_snapshot!(tale([token(0), token(1)]).verdict(json!({ "gap": gap })), @"error | observed `gap` asks for nothing");
            }
        }
    }
}
