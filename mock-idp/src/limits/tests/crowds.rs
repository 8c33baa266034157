//! Several limits on one request, requests in progress, and crowds of principals.

use proptest::prelude::*;

use super::*;
use crate::limits::counts::KEPT;
use crate::limits::{LimitUsage, Window};

/// Rules of all kinds, on the same requests.
fn any_rule() -> impl Strategy<Value = LimitRule> {
    let window = prop::sample::select(vec![Window::Fixed, Window::Sliding, Window::Aligned]);
    let by = prop::sample::select(vec![By::World, By::Principal, By::Address]);
    let numbers = prop_oneof![
        (1_u32..5, 1_u64..60).prop_map(|(requests, per)| (Some((requests, per)), None)),
        (1_u32..4).prop_map(|at_once| (None, Some(at_once))),
        (1_u32..5, 1_u64..60, 1_u32..4)
            .prop_map(|(requests, per, at_once)| (Some((requests, per)), Some(at_once))),
    ];
    (window, by, numbers, any::<bool>()).prop_map(|(window, by, numbers, count_refused)| {
        let (requests, concurrent) = numbers;
        LimitRule {
            requests: requests.map(|(requests, _)| requests),
            per: requests.map(|(_, per)| Duration::from_secs(per)),
            concurrent,
            window,
            by: vec![by],
            count_refused,
            ..LimitRule::default()
        }
    })
}

#[derive(Clone, Debug)]
enum Act {
    Ask(bool),
    Finish(usize),
    Wait(i64),
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => any::<bool>().prop_map(Act::Ask),
        3 => (0_usize..8).prop_map(Act::Finish),
        1 => (0_i64..30_000).prop_map(Act::Wait),
    ]
}

/// What counts for a rule and somebody, if anything does.
fn of<'u>(usage: &'u [LimitUsage], rule: usize, who: &str) -> Option<&'u LimitUsage> {
    usage.iter().find(|usage| {
        let (by, name) = &usage.who[0];
        usage.rule == rule && (name == who || *by != By::Principal)
    })
}

proptest! {
    /// A request counts against all of its rules or against none, but for those that count refusals; never are more in progress
    /// than may be; and when all have gone, none is.
    #[test]
    fn all_or_none(
        rules in prop::collection::vec(any_rule(), 1..4), acts in prop::collection::vec(any_act(), 1..60),
    ) {
        let meters = meters(&rules);
        let mut now = 0;
        let mut in_progress = Vec::new();
        for act in acts {
            let before = meters.usage(|| at(now));
            match act {
                Act::Wait(milliseconds) => now += milliseconds,
                Act::Finish(place) => {
                    if place < in_progress.len() {
                        drop(in_progress.swap_remove(place));
                    }
                }
                Act::Ask(other) => {
                    let who = if other { "other" } else { "app" };
                    let verdict = take(&meters, who, at(now));
                    let after = meters.usage(|| at(now));
                    let mut had_room = true;
                    for (place, rule) in rules.iter().enumerate() {
                        let counted = |usage: &[LimitUsage]| {
                            of(usage, place, who).map_or((0, 0), |usage| (usage.used, usage.in_progress))
                        };
                        let ((used, at_once), (now_used, now_at_once)) = (counted(&before), counted(&after));
                        had_room &= rule.requests.is_none_or(|most| used < most);
                        had_room &= rule.concurrent.is_none_or(|most| at_once < most);
                        let counts = !verdict.is_refused() || rule.count_refused;
                        prop_assert_eq!(now_used, used + u32::from(counts && rule.requests.is_some()));
                        let enters = !verdict.is_refused() && rule.concurrent.is_some();
                        prop_assert_eq!(now_at_once, at_once + u32::from(enters));
                        prop_assert!(rule.concurrent.is_none_or(|most| now_at_once <= most));
                    }
                    prop_assert_eq!(!verdict.is_refused(), had_room);
                    in_progress.push(verdict);
                }
            }
        }
        drop(in_progress);
        prop_assert!(meters.usage(|| at(now)).iter().all(|usage| usage.in_progress == 0));
    }
}

#[test]
fn threads_are_never_more_at_once_than_may_be() {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    let meters = meters(&[LimitRule::concurrency(3).by([By::World])]);
    let (inside, most, refused) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5_000 {
                    let verdict = take(&meters, "app", at(0));
                    if verdict.is_refused() {
                        refused.fetch_add(1, SeqCst);
                        continue;
                    }
                    most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                    std::thread::yield_now();
                    inside.fetch_sub(1, SeqCst);
                }
            });
        }
    });
    assert!((1..=3).contains(&most.into_inner()));
    assert!(refused.into_inner() > 0);
    assert_eq!(meters.usage(|| at(0)), []);
}

