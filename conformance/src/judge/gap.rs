//! `gap`: so much time passes between exchanges, on the shared timeline.

use jiff::SignedDuration;

use super::group::all;
use super::matching::select;
use super::span::{signed, signed_span, span};
use super::view::{Placed, View, numbers};
use super::words;
use crate::scenario::{Gap, Numbered, Selector, Target};
use crate::verdict::{Fault, Finding};

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
    let mut text = words::once(length.into_iter().chain(growing).chain(growth), " and ");
    if !gap.tolerance.0.is_zero() {
        text.push_str(&format!(", give or take {}", span(gap.tolerance.0)));
    }
    text
}

pub(super) fn judge(gap: &Gap, view: &View<'_>) -> Finding {
    let grows = gap.growing || gap.growth.is_some();
    let asks = gap.at_least.is_some() || gap.at_most.is_some() || grows;
    if gap
        .growth
        .is_some_and(|factor| !factor.is_finite() || factor <= 0.0)
    {
        let what = "`growth` is not a number above 0".to_owned();
        return Finding::error(Fault::Harness, what);
    }
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

/// The requests whose gaps are meant.
fn meant(gap: &Gap, between: Option<Target>) -> Selector {
    Selector {
        to: between,
        client: gap.client.clone(),
        after: gap.after.clone(),
        ..Selector::default()
    }
}

/// From the answer to one request to the arrival of another.
fn one(gap: &Gap, view: &View<'_>, from: Numbered, to: Numbered) -> Finding {
    if gap.growing || gap.growth.is_some() {
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
    let selector = meant(gap, Some(to));
    let sent = match select(view, &selector) {
        Ok(matches) => matches.exchanges,
        Err(missing) => return missing.finding(expects(gap)),
    };
    let grows = gap.growing || gap.growth.is_some();
    let needed = if grows { 3 } else { 2 };
    if sent.len() < needed {
        let seen = sent.len() as u64;
        let what = words::requests(seen, &selector);
        let missing = words::too_few(seen, &what, needed as u64);
        return Finding::inconclusive(expects(gap), missing);
    }
    let gaps: Vec<Between<'_>> = sent
        .windows(2)
        .map(|pair| Between {
            ordinals: [view.ordinal(to, pair[0]), view.ordinal(to, pair[1])],
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
    let too_short = |pair: &&[Between<'_>]| !follows(gap, pair[0].length, pair[1].length);
    match gaps.windows(2).find(too_short) {
        Some(pair) => Finding::fail(
            expects(gap),
            format!("{}, then {}", pair[0].in_words(to), pair[1].in_words(to)),
            numbers([pair[0].first, pair[0].second, pair[1].second]),
        ),
        None => view.pass(false, || expects(gap)),
    }
}

struct Between<'a> {
    /// Which requests it lies between, from 1.
    ordinals: [usize; 2],
    first: Placed<'a>,
    second: Placed<'a>,
    length: SignedDuration,
}

impl Between<'_> {
    fn in_words(&self, to: Target) -> String {
        let ([first, second], length) = (self.ordinals, signed_span(self.length));
        format!("{length} between {0}#{first} and {0}#{second}", to.name())
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

    #[test]
    fn growing_by_a_factor() {
        let check = json!({ "gap": { "between": "token", "growth": 1.5 } });
        insta::assert_snapshot!(tale([token(0), token(2), token(5), token(10)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0), token(2), token(4)]).verdict(check.clone()), @"fail | expected pauses that grow 1.5 times or more between requests to token | observed 2 s between token#1 and token#2, then 2 s between token#2 and token#3 | #1 #2 #3");
        insta::assert_snapshot!(tale([token(0), token(2), token(4)]).passive().verdict(check.clone()), @"fail | expected pauses that grow 1.5 times or more between requests to token | observed 2 s between token#1 and token#2, then 2 s between token#2 and token#3 | #1 #2 #3");
        insta::assert_snapshot!(tale([token(0), token(2)]).verdict(check), @"inconclusive | expected pauses that grow 1.5 times or more between requests to token | observed 2 requests to token were observed (needs 3)");
        let nearly = json!({ "gap": { "between": "token", "growth": 2.0, "tolerance": "1s" } });
        insta::assert_snapshot!(tale([token(0), token(2), token(5)]).verdict(nearly.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0), token(2), token(4)]).verdict(nearly), @"fail | expected pauses that grow 2 times or more between requests to token, give or take 1 s | observed 2 s between token#1 and token#2, then 2 s between token#2 and token#3 | #1 #2 #3");
        let nothing = json!({ "gap": { "between": "token", "growth": -1.0 } });
        insta::assert_snapshot!(tale([token(0), token(2), token(4)]).verdict(nothing), @"error | observed `growth` is not a number above 0");
    }

    #[test]
    fn a_gap_may_miss_by_so_much() {
        let check = json!({ "gap": { "between": "token", "at_least": "30s", "at_most": "40s", "tolerance": "2s" } });
        for good in [28, 42] {
            assert_eq!(tale([token(0), token(good)]).verdict(check.clone()), "pass");
        }
        insta::assert_snapshot!(tale([token(0), token(27)]).verdict(check.clone()), @"fail | expected 30 s..40 s between requests to token, give or take 2 s | observed 27 s between token#1 and token#2 | #1 #2");
        insta::assert_snapshot!(tale([token(0), token(43)]).verdict(check), @"fail | expected 30 s..40 s between requests to token, give or take 2 s | observed 43 s between token#1 and token#2 | #1 #2");
        let check = json!({ "gap": { "between": "token", "growing": true, "tolerance": "1s" } });
        insta::assert_snapshot!(tale([token(0), token(5), token(9)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0), token(5), token(8)]).verdict(check), @"fail | expected pauses that never shrink between requests to token, give or take 1 s | observed 5 s between token#1 and token#2, then 3 s between token#2 and token#3 | #1 #2 #3");
    }

    #[test]
    fn of_one_client_and_after_a_point() {
        let sent = [
            token(0).of("b"),
            token(1).of("a"),
            token(2).of("b"),
            token(31).of("a"),
            token(32).of("b"),
        ];
        let two = tale(sent).cast(&["a", "b"]);
        let gap = |more: serde_json::Value| {
            let mut gap = json!({ "between": "token", "at_least": "30s" });
            for (key, value) in more.as_object().into_iter().flatten() {
                gap[key] = value.clone();
            }
            json!({ "gap": gap })
        };
        insta::assert_snapshot!(two.verdict(gap(json!({ "client": "a" }))), @"pass");
        insta::assert_snapshot!(two.verdict(gap(json!({ "client": "b" }))), @"fail | expected at least 30 s between requests to token by `b` | observed 2 s between token#1 and token#3 | #1 #3");
        let after = json!({ "client": "b", "after": { "to": "token", "client": "a" } });
        insta::assert_snapshot!(two.verdict(gap(after)), @"pass");
        insta::assert_snapshot!(two.verdict(gap(json!({ "client": "c" }))), @"inconclusive | expected at least 30 s between requests to token by `c` | observed no client is called `c`");
        insta::assert_snapshot!(two.verdict(gap(json!({ "after": "c" }))), @"inconclusive | expected at least 30 s between requests to token after step `c` began | observed step `c` never began");
        insta::assert_snapshot!(two.passive().verdict(gap(json!({ "client": "a" }))), @"pass");
    }
}
