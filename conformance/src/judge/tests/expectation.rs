//! Checks and the mock's own expectations use the same words. Where both have a predicate, they say the same of it.

use mock_idp::expect::{self, Expectation, Record, Verdict as Unmet};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::any::sent;
use crate::judge::fixture::{Tale, at, tale};
use crate::trace::Party;
use crate::verdict::Verdict;

/// A run of one client that nobody drives: what a mock knows by itself.
fn run() -> impl Strategy<Value = Tale> {
    let exchanges = prop::collection::vec(sent(), 0..12);
    (exchanges, any::<bool>(), 10i64..60).prop_map(|(mut exchanges, sorted, ended)| {
        if sorted {
            exchanges.sort_by_key(|sent| sent.0.entry.at);
        }
        for sent in &mut exchanges {
            sent.0.by = Party::Client;
            sent.0.caller = None;
        }
        // What no answer carried was given to the client before.
        let labels = (1..=5).flat_map(|n| [format!("AT#{n}"), format!("RT#{n}")]);
        labels.fold(tale(exchanges).ended(ended), |tale, label| {
            tale.minted(&label)
        })
    })
}

fn selector() -> impl Strategy<Value = Value> {
    let plain = prop::sample::select(vec![
        json!({}),
        json!({ "to": "token" }),
        json!({ "to": "resource" }),
        json!({ "to": "anything", "method": "POST" }),
        json!({ "to": "discovery" }),
        json!({ "status": ["4xx", 503] }),
        json!({ "to": "resource", "status": 401 }),
        json!({ "error": "invalid_grant" }),
        json!({ "grant": "refresh_token" }),
        json!({ "to": "token", "auth": "post" }),
        json!({ "auth": "none" }),
        json!({ "scope": "a" }),
        json!({ "presents": "newest" }),
        json!({ "to": "resource", "presents": "newest" }),
        json!({ "presents": "live" }),
        json!({ "presents": "expired" }),
        json!({ "presents": "rotated" }),
        json!({ "presents": "foreign" }),
        json!({ "presents": "rejected" }),
        json!({ "presents": "nothing" }),
        json!({ "presents": "RT#2" }),
        json!({ "left_at_least": "3s" }),
        json!({ "leaks_secret": true }),
        json!({ "leaks_secret": false, "to": "token" }),
        json!({ "secret_in": "url" }),
    ]);
    let bounds = prop::collection::vec(plain.clone(), 0..3);
    (plain, bounds, prop::option::of(1u32..40), any::<bool>()).prop_map(
        |(mut selector, bounds, following, swapped)| {
            for (index, bound) in bounds.into_iter().enumerate() {
                let key = if (index == 0) == swapped {
                    "before"
                } else {
                    "after"
                };
                selector[key] = bound;
            }
            if let Some(seconds) = following {
                selector["for"] = json!(format!("{seconds}s"));
            }
            selector
        },
    )
}

fn count() -> impl Strategy<Value = Value> {
    let bounds = prop::sample::select(vec![
        json!({ "is": 0 }),
        json!({ "is": 1 }),
        json!({ "at_least": 1 }),
        json!({ "at_least": 2, "at_most": 4 }),
        json!({ "at_most": 2 }),
        json!({ "at_most": 1, "within": "5s" }),
        json!({ "at_least": 1, "within": "5s" }),
        json!({ "is": 1, "within": "9s" }),
        json!({ "at_least": 1, "within": "45s" }),
        json!({ "at_most": 1, "per": "token" }),
        json!({ "at_least": 1, "per": "token", "within": "8s" }),
    ]);
    (selector(), bounds).prop_map(|(mut count, bounds)| {
        for (key, value) in bounds.as_object().into_iter().flatten() {
            count[key] = value.clone();
        }
        json!({ "count": count })
    })
}

fn gap() -> impl Strategy<Value = Value> {
    let ends = prop::sample::select(vec![
        json!({ "between": "token" }),
        json!({ "between": "resource" }),
        json!({ "between": "anything" }),
        json!({ "between": "token", "after": { "to": "resource", "status": 401 } }),
        json!({ "from": "token#1", "to": "token#2" }),
        json!({ "from": "resource#1", "to": "token#1" }),
    ]);
    let asked = prop::sample::select(vec![
        json!({ "at_least": "3s" }),
        json!({ "at_most": "9s", "tolerance": "2s" }),
        json!({ "at_least": "1s", "at_most": "9s" }),
        json!({ "growing": true }),
        json!({ "growing": true, "tolerance": "3s" }),
        json!({ "growth": 1.5 }),
    ]);
    let grows = |gap: &Value| gap.get("growing").or(gap.get("growth")).is_some();
    let alone = move |ends: &Value, asked: &Value| ends.get("from").is_some() && grows(asked);
    (ends, asked)
        .prop_filter("one gap alone does not grow", move |(ends, asked)| {
            !alone(ends, asked)
        })
        .prop_map(|(mut gap, asked)| {
            for (key, value) in asked.as_object().into_iter().flatten() {
                gap[key] = value.clone();
            }
            json!({ "gap": gap })
        })
}

fn predicate() -> impl Strategy<Value = Value> {
    let order = prop::collection::vec(selector(), 1..4);
    prop_oneof![
        2 => selector().prop_map(|selector| json!({ "never": selector })),
        3 => count(),
        2 => gap(),
        2 => order.prop_map(|order| json!({ "order": order })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn checks_and_expectations_agree(run in run(), predicate in predicate()) {
        let expectation: Expectation = serde_json::from_value(predicate.clone()).expect("an expectation");
        let entries = run.0.exchanges.iter().map(|exchange| exchange.entry.clone()).collect();
        let record = Record::new(at(0), run.0.ended_at, entries);
        let expected = expect::verify(&expectation, &record);
        let mut check = predicate.clone();
        // A check wants a proof that there was a client at work; who embeds a mock has started it himself.
        check["given"] = json!({ "at_least": 0 });
        let finding = run.finding(check);
        let silent = predicate["count"].get("per").is_some() && predicate["count"].get("at_least").is_none();
        let agreed = match (&finding.verdict, &expected) {
            // Nor does an expectation doubt that of no token there are too many requests.
            (Verdict::Inconclusive, Ok(())) => silent && finding.observed.starts_with("no request"),
            (Verdict::Pass, Ok(())) => true,
            (Verdict::Fail, Err(unmet)) => unmet.verdict == Unmet::Broken,
            (Verdict::Inconclusive, Err(unmet)) => unmet.verdict == Unmet::Undecided,
            _ => false,
        };
        prop_assert!(agreed, "{predicate}\n{finding:?}\n{expected:?}\n{:#?}", record.entries);
        // What is written is what was read.
        let written = serde_json::to_value(&expectation).expect("JSON");
        prop_assert_eq!(serde_json::from_value::<Expectation>(written).expect("an expectation"), expectation);
    }
}

/// The test above is worth something only if each answer comes up.
#[test]
fn every_answer_comes_up() {
    let verdict = |tale: Tale, check: Value| tale.finding(check).verdict;
    use crate::judge::fixture::token;
    let check =
        json!({ "gap": { "between": "token", "at_least": "5s" }, "given": { "at_least": 0 } });
    assert_eq!(verdict(tale([]), check.clone()), Verdict::Inconclusive);
    assert_eq!(
        verdict(tale([token(0), token(1)]), check.clone()),
        Verdict::Fail
    );
    assert_eq!(verdict(tale([token(0), token(9)]), check), Verdict::Pass);
}
