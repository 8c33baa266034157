//! Never more than the limit in any window, and headers that keep their word.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::limits::Window;

const WINDOWS: [Window; 3] = [Window::Fixed, Window::Sliding, Window::Aligned];

fn rule(window: Window, requests: u32, seconds: u64) -> LimitRule {
    let mut rule = LimitRule::requests(requests, Duration::from_secs(seconds));
    rule.window = window;
    rule
}

fn any_window() -> impl Strategy<Value = Window> {
    prop::sample::select(WINDOWS.to_vec())
}

/// Times between arrivals, in milliseconds: many at once, some far apart, and now and then the clock is set back.
fn gaps() -> impl Strategy<Value = Vec<i64>> {
    let gap = prop_oneof![
        4 => Just(0_i64),
        4 => 0_i64..2_000,
        2 => 0_i64..40_000,
        1 => -90_000_i64..0,
    ];
    prop::collection::vec(gap, 1..120)
}

/// What a window of each kind must do, in the plainest words: the admitted of the same window, one by one.
struct Plain {
    rule: LimitRule,
    admitted: VecDeque<Timestamp>,
    opened_at: Option<Timestamp>,
}

impl Plain {
    fn admits(&mut self, now: Timestamp) -> bool {
        let per = self.rule.per.unwrap();
        let end = |start: Timestamp| start.checked_add(per).unwrap();
        match self.rule.window {
            Window::Fixed => {
                if self
                    .opened_at
                    .is_none_or(|start| now < start || now >= end(start))
                {
                    self.admitted.clear();
                    self.opened_at = Some(now);
                }
            }
            Window::Aligned => {
                let length = i64::try_from(per.as_millis()).unwrap();
                let start = now.as_millisecond().div_euclid(length) * length;
                let start = Timestamp::from_millisecond(start).unwrap();
                if self.opened_at != Some(start) {
                    self.admitted.clear();
                    self.opened_at = Some(start);
                }
            }
            Window::Sliding => {
                self.admitted.retain(|start| now < end(*start));
                if self.admitted.front().is_some_and(|start| *start > now) {
                    self.admitted.clear();
                }
            }
        }
        let admits = self.admitted.len() < self.rule.requests.unwrap() as usize;
        if admits {
            let last = self.admitted.back().copied().unwrap_or(now);
            self.admitted.push_back(now.max(last));
        }
        admits
    }
}

proptest! {
    #[test]
    fn a_window_admits_what_its_plain_words_say(
        gaps in gaps(), window in any_window(), requests in 0_u32..6, seconds in 1_u64..90,
    ) {
        let rule = rule(window, requests, seconds);
        let meters = meters(std::slice::from_ref(&rule));
        let mut plain = Plain { rule, admitted: VecDeque::new(), opened_at: None };
        let mut now = 0;
        for gap in gaps {
            now += gap;
            let verdict = take(&meters, "app", at(now));
            prop_assert_eq!(!verdict.is_refused(), plain.admits(at(now)), "at {}", now);
        }
    }

    /// While the clock goes forward, counting the admitted by hand finds no window with too many: in no stretch as long as the
    /// window for a sliding one, between two resets for the others.
    #[test]
    fn no_window_has_too_many(
        gaps in prop::collection::vec(0_i64..700, 1..700), window in any_window(), requests in 1_u32..300,
    ) {
        let meters = meters(&[rule(window, requests, 60)]);
        let mut now = 0;
        let mut admitted = Vec::new();
        let mut by_reset: BTreeMap<Timestamp, u32> = BTreeMap::new();
        for gap in gaps {
            now += gap;
            let verdict = take(&meters, "app", at(now));
            let (_, shown) = verdict.shown.unwrap();
            prop_assert!(shown.reset > at(now));
            if verdict.refused.is_none() {
                admitted.push(now);
                *by_reset.entry(shown.reset).or_default() += 1;
            }
        }
        if window == Window::Sliding {
            for (first, start) in admitted.iter().enumerate() {
                let stretch = admitted[first..].iter().take_while(|at| **at < start + 60_000);
                prop_assert!(stretch.count() <= requests as usize);
            }
        } else {
            prop_assert!(by_reset.values().all(|count| *count <= requests));
            let resets: Vec<&Timestamp> = by_reset.keys().collect();
            for pair in resets.windows(2) {
                prop_assert!(pair[1].duration_since(*pair[0]).as_secs() >= 60);
            }
        }
    }

    /// What an answer says comes true: as many more as remain are admitted at once, no more, and one more at the reset.
    #[test]
    fn headers_keep_their_word(
        gaps in gaps(), window in any_window(), requests in 1_u32..6, block in prop::option::of(1_u64..200),
    ) {
        let mut rule = rule(window, requests, 60);
        rule.block = block.map(Duration::from_secs);
        let meters = meters(&[rule]);
        let mut now = 0;
        for gap in gaps {
            now += gap;
            let verdict = take(&meters, "app", at(now));
            let (_, shown) = verdict.shown.unwrap();
            prop_assert_eq!(shown.limit, requests);
            prop_assert!(verdict.refused.is_none() || shown.remaining == 0);
            // What if? Another set of meters, as these are now, is asked.
            let saved = meters.saved();
            for left in (0..shown.remaining).rev() {
                let verdict = take(&meters, "app", at(now));
                prop_assert!(!verdict.is_refused());
                prop_assert_eq!(verdict.shown.unwrap().1.remaining, left);
            }
            let one_too_many = take(&meters, "app", at(now));
            prop_assert!(one_too_many.is_refused());
            let (_, shown) = one_too_many.shown.unwrap();
            let just_before = shown.reset.checked_sub(Duration::from_millis(1)).unwrap();
            prop_assert!(take(&meters, "app", just_before).is_refused());
            prop_assert!(!take(&meters, "app", shown.reset).is_refused());
            meters.restore(&saved);
        }
    }

    /// With `count_refused`, whoever asks more often than the window admits is not let in again until he pauses for its length.
    #[test]
    fn a_sliding_window_that_counts_refusals_stays_full(
        gaps in prop::collection::vec(0_i64..20_000, 4..40), requests in 1_u32..3,
    ) {
        let mut rule = rule(Window::Sliding, requests, 60);
        rule.count_refused = true;
        let meters = meters(&[rule]);
        let mut now = 0;
        for _ in 0..requests {
            prop_assert!(!take(&meters, "app", at(now)).is_refused());
        }
        // Three in a minute at least, and two are admitted at most.
        for gap in gaps {
            now += gap;
            prop_assert!(take(&meters, "app", at(now)).is_refused());
        }
        prop_assert!(!take(&meters, "app", at(now + 60_000)).is_refused());
    }
}

