//! `overlap`: so many exchanges are open at the same time.

use jiff::Timestamp;

use super::matching::select;
use super::view::{Placed, View, numbers};
use super::{absence, words};
use crate::scenario::Overlap;
use crate::verdict::{Fault, Finding};

pub(super) fn expects(overlap: &Overlap) -> String {
    let like = words::like(&overlap.selector());
    let some = |bound: &str, n: u32| format!("{bound} {}", words::count(n.into(), "request"));
    let parts = [
        overlap.at_least.map(|n| some("at least", n)),
        overlap.at_most.map(|n| some("at most", n)),
    ];
    let bounds = words::once(parts.into_iter().flatten(), " and ");
    format!("{bounds}{like} open at once")
}

pub(super) fn judge(overlap: &Overlap, view: &View<'_>, proven: bool) -> Finding {
    if overlap.at_least.is_none() && overlap.at_most.is_none() {
        return Finding::error(Fault::Harness, "`overlap` asks for nothing".to_owned());
    }
    let selector = overlap.selector();
    let matches = match select(view, &selector) {
        Ok(matches) => matches,
        Err(missing) => return missing.finding(expects(overlap)),
    };
    if matches.exchanges.is_empty()
        && let Some(missing) = absence::unproven(view, &selector, proven)
    {
        return Finding::inconclusive(expects(overlap), missing);
    }
    let fullest = fullest(&matches.exchanges);
    let n = fullest.open.len() as u64;
    let observe = || match fullest.from {
        Some(from) => format!("{n} open at {}", view.when(from)),
        None => words::requests(0, &selector),
    };
    let fail = || Finding::fail(expects(overlap), observe(), numbers(fullest.open.clone()));
    if overlap.at_most.is_some_and(|most| n > u64::from(most)) {
        return fail();
    }
    let reached = overlap.at_least.is_none_or(|least| n >= u64::from(least));
    match matches.unseen {
        Some(unseen) if overlap.at_most.is_some() || !reached => {
            Finding::inconclusive(expects(overlap), unseen)
        }
        _ if !reached => fail(),
        _ => {
            let enough = overlap.at_most.is_none() && matches.lasting;
            view.pass(matches.closed || enough, || expects(overlap))
        }
    }
}

/// The first moment at which the most were open; always the arrival of one of them.
#[derive(Default)]
struct Fullest<'a> {
    from: Option<Timestamp>,
    open: Vec<Placed<'a>>,
}

