//! Rules that hold for every case and every trace.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture::{
    Said, Sent, Tale, at, call, case, finding, got, judged, resource, runs, tale, token, told,
};
use super::judge;
use crate::trace::{Class, CutShort, MarkKind, Operation};
use crate::verdict::{Fault, Level, Verdict};
use mock_idp::journal::{Delivery, SecretPlace};
use mock_idp::ledger::TokenState;

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

/// Checks of every kind, as scenarios have them.
fn every_check() -> Vec<Value> {
    let mut checks: Vec<Value> = selectors()
        .into_iter()
        .map(|s| json!({ "never": s }))
        .collect();
    for bound in [
        json!({ "is": 1 }),
        json!({ "at_most": 2 }),
        json!({ "at_least": 2 }),
        json!({ "at_most": 1, "within": "5s" }),
        json!({ "at_least": 1, "within": "5s" }),
    ] {
        for mut count in selectors() {
            for (key, value) in bound.as_object().into_iter().flatten() {
                count[key] = value.clone();
            }
            checks.push(json!({ "count": count }));
        }
    }
    checks.extend([
        json!({ "count": { "to": "resource", "is": 0 } }),
        json!({ "each": { "of": "a", "outcome": "ok" } }),
        json!({ "each": { "of": "a", "outcome": { "class": ["throttled", "timeout"], "retry_after": "1s..9s" } } }),
        json!({ "each": { "of": "b", "retries": 0 } }),
        json!({ "each": { "of": "a", "same": "token" } }),
        json!({ "each": { "of": "b", "carries": ["trace_id"] } }),
        json!({ "each": { "to": "token", "presents": "newest" } }),
        json!({ "each": { "to": "token", "method": "POST", "auth_methods": 1, "leaks_secret": false } }),
        json!({ "gap": { "from": "token#1", "to": "token#2", "at_least": "3s", "at_most": "9s" } }),
        json!({ "gap": { "from": "token#1", "to": "resource#1", "at_least": "1s" } }),
        json!({ "gap": { "between": "token", "at_least": "2s" } }),
        json!({ "gap": { "between": "resource", "growing": true } }),
        json!({ "distinct": { "to": "resource", "field": "token" } }),
        json!({ "invariant": ["outcome.class", "wire.count"] }),
    ]);
    for given in [
        json!({ "to": "token" }),
        json!({ "rotations": 1 }),
        json!({ "to": "token", "after": "b" }),
    ] {
        checks
            .push(json!({ "never": { "to": "resource", "presents": "expired" }, "given": given }));
    }
    checks
}

fn selectors() -> Vec<Value> {
    vec![
        json!({ "to": "token" }),
        json!({ "to": "resource", "presents": "expired" }),
        json!({ "to": "token", "presents": "newest" }),
        json!({ "leaks_secret": true }),
        json!({ "to": "token", "after": "b" }),
        json!({ "to": "token", "after": { "to": "resource", "status": 401 } }),
        json!({ "to": "token", "while": "herd" }),
        json!({ "to": "token", "while": "herd", "status": 503 }),
        json!({ "by": "intruder" }),
    ]
}

/// An exchange of any kind.
fn sent() -> impl Strategy<Value = Sent> {
    let shape = (any::<bool>(), 0i64..40, 0i64..6, 0u8..16, 0u8..10, 0u8..12);
    shape.prop_map(|(to_token, when, lasts, request, reply, twist)| {
        let mut sent = if to_token {
            token(when)
        } else {
            resource(when)
        };
        let serial = u32::from(request % 4) + 1;
        let kind = if to_token { "RT" } else { "AT" };
        sent = match request / 4 {
            0 => sent,
            1 => sent.shows(&format!("{kind}#{serial}")),
            2 => sent.shows_as(&format!("{kind}#{serial}"), TokenState::Expired),
            _ => sent.shows_foreign(),
        };
        sent = match reply {
            0..=4 if to_token => sent.issues(&format!("AT#{serial} RT#{}", serial + 1)),
            0..=4 => sent,
            5 => sent.status(401),
            6 => sent.status(503),
            7 => sent.status(400).error("invalid_grant"),
            8 => sent.lost(Delivery::Reset),
            _ => return sent.unanswered(),
        };
        sent = sent.answered(when + lasts);
        match twist {
            0 => sent.by_intruder(),
            1 => sent.held("herd", when + lasts),
            2 => sent.caused_by("a", 1),
            3 => sent.caused_by("b", 2),
            4 => sent.leaks("client_secret", SecretPlace::Url),
            _ => sent,
        }
    })
}

/// An outcome of any kind.
fn said() -> impl Strategy<Value = Said> {
    let classes = prop::sample::select(vec![
        Class::Ok,
        Class::Ok,
        Class::Throttled,
        Class::Transient,
    ]);
    let shape = (any::<bool>(), 1u32..4, 0i64..40, 0i64..6, classes, 0u8..4);
    shape.prop_map(|(first, index, when, lasts, class, kind)| {
        let label = if first { "a" } else { "b" };
        let said = match kind {
            0 => got(label, index, when, "AT#1"),
            1 => call(Operation::ForceRefresh, label, index, when),
            2 => call(Operation::CallApi, label, index, when).wait(4),
            _ => return call(Operation::GetToken, label, index, when).unfinished(),
        };
        said.until(when + lasts).class(class)
    })
}

/// A run of any kind, in the order of arrival or out of it.
fn trace() -> impl Strategy<Value = Tale> {
    let marks = (0i64..40, 0i64..40, prop::option::of(0u64..12));
    let parts = (
        prop::collection::vec(sent(), 0..12),
        prop::collection::vec(said(), 0..5),
        marks,
        0u8..8,
        any::<bool>(),
    );
    parts.prop_map(
        |(mut exchanges, outcomes, (began, released, last), road, sorted)| {
            if sorted {
                exchanges.sort_by_key(|sent| sent.0.entry.at);
            }
            let tale = tale(exchanges)
                .said(outcomes)
                .ended(50)
                .minted("RT#1")
                .mark(MarkKind::Started("b".to_owned()), began, last)
                .mark(MarkKind::Released("herd".to_owned()), released, last);
            match road {
                0 => tale.passive(),
                1 => tale.over_budget(12),
                2 => tale.cut(CutShort::ClientPanicked("oh".to_owned())),
                3 => tale.cut(CutShort::Harness("no".to_owned())),
                _ => tale,
            }
        },
    )
}

proptest! {
    /// Every check of every trace has one verdict, which says what it must.
    #[test]
    fn every_trace_can_be_judged(first in trace(), second in trace()) {
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
        tale in trace(),
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
        tale in trace(),
        more in prop::collection::vec(sent(), 1..6),
    ) {
        let mut cut = tale.clone().over_budget(12);
        cut.0.road = crate::trace::Road::Local;
        cut.0.ended_at = at(50);
        let mut whole = cut.clone();
        whole.0.cut_short = None;
        whole.0.ended_at = at(200);
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
    fn a_cut_never_helps(tale in trace()) {
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
