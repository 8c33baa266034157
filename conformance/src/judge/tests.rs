//! Rules that hold for every case and every trace.

mod any;
mod expectation;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture::{
    Sent, at, call, case, finding, judged, label, runs, tale, token, told, with_body,
};
use super::judge;
use crate::scenario::Cell;
use crate::trace::{CutShort, Operation};
use crate::verdict::{Fault, Level, Verdict};
use any::{any_trace, every_check, sent, trace};

#[test]
fn a_broken_should_is_a_warning() {
    let check = json!({ "count": { "to": "token", "at_most": 1 }, "hint": "two are too many" });
    let tales = [tale([token(0), token(1)])];
    for (level, verdict) in [(Level::Must, Verdict::Fail), (Level::Should, Verdict::Warn)] {
        let case = case("area/name", level, [check.clone()], json!([]), 1);
        let judgements = judge(&case, &runs(&tales));
        assert_eq!(judgements[0].finding.verdict, verdict);
        assert_eq!(judgements[0].level, level);
        assert_eq!(
            judgements[0].finding.hint.as_deref(),
            Some("two are too many")
        );
        assert_eq!(judgements[0].check.0, "area/name[okta]:check");
    }
}

#[test]
fn a_pass_has_no_hint() {
    let check = json!({ "count": { "to": "token", "at_most": 1 }, "hint": "two are too many" });
    assert_eq!(tale([token(0)]).finding(check).hint, None);
}

#[test]
fn a_run_in_real_time_that_was_too_slow_says_nothing() {
    let check = json!({ "count": { "to": "token", "at_most": 1 } });
    let [pass, fail] = [vec![token(0)], vec![token(0), token(1)]];
    let slow = "observed the run in real time was too slow: 2 s longer";
    for (exchanges, expected) in [(pass, ""), (fail, "expected at most 1 request to token | ")] {
        let seen = tale(exchanges.clone()).finding(check.clone()).verdict;
        let in_time = tale(exchanges.clone()).timed(None);
        assert_eq!(in_time.finding(check.clone()).verdict, seen);
        let late = tale(exchanges).timed(Some("2 s longer"));
        let said = late.verdict(check.clone());
        assert_eq!(said, format!("inconclusive | {expected}{slow}"));
    }
    let check = json!({ "count": { "to": "resource", "is": 1 } });
    let late = [tale([token(0)]), tale([token(0)]).timed(Some("2 s longer"))];
    assert_eq!(judged(&late, check).variation, 1);
}

#[test]
fn all_predicates_of_a_check_must_hold() {
    let check = json!({
        "count": { "to": "token", "at_most": 1 },
        "gap": { "between": "token", "at_least": "30s" },
        "distinct": { "to": "resource", "field": "token" },
    });
    let tale = tale([token(0), token(1)]);
    insta::assert_snapshot!(tale.verdict(check), @"fail | expected at most 1 request to token, and at least 30 s between requests to token | observed 2 requests; 1 s between token#1 and token#2 | #1 #2");
}

#[test]
fn the_worst_variation_counts_and_is_named() {
    let check = json!({ "count": { "to": "token", "at_most": 1 } });
    let tales = [tale([token(0)]), tale([token(0), token(1)]), tale([])];
    let judgement = judged(&tales, check);
    assert_eq!(judgement.variation, 1);
    insta::assert_snapshot!(told(&judgement.finding), @"fail | expected at most 1 request to token | observed 2 requests | #1 #2");
}

#[test]
fn the_worst_of_several_plays_counts_and_is_named() {
    let check = json!({ "count": { "to": "token", "at_most": 1 } });
    let cells = ["1", "2", "3"].map(|run| Cell::from([("run".to_owned(), run.to_owned())]));
    let case = with_body("area/name", Level::Must, [check], json!({}), cells);
    let tales = [
        tale([token(0)]),
        tale([token(0), token(1)]),
        tale([token(0)]),
    ];
    let judgement = judge(&case, &runs(&tales)).remove(0);
    assert_eq!(case.variations[judgement.variation].cell["run"], "2");
    insta::assert_snapshot!(told(&judgement.finding), @"fail | expected at most 1 request to token | observed 2 requests | #1 #2");
    // A play that is missing is not passed over.
    insta::assert_snapshot!(told(&judge(&case, &runs(&tales[..1])).remove(0).finding), @"error | observed variation 2 was not played");
}

