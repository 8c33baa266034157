//! What an org buys beside its windows: bursts, shares of principals, limits that only count; and what it is told of them.

use proptest::prelude::*;

use super::*;
use crate::limits::Crossing;

/// What a request was told: limit, remaining and reset, and whether it was refused.
fn told(verdict: &Verdict) -> Option<(u32, u32, Timestamp, bool)> {
    let (_, shown) = verdict.shown.as_ref()?;
    Some((
        shown.limit,
        shown.remaining,
        shown.reset,
        verdict.is_refused(),
    ))
}

proptest! {
    /// A burst admits so many times what there is between two resets, and never more. Until there is nothing left, the headers say
    /// what is admitted; from then on that there is nothing.
    #[test]
    fn a_burst_admits_its_multiple(
        gaps in prop::collection::vec(0_i64..3_000, 1..200), requests in 1_u32..12, burst in 1_u32..5,
    ) {
        let mut rule = LimitRule::requests(requests, minute());
        rule.burst = Some(burst);
        let meters = meters(&[rule]);
        let (mut now, mut opened, mut admitted) = (0, None, 0);
        for gap in gaps {
            now += gap;
            if opened.is_none_or(|start| now - start >= 60_000) {
                (opened, admitted) = (Some(now), 0);
            }
            let verdict = take(&meters, "app", at(now));
            let (limit, remaining, reset, refused) = told(&verdict).unwrap();
            prop_assert_eq!(refused, admitted >= requests * burst);
            admitted += u32::from(!refused);
            prop_assert_eq!(limit, requests);
            prop_assert_eq!(remaining, requests.saturating_sub(admitted));
            prop_assert_eq!(reset, at(opened.unwrap() + 60_000));
        }
    }

    /// Whatever share a principal has, and however it changes, no window admits more than the largest share it had, nor the org
    /// more than it has; and where something is said to be left, the next request is admitted.
    #[test]
    fn shares_never_come_to_more_than_the_org_has(
        asks in prop::collection::vec((0_i64..2_000, 0_usize..3, 0_u32..=100), 1..250), whole in 1_u32..60,
    ) {
        let mut share = LimitRule::requests(whole / 2, minute());
        share.share_of = Some(whole);
        let org = LimitRule::requests(whole, minute()).by([By::World]);
        let meters = meters(&[share, org]);
        let names = ["app", "token", "other"];
        let (mut now, mut opened, mut admitted) = (0, None, 0);
        let mut left = [None; 3];
        for (gap, who, percent) in asks {
            now += gap;
            if opened.is_some_and(|start| now - start >= 60_000) {
                (opened, admitted) = (None, 0);
                left = [None; 3];
            }
            let share = Share { requests: percent, concurrent: percent };
            let asker = Somebody(names[who], Some(share));
            let verdict = meters.take(&TOKEN, &asker, || at(now));
            let (limit, remaining, reset, refused) = told(&verdict).unwrap();
            let own = whole * percent / 100;
            prop_assert!(limit == own || limit == whole);
            prop_assert!(remaining < limit.max(1));
            prop_assert!(reset > at(now));
            prop_assert!(!(refused && left[who] == Some((percent, now))), "it was said that there is more");
            if !refused {
                // A request that a share refuses is none of the org's: it opens no window.
                opened.get_or_insert(now);
                admitted += 1;
            }
            prop_assert!(admitted <= whole);
            left[who] = (remaining > 0).then_some((percent, now)).filter(|_| !refused);
            // What others take of the org's is no promise to this one.
            for other in (0..3).filter(|other| *other != who) {
                left[other] = None;
            }
        }
    }

    /// A limit that only counts changes neither who is admitted nor what is told.
    #[test]
    fn a_preview_changes_nothing(gaps in prop::collection::vec(0_i64..4_000, 1..150), requests in 0_u32..6) {
        let rule = LimitRule::requests(requests + 3, minute());
        let mut preview = LimitRule::requests(requests, minute()).by([By::Address]);
        preview.preview = true;
        preview.concurrent = Some(0);
        let (with, without) = (meters(&[preview, rule.clone()]), meters(&[rule]));
        let mut now = 0;
        for gap in gaps {
            now += gap;
            let verdicts = [&with, &without].map(|meters| told(&take(meters, "app", at(now))));
            prop_assert_eq!(verdicts[0], verdicts[1]);
        }
    }
}

#[test]
fn each_thing_is_told_once_in_a_window() {
    let mut rule = LimitRule::requests(10, minute());
    rule.burst = Some(2);
    let meters = meters(&[rule]);
    let mut happened = Vec::new();
    for number in 1..=25 {
        for crossed in take(&meters, "app", at(0)).crossed {
            happened.push((number, crossed.what, crossed.limit));
        }
    }
    assert_eq!(
        happened,
        [
            (6, Some(Crossing::Warning), 10),
            (11, Some(Crossing::Burst), 10),
            (21, Some(Crossing::Violation), 10),
        ]
    );
    let again: usize = (1..=6)
        .map(|_| take(&meters, "app", at(60_000)).crossed.len())
        .sum();
    assert_eq!(again, 1, "another window, another warning");
}

#[test]
fn too_many_at_once_are_told_of_once_in_a_minute() {
    let meters = meters(&[LimitRule::concurrency(1)]);
    let inside = take(&meters, "app", at(0));
    let told: Vec<usize> = [1, 2, 59_000, 61_000, 62_000]
        .map(|now| take(&meters, "app", at(now)).crossed.len())
        .to_vec();
    assert_eq!(told, [1, 0, 0, 1, 0]);
    drop(inside);
}

#[test]
fn a_rule_for_those_who_are_known_is_for_nobody_else() {
    let mut rule = LimitRule::requests(1, minute()).by([By::User]);
    rule.known_only = true;
    let meters = meters(&[rule]);
    for _ in 0..3 {
        assert!(take(&meters, "", at(0)).shown.is_none());
    }
    assert!(!take(&meters, "ada", at(0)).is_refused());
    assert!(take(&meters, "ada", at(0)).is_refused());
}

/// Another plan changes the numbers, and what was counted counts.
#[test]
fn what_is_bought_changes_while_windows_go_on() {
    let bought = |requests| vec![LimitRule::requests(requests, minute()).at(Endpoint::Token)];
    let meters = Meters::new(Custom::of(Provider::Okta), bought(2), &[]).unwrap();
    let own = LimitRule::requests(9, minute()).at(Endpoint::Resource);
    meters.set(std::slice::from_ref(&own)).unwrap();
    assert_eq!(told(&take(&meters, "app", at(0))).unwrap().1, 1);
    meters.sell(bought(5), 80);
    assert_eq!(meters.rules().len(), 2);
    assert_eq!(meters.rules()[0], own);
    assert_eq!(told(&take(&meters, "app", at(0))).unwrap().1, 3);
    let saved = meters.saved();
    meters.sell(bought(1), 80);
    assert!(take(&meters, "app", at(0)).is_refused());
    meters.restore(&saved);
    meters.set(&[]).unwrap();
    assert_eq!(meters.rules(), bought(5));
}