/// Without `count_refused` the same client is let in every minute.
#[test]
fn a_sliding_window_that_counts_no_refusals_opens() {
    let meters = meters(&[rule(Window::Sliding, 1, 60)]);
    let admitted = (0..60).filter(|place| !take(&meters, "app", at(place * 10_000)).is_refused());
    assert_eq!(admitted.count(), 10);
}

#[test]
fn a_block_lasts_from_the_first_refusal_and_counted_ones_prolong_it() {
    for counts in [false, true] {
        let mut rule = rule(Window::Fixed, 2, 60);
        rule.block = Some(Duration::from_secs(120));
        rule.count_refused = counts;
        let meters = meters(&[rule]);
        let refused = |seconds: i64| take(&meters, "app", at(seconds * 1000)).is_refused();
        assert_eq!(
            [0, 1, 50, 61, 169].map(refused),
            [false, false, true, true, true]
        );
        // 50 s and two minutes, or 169 s and two minutes.
        assert_eq!(refused(170), counts);
        assert_eq!(refused(289), counts);
        assert!(!refused(170 + 121 + 120));
    }
}

/// Threads that all ask at once, while the clock goes on: what is asked for the time is the order of counting.
#[test]
fn threads_get_no_more_than_the_limit_between_them() {
    for window in WINDOWS {
        let meters = meters(&[rule(window, 50, 1)]);
        let clock = std::sync::atomic::AtomicI64::new(0);
        let admitted = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let asked = std::cell::Cell::new(0);
                        let now = || {
                            let now = clock.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                            asked.set(now);
                            at(now)
                        };
                        let verdict = meters.take(&TOKEN, &Somebody("app", None), now);
                        if !verdict.is_refused() {
                            admitted
                                .lock()
                                .unwrap()
                                .push((asked.get(), verdict.shown.unwrap().1));
                        }
                    }
                });
            }
        });
        let mut admitted = admitted.into_inner().unwrap();
        admitted.sort_unstable_by_key(|(at, _)| *at);
        // 16 seconds and at most two windows begun.
        assert!(
            (15 * 50..=18 * 50).contains(&admitted.len()),
            "{window:?}: {}",
            admitted.len()
        );
        for (first, (start, shown)) in admitted.iter().enumerate() {
            let in_window = admitted[first..].iter().filter(|(at, other)| match window {
                Window::Sliding => *at < start + 1000,
                _ => other.reset == shown.reset,
            });
            assert!(in_window.count() <= 50);
        }
    }
}

#[test]
fn a_long_memory_is_thinned_out_and_never_admits_too_many() {
    let meters = meters(&[rule(Window::Sliding, 5_000, 60)]);
    let admitted = (0..12_000).filter(|place| !take(&meters, "app", at(place * 10)).is_refused());
    // Two minutes of a hundred a second, of which 5,000 a minute may come in. Remembered are 256 instants: a few come later.
    let admitted: Vec<i64> = admitted.collect();
    for (first, start) in admitted.iter().enumerate() {
        let after = admitted.get(first + 5_000);
        assert!(after.is_none_or(|other| (other - start) * 10 >= 60_000));
    }
    assert!(admitted.len() > 9_500, "{}", admitted.len());
}

#[test]
fn time_ends_without_panic() {
    for window in WINDOWS {
        let mut rule = rule(window, 1, u64::MAX);
        rule.block = Some(Duration::MAX);
        let meters = meters(&[rule]);
        for now in [Timestamp::MAX, Timestamp::MIN, Timestamp::MAX] {
            let verdict = take(&meters, "app", now);
            let (rule, shown) = verdict.shown.unwrap();
            let told = Custom::of(Provider::Entra).headers(&rule, &shown, true);
            assert!(!told.is_empty());
        }
    }
}