#[test]
fn runs_that_broke_off_are_nobodys_failure_but_ours_or_the_drivers() {
    let check = json!({ "count": { "to": "token", "at_most": 1 } });
    let broken = tale([token(0), token(1)]);
    let harness = broken
        .clone()
        .cut(CutShort::Harness("no listener".to_owned()));
    insta::assert_snapshot!(harness.verdict(check.clone()), @"error | observed the run could not go on: no listener");
    let panicked = broken.cut(CutShort::ClientPanicked("index out of bounds".to_owned()));
    insta::assert_snapshot!(panicked.verdict(check.clone()), @"error | observed the client's code panicked: index out of bounds");
    assert_eq!(panicked.finding(check.clone()).fault, Some(Fault::Driver));
    // Our own fault may have caused the other.
    assert_eq!(
        finding(&[panicked, harness], check).fault,
        Some(Fault::Harness)
    );
}

#[test]
fn variations_that_were_not_played_are_not_passed_over() {
    let check = json!({ "count": { "to": "token", "at_most": 1 } });
    let case = case("area/name", Level::Must, [check], json!([]), 2);
    let tales = [tale([token(0)])];
    insta::assert_snapshot!(told(&judge(&case, &runs(&tales))[0].finding), @"error | observed variation 2 was not played");
    insta::assert_snapshot!(told(&judge(&case, &[])[0].finding), @"error | observed variation 1 was not played");
    let passive = [tale([token(0)]).passive()];
    insta::assert_snapshot!(told(&judge(&case, &runs(&passive))[0].finding), @"pass");
}

#[test]
fn a_check_that_asks_for_nothing_is_our_fault() {
    insta::assert_snapshot!(tale([token(0)]).verdict(json!({})), @"error | observed check `check` asks for nothing");
    insta::assert_snapshot!(tale([token(0)]).verdict(json!({ "any_of": [{}] })), @"error | observed a branch of `any_of` asks for nothing");
}

#[test]
fn wire_evidence_counts_in_passive_mode() {
    let check = json!({
        "count": { "to": "token", "at_most": 1 },
        "each": { "of": "a", "outcome": "ok" },
    });
    let calm = tale([token(0)]).passive();
    insta::assert_snapshot!(calm.verdict(check.clone()), @"not applicable | expected ok for each call of `a` | observed needs a driver: nobody reports outcomes in passive mode");
    // What is broken on the wire is broken whatever the outcomes were.
    let busy = tale([token(0), token(1)]).passive();
    insta::assert_snapshot!(busy.verdict(check), @"fail | expected at most 1 request to token | observed 2 requests | #1 #2");
}

#[test]
fn a_lazy_client_passes_nothing() {
    let outcomes = [
        call(Operation::GetToken, "a", 1, 0),
        call(Operation::CallApi, "b", 1, 0),
    ];
    for lazy in [tale([]), tale([]).said(outcomes)] {
        for check in every_check() {
            let finding = lazy.finding(check.clone());
            assert_ne!(finding.verdict, Verdict::Pass, "{check}");
        }
    }
}

