//! `count`: so many exchanges are like this.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::matching::{Matches, select};
use super::span::span;
use super::view::{Placed, View, numbers};
use super::{absence, words};
use crate::scenario::Count;
use crate::verdict::{Fault, Finding};

pub(super) fn expects(count: &Count) -> String {
    let like = words::like(&count.selector());
    let some = |bound: &str, n: u32| {
        let requests = words::count(n.into(), "request") + &like;
        if n == 0 {
            requests
        } else {
            format!("{bound} {requests}")
        }
    };
    let parts = [
        count.is.map(|n| some("exactly", n)),
        count.at_least.map(|n| some("at least", n)),
        count.at_most.map(|n| some("at most", n)),
    ];
    let text = words::once(parts.into_iter().flatten(), " and ");
    match count.within {
        Some(window) => format!("{text} in any {}", span(window.0)),
        None => text,
    }
}

pub(super) fn judge(count: &Count, view: &View<'_>, proven: bool) -> Finding {
    let bounds = Bounds::of(count);
    if bounds == Bounds::default() {
        return Finding::error(Fault::Harness, "`count` asks for nothing".to_owned());
    }
    let matches = match select(view, &count.selector()) {
        Ok(matches) => matches,
        Err(missing) => return missing.finding(expects(count)),
    };
    if matches.exchanges.is_empty()
        && bounds.admits(0)
        && let Some(missing) = absence::unproven(view, &count.selector(), proven)
    {
        return Finding::inconclusive(expects(count), missing);
    }
    match count.within {
        None => over_the_run(count, bounds, view, matches),
        Some(window) => in_windows(count, bounds, view, matches, window.0),
    }
}

/// How many are too few and too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bounds {
    least: Option<u64>,
    most: Option<u64>,
}

impl Bounds {
    fn of(count: &Count) -> Self {
        Self {
            least: count.is.max(count.at_least).map(u64::from),
            most: [count.is, count.at_most]
                .into_iter()
                .flatten()
                .min()
                .map(u64::from),
        }
    }

    fn admits(self, n: u64) -> bool {
        self.least.is_none_or(|least| n >= least) && self.most.is_none_or(|most| n <= most)
    }
}

fn over_the_run(count: &Count, bounds: Bounds, view: &View<'_>, matches: Matches<'_>) -> Finding {
    let n = matches.exchanges.len() as u64;
    if bounds.admits(n) {
        let settled = matches.closed || bounds.most.is_none();
        return view.pass(settled, || expects(count));
    }
    Finding::fail(
        expects(count),
        words::count(n, "request"),
        numbers(matches.exchanges),
    )
}

fn in_windows(
    count: &Count,
    bounds: Bounds,
    view: &View<'_>,
    matches: Matches<'_>,
    window: Duration,
) -> Finding {
    let mut sent = matches.exchanges;
    sent.sort_by_key(|sent| (sent.exchange.entry.at, sent.index));
    let observe = |found: Window<'_>| {
        let observed = format!(
            "{} in {} from {}",
            words::count(found.sent.len() as u64, "request"),
            span(window),
            view.when(found.from)
        );
        Finding::fail(
            expects(count),
            observed,
            numbers(found.sent.iter().copied()),
        )
    };
    if let Some(most) = bounds.most
        && let Some(busiest) = busiest(&sent, window)
        && busiest.sent.len() as u64 > most
    {
        return observe(busiest);
    }
    if let Some(least) = bounds.least {
        let Some(quietest) = quietest(&sent, view, window) else {
            let missing = "the run ended before one such stretch of time had passed".to_owned();
            return Finding::inconclusive(expects(count), missing);
        };
        if (quietest.sent.len() as u64) < least {
            return observe(quietest);
        }
    }
    view.pass(matches.closed && bounds.least.is_none(), || expects(count))
}

/// A window of time and what arrived in it.
struct Window<'s> {
    from: Timestamp,
    sent: &'s [Placed<'s>],
}