/// An exchange is open from its arrival until just before its answer left, and one that was never answered to the end. What
/// was answered in the instant of its arrival was open when it arrived.
fn fullest<'a>(sent: &[Placed<'a>]) -> Fullest<'a> {
    let mut arrivals = sent.to_vec();
    arrivals.sort_by_key(|sent| (sent.exchange.entry.at, sent.index));
    let mut open: Vec<Placed<'a>> = Vec::new();
    let mut fullest = Fullest::default();
    for sent in arrivals {
        let now = sent.exchange.entry.at;
        open.retain(|earlier| {
            let answered = earlier.exchange.entry.answered_at;
            answered.is_none_or(|answered| answered > now)
        });
        open.push(sent);
        if open.len() > fullest.open.len() {
            fullest = Fullest {
                from: Some(now),
                open: open.clone(),
            };
        }
    }
    fullest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::judge::fixture::{resource, tale, token};
    use crate::verdict::Verdict;

    fn alone() -> Value {
        json!({ "overlap": { "to": "token", "at_most": 1 } })
    }

    #[test]
    fn at_most_so_many() {
        let calm = tale([token(0).answered(5), token(5).answered(9), resource(7)]);
        insta::assert_snapshot!(calm.verdict(alone()), @"pass");
        insta::assert_snapshot!(tale([token(0)]).verdict(alone()), @"pass");
        let busy = tale([token(0).answered(5), token(1).answered(3), token(4)]);
        insta::assert_snapshot!(busy.verdict(alone()), @"fail | expected at most 1 request to token open at once | observed 2 open at t+1 s | #1 #2");
        insta::assert_snapshot!(busy.passive().verdict(alone()), @"fail | expected at most 1 request to token open at once | observed 2 open at t+1 s | #1 #2");
        // Answered at once, but while another was open.
        insta::assert_snapshot!(tale([token(0).answered(5), token(0)]).verdict(alone()), @"fail | expected at most 1 request to token open at once | observed 2 open at t+0 s | #1 #2");
        insta::assert_snapshot!(tale([token(0), token(0)]).verdict(alone()), @"pass");
        // What is never answered is open to the end.
        insta::assert_snapshot!(tale([token(0).unanswered(), token(99)]).verdict(alone()), @"fail | expected at most 1 request to token open at once | observed 2 open at t+99 s | #1 #2");
    }

    #[test]
    fn at_least_so_many() {
        let check = json!({ "overlap": { "to": "token", "at_least": 2 } });
        insta::assert_snapshot!(tale([token(0).answered(5), token(1)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0), token(1)]).verdict(check.clone()), @"fail | expected at least 2 requests to token open at once | observed 1 open at t+0 s | #1");
        insta::assert_snapshot!(tale([resource(0)]).verdict(check), @"fail | expected at least 2 requests to token open at once | observed no request to token");
        let both = json!({ "overlap": { "to": "token", "at_least": 2, "at_most": 3 } });
        insta::assert_snapshot!(tale([token(0)]).verdict(both), @"fail | expected at least 2 requests and at most 3 requests to token open at once | observed 1 open at t+0 s | #1");
    }

    #[test]
    fn silence_proves_nothing() {
        insta::assert_snapshot!(tale([]).verdict(alone()), @"inconclusive | expected at most 1 request to token open at once | observed no request was seen");
        let given = json!({ "overlap": { "to": "token", "status": 503, "at_most": 1 }, "given": { "to": "token" } });
        insta::assert_snapshot!(tale([token(0)]).verdict(given), @"pass");
        insta::assert_snapshot!(tale([token(0)]).verdict(json!({ "overlap": { "to": "token" } })), @"error | observed `overlap` asks for nothing");
    }

    #[test]
    fn a_run_cut_short() {
        let cut = tale([token(0).answered(5), token(1)]).over_budget(2);
        insta::assert_snapshot!(cut.verdict(json!({ "overlap": { "to": "token", "at_least": 2 } })), @"pass");
        insta::assert_snapshot!(cut.verdict(json!({ "overlap": { "to": "token", "at_most": 2 } })), @"fail | expected at most 2 requests to token open at once | observed stopped after 2 requests | #1 #2");
    }

    #[test]
    fn a_stretch_of_time_must_have_passed() {
        let check = json!({ "overlap": { "to": "token", "after": { "to": "resource" }, "for": "30s", "at_most": 1 } });
        let sent = [resource(0), token(1)];
        insta::assert_snapshot!(tale(sent.clone()).ended(29).verdict(check.clone()), @"inconclusive | expected at most 1 request to token within 30 s after the first request to resource open at once | observed the run ended 29 s into these 30 s");
        insta::assert_snapshot!(tale(sent).ended(30).verdict(check), @"pass");
    }

    proptest! {
        /// The most that are open at once are found as by looking at every half second, and at every arrival.
        #[test]
        fn overlaps_agree_with_looking_all_the_time(
            run in prop::collection::vec((0i64..20, prop::option::of(0i64..8)), 1..10),
            most in 1u32..5,
        ) {
            let sent = run.iter().map(|(at, lasts)| match lasts {
                Some(lasts) => token(*at).answered(at + lasts),
                None => token(*at).unanswered(),
            });
            let is_open = |exchange: &(i64, Option<i64>), twice: i64| {
                2 * exchange.0 <= twice
                    && exchange.1.is_none_or(|lasts| twice < 2 * (exchange.0 + lasts))
            };
            let looking = (0..60).map(|twice| run.iter().filter(|e| is_open(e, twice)).count());
            // One that takes no time meets those which came before it and are still open.
            let passing = run.iter().enumerate().filter(|(_, e)| e.1 == Some(0)).map(|(index, e)| {
                let there = |(other, o): &(usize, &(i64, Option<i64>))| {
                    is_open(o, 2 * e.0) && (o.0 < e.0 || *other < index)
                };
                1 + run.iter().enumerate().filter(there).count()
            });
            let fullest = looking.chain(passing).max().unwrap_or(0);
            let check = json!({ "overlap": { "to": "token", "at_most": most } });
            let expected = if fullest > most as usize { Verdict::Fail } else { Verdict::Pass };
            prop_assert_eq!(tale(sent).finding(check).verdict, expected);
            let check = json!({ "overlap": { "to": "token", "at_least": most } });
            let sent = run.iter().map(|(at, lasts)| match lasts {
                Some(lasts) => token(*at).answered(at + lasts),
                None => token(*at).unanswered(),
            });
            let expected = if fullest < most as usize { Verdict::Fail } else { Verdict::Pass };
            prop_assert_eq!(tale(sent).finding(check).verdict, expected);
        }
    }
}