proptest! {
    /// Every check of every trace has one verdict, which says what it must.
    #[test]
    fn every_trace_can_be_judged(first in any_trace(), second in any_trace()) {
        let tales = [first, second];
        let checks = every_check();
        let case = case("area/name", Level::Must, checks.clone(), json!([]), 2);
        let judgements = judge(&case, &runs(&tales));
        prop_assert_eq!(judgements.len(), checks.len());
        for judgement in judgements {
            let finding = judgement.finding;
            let numbers: Vec<u64> = (1..=tales[judgement.variation].0.exchanges.len() as u64).collect();
            prop_assert!(finding.exchanges.iter().all(|n| numbers.contains(n)));
            prop_assert_eq!(finding.verdict == Verdict::Error, finding.fault.is_some());
            match finding.verdict {
                Verdict::Pass => prop_assert_eq!(told(&finding), "pass"),
                Verdict::Error => prop_assert!(!finding.observed.is_empty()),
                _ => prop_assert!(!finding.observed.is_empty() && !finding.expected.is_empty()),
            }
        }
    }

    #[test]
    fn any_of_is_never_worse_than_its_best_branch(
        tale in any_trace(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let branches: Vec<Value> = every_check()
            .into_iter()
            .filter(|check| check.get("given").is_none() && check.get("invariant").is_none())
            .collect();
        let picked: Vec<Value> = picks.iter().map(|pick| pick.get(&branches).clone()).collect();
        let best = picked
            .iter()
            .map(|branch| tale.finding(branch.clone()).verdict.rank())
            .min();
        let rank = tale.finding(json!({ "any_of": picked })).verdict.rank();
        prop_assert_eq!(Some(rank), best);
    }

    /// Where a run was cut short, a pass would still be one if it had gone on.
    #[test]
    fn a_pass_of_a_cut_run_cannot_be_undone(
        tale in any_trace(),
        more in prop::collection::vec(sent(), 1..6),
        late in any::<u16>(),
    ) {
        let mut cut = tale.clone().over_budget(12);
        cut.0.road = crate::trace::Road::Local;
        cut.0.ended_at = at(50);
        let mut whole = cut.clone();
        whole.0.cut_short = None;
        whole.0.ended_at = at(200);
        // What was still open may be answered in the end.
        for exchange in whole.0.exchanges.iter_mut().filter(|e| e.entry.reply.is_none()) {
            let answer = token(0).status(if late % 2 == 0 { 503 } else { 401 });
            exchange.entry.reply = answer.0.entry.reply;
            exchange.entry.answered_at = Some(at(60 + i64::from(late % 9)));
        }
        for Sent(mut exchange) in more {
            exchange.entry.number = whole.0.exchanges.len() as u64 + 1;
            // Later than anything that was seen, and not part of a call that had ended.
            let later = jiff::SignedDuration::from_secs(100);
            exchange.entry.at += later;
            exchange.entry.answered_at = exchange.entry.answered_at.map(|at| at + later);
            exchange.entry.held = None;
            exchange.caller = None;
            whole.0.exchanges.push(exchange);
        }
        for check in every_check() {
            if cut.finding(check.clone()).verdict == Verdict::Pass {
                prop_assert_eq!(told(&whole.finding(check.clone())), "pass", "{}", check);
            }
        }
    }

    /// Being cut short never turns a verdict into a pass.
    #[test]
    fn a_cut_never_helps(tale in any_trace()) {
        let mut whole = tale.clone();
        whole.0.cut_short = None;
        let cut = whole.clone().over_budget(12);
        for check in every_check() {
            if cut.finding(check.clone()).verdict == Verdict::Pass {
                prop_assert_eq!(whole.finding(check.clone()).verdict, Verdict::Pass, "{}", check);
            }
        }
    }

    /// Without a driver, a verdict differs only towards saying less.
    #[test]
    fn passive_never_contradicts(tale in trace()) {
        let mut local = tale.clone();
        local.0.cut_short = None;
        local.0.road = crate::trace::Road::Local;
        let mut passive = local.clone().passive();
        passive.0.outcomes.clear();
        passive.0.cast.clear();
        // A client that is driven has signed in once; what several sign-ins brought is told apart only where nobody drives.
        let first = label("RT#1");
        for token in &mut passive.0.tokens {
            token.parent = Some(first).filter(|first| *first != token.label);
        }
        for check in every_check() {
            let (here, there) = (
                local.finding(check.clone()).verdict,
                passive.finding(check.clone()).verdict,
            );
            let says_less = matches!(there, Verdict::Inconclusive | Verdict::NotApplicable);
            prop_assert!(here == there || says_less, "{here} here, {there} there: {check}");
        }
    }
}