#[test]
fn a_place_outlives_its_rule_and_is_not_counted_for_another() {
    let meters = meters(&[LimitRule::concurrency(1)]);
    let first = take(&meters, "app", at(0));
    let saved = meters.saved();
    meters.set(&[]).unwrap();
    meters.set(&[LimitRule::concurrency(1)]).unwrap();
    // A rule that came back is another.
    let second = take(&meters, "app", at(0));
    assert!(!second.is_refused());
    drop(first);
    assert!(take(&meters, "app", at(0)).is_refused());
    drop(second);
    assert!(!take(&meters, "app", at(0)).is_refused());
    // Rules that are put back are themselves.
    meters.restore(&saved);
    assert!(!take(&meters, "app", at(0)).is_refused());
    assert_eq!(meters.usage(|| at(0)), []);
}

#[test]
fn numbers_may_change_in_a_window_that_goes_on() {
    let one = LimitRule::requests(5, minute()).at(Endpoint::Token);
    let two = LimitRule::requests(9, minute()).by([By::World]);
    let meters = meters(&[one.clone(), two.clone()]);
    for _ in 0..3 {
        assert!(!take(&meters, "app", at(0)).is_refused());
    }
    // Another number, another order, another rule between them.
    let fewer = LimitRule {
        requests: Some(4),
        form: crate::limits::Form::Text,
        ..one
    };
    let third = LimitRule::requests(7, minute()).by([By::Address]);
    meters.set(&[two, third, fewer]).unwrap();
    assert!(!take(&meters, "app", at(0)).is_refused());
    assert!(take(&meters, "app", at(0)).is_refused());
    let used: Vec<u32> = meters
        .usage(|| at(0))
        .iter()
        .map(|usage| usage.used)
        .collect();
    assert_eq!(used, [4, 1, 4]);
    meters.set(&[]).unwrap();
    assert!(!take(&meters, "app", at(0)).is_refused());
    assert_eq!(meters.usage(|| at(0)), []);
}

#[test]
fn a_rule_that_cannot_be_followed_changes_nothing() {
    let meters = meters(&[LimitRule::requests(1, minute())]);
    assert!(!take(&meters, "app", at(0)).is_refused());
    let bad = LimitRule::default();
    meters.set(&[LimitRule::unlimited(), bad]).unwrap_err();
    assert!(take(&meters, "app", at(0)).is_refused());
}

#[test]
fn a_crowd_of_principals_takes_nothing_from_those_who_were_there() {
    let rule = LimitRule::requests(2, minute());
    let meters = meters(&[
        rule.clone(),
        LimitRule::requests(1_000_000, minute()).by([By::World]),
    ]);
    for _ in 0..2 {
        assert!(!take(&meters, "app", at(0)).is_refused());
    }
    for place in 0..5 * KEPT {
        assert!(!take(&meters, &format!("stranger {place}"), at(1)).is_refused());
    }
    let usage = meters.usage(|| at(1));
    assert!((KEPT / 2..=KEPT).contains(&usage.len()), "{}", usage.len());
    assert_eq!(usage.last().unwrap().used as usize, 2 + 5 * KEPT);
    assert!(take(&meters, "app", at(2)).is_refused());
    // What is over goes first, and whoever came late stays then.
    assert!(!take(&meters, "late", at(30_000)).is_refused());
    assert!(!take(&meters, "late", at(30_000)).is_refused());
    for place in 0..KEPT {
        assert!(!take(&meters, &format!("another {place}"), at(61_000)).is_refused());
    }
    assert!(take(&meters, "late", at(62_000)).is_refused());
}

/// As many windows as are kept, of as many rules as a world has, in their order.
#[test]
fn all_that_counts_is_told_in_order() {
    let rules: Vec<LimitRule> = (1..=1_000)
        .map(|most| LimitRule::requests(most, minute()).by([By::Client]))
        .map(|rule| LimitRule {
            per: Some(minute() + Duration::from_millis(u64::from(rule.requests.unwrap()))),
            ..rule
        })
        .collect();
    let meters = meters(&rules);
    let apps: Vec<String> = (0..10).map(|app| format!("app {app}")).collect();
    for app in &apps {
        assert!(!take(&meters, app, at(0)).is_refused());
    }
    let usage = meters.usage(|| at(1));
    let told = usage
        .iter()
        .map(|usage| (usage.rule, &usage.who[0].1, usage.used, usage.remaining));
    let expected = (0..1_000_u32).flat_map(|rule| {
        let place = usize::try_from(rule).unwrap();
        apps.iter().map(move |app| (place, app, 1, rule))
    });
    assert!(told.eq(expected));
}

#[test]
fn names_without_end_are_one() {
    let meters = meters(&[LimitRule::requests(2, minute())]);
    for place in 0..2 {
        let name = format!("{place}{}", "x".repeat(300));
        assert!(!take(&meters, &name, at(0)).is_refused());
    }
    assert!(take(&meters, &"y".repeat(257), at(0)).is_refused());
    assert!(!take(&meters, &"y".repeat(256), at(0)).is_refused());
    assert_eq!(meters.usage(|| at(0)).len(), 2);
}