/// The first of the fullest windows; each begins with an arrival and ends just before its length is over.
fn busiest<'s>(sent: &'s [Placed<'s>], window: Duration) -> Option<Window<'s>> {
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

/// The first of the emptiest windows that lie within the run; one begins with the run, the others just after an arrival.
fn quietest<'s>(sent: &'s [Placed<'s>], view: &View<'_>, window: Duration) -> Option<Window<'s>> {
    let ended = view.trace.ended_at;
    let at = |index: usize| sent.get(index).map(|sent| sent.exchange.entry.at);
    let started = view.trace.started_at;
    let opening = (!longer(window, ended.duration_since(started))).then(|| {
        let inside =
            sent.partition_point(|s| longer(window, s.exchange.entry.at.duration_since(started)));
        Window {
            from: started,
            sent: sent.get(..inside).unwrap_or_default(),
        }
    });
    let others = (0..sent.len()).filter_map(|index| {
        let from = at(index)?;
        let fits = signed(window) < ended.duration_since(from);
        let begin = sent.partition_point(|s| s.exchange.entry.at <= from);
        let end =
            sent.partition_point(|s| s.exchange.entry.at.duration_since(from) <= signed(window));
        fits.then(|| Window {
            from,
            sent: sent.get(begin..end).unwrap_or_default(),
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

fn signed(window: Duration) -> SignedDuration {
    SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use crate::judge::fixture::{resource, tale, token};
    use crate::trace::MarkKind;
    use crate::verdict::Verdict;

    #[test]
    fn over_the_whole_run() {
        let two = tale([token(0), resource(0), token(5)]);
        for (bound, verdict) in [
            (json!({ "to": "token", "is": 2 }), Verdict::Pass),
            (json!({ "to": "token", "at_least": 2 }), Verdict::Pass),
            (json!({ "to": "token", "at_most": 2 }), Verdict::Pass),
            (
                json!({ "to": "token", "at_least": 1, "at_most": 3 }),
                Verdict::Pass,
            ),
            (json!({ "to": "token", "is": 1 }), Verdict::Fail),
            (json!({ "to": "token", "is": 3 }), Verdict::Fail),
            (json!({ "to": "token", "at_least": 3 }), Verdict::Fail),
            (json!({ "to": "token", "at_most": 1 }), Verdict::Fail),
        ] {
            assert_eq!(
                two.finding(json!({ "count": bound })).verdict,
                verdict,
                "{bound}"
            );
        }
        insta::assert_snapshot!(two.verdict(json!({ "count": { "to": "token", "at_most": 1 } })), @"fail | expected at most 1 request to token | observed 2 requests | #1 #3");
        insta::assert_snapshot!(two.verdict(json!({ "count": { "to": "jwks", "is": 1 } })), @"fail | expected exactly 1 request to jwks | observed no request");
    }

    #[test]
    fn none_is_few_enough_only_if_the_client_did_something() {
        let check = json!({ "count": { "to": "resource", "status": 401, "at_most": 1 } });
        insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"inconclusive | expected at most 1 request to resource answered with 401 | observed no request to resource was seen");
        insta::assert_snapshot!(tale([resource(0)]).verdict(check), @"pass");
        let bare = json!({ "count": { "to": "resource", "is": 0 } });
        insta::assert_snapshot!(tale([]).verdict(bare.clone()), @"inconclusive | expected no request to resource | observed no request was seen");
        insta::assert_snapshot!(tale([token(0)]).verdict(bare), @"pass");
    }

    #[test]
    fn in_every_window() {
        let check = json!({ "count": { "to": "token", "within": "10s", "at_most": 2 } });
        // The end of a window does not belong to it.
        let spread = tale([token(0), token(5), token(10), token(15), token(20)]);
        insta::assert_snapshot!(spread.verdict(check.clone()), @"pass");
        let burst = tale([token(0), token(30), token(35), token(39), token(60)]);
        insta::assert_snapshot!(burst.verdict(check), @"fail | expected at most 2 requests to token in any 10 s | observed 3 requests in 10 s from t+30 s | #2 #3 #4");
        let busy = json!({ "count": { "to": "token", "within": "10s", "at_least": 1 } });
        let steady = tale([token(0), token(10), token(20)]).ended(25);
        insta::assert_snapshot!(steady.verdict(busy.clone()), @"pass");
        let pause = tale([token(0), token(21)]).ended(25);
        insta::assert_snapshot!(pause.verdict(busy.clone()), @"fail | expected at least 1 request to token in any 10 s | observed no request in 10 s from t+0 s");
        insta::assert_snapshot!(tale([token(0)]).ended(5).verdict(busy), @"inconclusive | expected at least 1 request to token in any 10 s | observed the run ended before one such stretch of time had passed");
    }

    #[test]
    fn while_a_hold_lasts() {
        let check = json!({ "count": { "to": "token", "while": "herd", "is": 1 } });
        let calm = tale([token(0).held("herd", 5), token(6)]).released("herd", 5);
        insta::assert_snapshot!(calm.verdict(check.clone()), @"pass");
        let herd = tale([token(0).held("herd", 5), token(0), token(0)]).released("herd", 5);
        insta::assert_snapshot!(herd.verdict(check.clone()), @"fail | expected exactly 1 request to token while `herd` held an answer back | observed 3 requests | #1 #2 #3");
        // In one instant, the number of the last exchange tells what came before the release.
        let freed = MarkKind::Released("herd".to_owned());
        let retry = tale([token(0).held("herd", 0), token(0)]);
        let last = tale([token(0), token(0).held("herd", 0)]).mark(freed.clone(), 0, Some(1));
        insta::assert_snapshot!(last.verdict(check.clone()), @"pass");
        insta::assert_snapshot!(retry.clone().mark(freed.clone(), 0, Some(1)).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(retry.mark(freed, 0, Some(2)).verdict(check.clone()), @"fail | expected exactly 1 request to token while `herd` held an answer back | observed 2 requests | #1 #2");
        insta::assert_snapshot!(tale([token(0)]).verdict(check), @"inconclusive | expected exactly 1 request to token while `herd` held an answer back | observed hold `herd` never kept an answer back");
    }

    #[test]
    fn a_run_cut_short_passes_only_what_cannot_be_undone() {
        let cut = tale([token(0).held("herd", 5), token(6), token(6)])
            .released("herd", 5)
            .over_budget(3);
        let verdict = |bound| cut.verdict(json!({ "count": bound }));
        insta::assert_snapshot!(verdict(json!({ "to": "token", "at_least": 2 })), @"pass");
        insta::assert_snapshot!(verdict(json!({ "to": "token", "at_most": 3 })), @"fail | expected at most 3 requests to token | observed stopped after 3 requests | #1 #2 #3");
        insta::assert_snapshot!(verdict(json!({ "to": "token", "at_most": 2 })), @"fail | expected at most 2 requests to token | observed 3 requests; stopped after 3 requests | #1 #2 #3");
        insta::assert_snapshot!(verdict(json!({ "to": "token", "at_least": 4 })), @"fail | expected at least 4 requests to token | observed 3 requests; stopped after 3 requests | #1 #2 #3");
        // The hold was released in time, so nothing can be added to what came while it lasted.
        insta::assert_snapshot!(verdict(json!({ "to": "token", "while": "herd", "is": 1 })), @"pass");
    }

    #[test]
    fn an_answer_that_is_still_to_come_can_change_a_count() {
        let check = json!({ "count": { "to": "token", "while": "herd", "status": 503, "is": 1 } });
        let first = || token(0).status(503).held("herd", 5);
        let all = tale([first(), token(1)]).released("herd", 5).over_budget(2);
        insta::assert_snapshot!(all.verdict(check.clone()), @"pass");
        let open = tale([first(), token(1).unanswered()])
            .released("herd", 5)
            .over_budget(2);
        insta::assert_snapshot!(open.verdict(check), @"fail | expected exactly 1 request to token answered with 503 while `herd` held an answer back | observed stopped after 2 requests | #1 #2");
    }

    #[test]
    fn a_window_without_length_is_one_instant() {
        let check = json!({ "count": { "to": "token", "within": "0s", "at_most": 1 } });
        insta::assert_snapshot!(tale([token(0), token(1)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0), token(1), token(1)]).verdict(check), @"fail | expected at most 1 request to token in any 0 s | observed 2 requests in 0 s from t+1 s | #2 #3");
    }

    #[test]
    fn a_count_without_bounds_is_our_fault() {
        insta::assert_snapshot!(tale([token(0)]).verdict(json!({ "count": { "to": "token" } })), @"error | observed `count` asks for nothing");
    }

    proptest! {
        /// Windows are found as counting by hand finds them.
        #[test]
        fn windows_agree_with_counting_by_hand(
            mut times in prop::collection::vec(0i64..60, 1..12),
            window in 1i64..20,
            most in 1u32..6,
        ) {
            times.sort_unstable();
            let fullest = times
                .iter()
                .map(|from| times.iter().filter(|t| (*from..from + window).contains(t)).count())
                .max()
                .unwrap_or(0);
            let check = json!({ "count": { "to": "token", "within": format!("{window}s"), "at_most": most } });
            let verdict = tale(times.iter().map(|t| token(*t))).finding(check).verdict;
            let expected = if fullest > most as usize { Verdict::Fail } else { Verdict::Pass };
            prop_assert_eq!(verdict, expected);
        }

        #[test]
        fn quiet_windows_agree_with_counting_by_hand(
            mut times in prop::collection::vec(0i64..60, 0..12),
            window in 1i64..20,
            least in 1u32..4,
        ) {
            times.sort_unstable();
            // Half-second steps see every window that whole seconds can make.
            let emptiest = (0..=2 * (60 - window))
                .map(|from| times.iter().filter(|t| (from..from + 2 * window).contains(&(**t * 2))).count())
                .min()
                .unwrap_or(0);
            let check = json!({ "count": { "to": "token", "within": format!("{window}s"), "at_least": least } });
            let verdict = tale(times.iter().map(|t| token(*t))).ended(60).finding(check).verdict;
            let expected = if emptiest < least as usize { Verdict::Fail } else { Verdict::Pass };
            prop_assert_eq!(verdict, expected);
        }
    }
}
