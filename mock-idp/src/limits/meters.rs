//! Everything a world counts: windows and requests in progress, by rule and by whose they are.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::plan::{Armed, Knock, Plan};
use super::rule::{BadLimit, By, LimitRule};
use super::show::Custom;
use super::usage::LimitUsage;
use super::window::{Measure, Window};

/// What is longer than this names nobody: all of that count as one.
const LONGEST: usize = 256;
/// How many windows a world keeps.
const KEPT: usize = 10_000;
/// How many are kept when they have become too many.
const LEFT: usize = KEPT - KEPT / 8;
/// When a request that was one too many at once should come again: Okta calls its own a suggestion.
const SOON: Duration = Duration::from_secs(1);

/// Every window of a world, and its requests in progress. Clones share them.
///
/// There are at most 10,000 windows. When one more is needed, those that are over are forgotten, and if they are too few, those
/// in which the least counts, the newest first. So whoever asks under thousands of names crowds out his own windows; another
/// principal gains no more requests than each of those names has used.
#[derive(Clone)]
pub(crate) struct Meters(Arc<Mutex<State>>);

/// A rule's id, and whose requests are counted.
type Name = (u64, Vec<String>);

struct State {
    vendors: Vec<LimitRule>,
    custom: Custom,
    plan: Arc<Plan>,
    /// Ids given to rules so far. It never goes back: a request in progress may hold a place of a rule that is gone.
    ids: u64,
    windows: HashMap<Name, Window>,
    in_progress: HashMap<Name, u32>,
}

/// What the limits say of a request.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What its answer shows of them, and by which rule.
    pub(crate) shown: Option<(Arc<LimitRule>, Shown)>,
    pub(crate) is_refused: bool,
    /// To be kept until the request has been answered.
    pub(crate) places: Places,
}

/// What an answer shows of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset: Timestamp,
    pub(crate) now: Timestamp,
}

/// The places that a request takes among those in progress. Dropping it frees them.
#[derive(Default)]
pub(crate) struct Places(Option<(Meters, Vec<Name>)>);

/// The rules and windows of an instant. No `Debug`: see [`Meters`].
#[derive(Clone)]
pub(crate) struct SavedMeters {
    plan: Arc<Plan>,
    windows: HashMap<Name, Window>,
}

impl Meters {
    /// Meters with the vendor's limits and those that are set in their place.
    ///
    /// # Errors
    ///
    /// [`BadLimit`] if a rule limits nothing or says two things at once.
    pub(crate) fn new(
        custom: Custom,
        vendors: Vec<LimitRule>,
        own: &[LimitRule],
    ) -> Result<Self, BadLimit> {
        let meters = Self(Arc::new(Mutex::new(State {
            vendors,
            custom,
            plan: Arc::default(),
            ids: 0,
            windows: HashMap::new(),
            in_progress: HashMap::new(),
        })));
        meters.set(own)?;
        Ok(meters)
    }

    /// Puts rules in the place of those set before.
    pub(crate) fn set(&self, own: &[LimitRule]) -> Result<(), BadLimit> {
        own.iter().try_for_each(LimitRule::check)?;
        let mut state = self.state();
        let state = &mut *state;
        state.plan = Arc::new(state.plan.replaced(own, &state.vendors, &mut state.ids));
        let plan = &state.plan;
        state.windows.retain(|(id, _), _| plan.armed(*id).is_some());
        Ok(())
    }

    /// The rules in force.
    pub(crate) fn rules(&self) -> Vec<LimitRule> {
        let plan = self.state().plan.clone();
        plan.armed
            .iter()
            .map(|armed| LimitRule::clone(&armed.rule))
            .collect()
    }

    /// Counts a request against every rule that is for it, or against none. `now` is asked once it is sure that no other request
    /// is counted in between; `who` is asked for what the rules tell requests apart by.
    pub(crate) fn take(
        &self,
        knock: &Knock<'_>,
        who: impl Fn(By) -> String,
        now: impl Fn() -> Timestamp,
    ) -> Verdict {
        loop {
            let plan = self.state().plan.clone();
            let met = plan.meeting(knock);
            let met: Vec<(&Armed, Name)> = met
                .into_iter()
                .filter(|armed| armed.measure.is_some() || armed.rule.concurrent.is_some())
                .map(|armed| (armed, name(armed, &who)))
                .collect();
            if met.is_empty() {
                return Verdict::default();
            }
            let mut state = self.state();
            // Rules that were replaced meanwhile must leave no windows behind.
            if Arc::ptr_eq(&plan, &state.plan) {
                let (shown, taken) = state.take(&met, now());
                let is_refused = taken.is_none();
                let taken = taken.filter(|names| !names.is_empty());
                drop(state);
                return Verdict {
                    shown,
                    is_refused,
                    places: Places(taken.map(|names| (self.clone(), names))),
                };
            }
        }
    }

    /// The number of requests that the tightest window for a request admits; none where there is no window.
    pub(crate) fn limit_at(&self, knock: &Knock<'_>) -> Option<u32> {
        let plan = self.state().plan.clone();
        let met = plan.meeting(knock);
        met.into_iter()
            .filter_map(|armed| armed.rule.requests)
            .min()
    }

    /// What counts at `now`, in the order of the rules.
    pub(crate) fn usage(&self, now: Timestamp) -> Vec<LimitUsage> {
        let state = self.state();
        let mut usage = Vec::new();
        for (place, armed) in state.plan.armed.iter().enumerate() {
            let mut found: HashMap<&[String], LimitUsage> = HashMap::new();
            let entry = |who: &[String]| LimitUsage {
                rule: place,
                who: armed
                    .rule
                    .told_apart()
                    .iter()
                    .copied()
                    .zip(who.iter().cloned())
                    .collect(),
                used: 0,
                remaining: armed.rule.requests.unwrap_or(0),
                reset: None,
                in_progress: 0,
            };
            if let Some(measure) = &armed.measure {
                for ((id, who), window) in &state.windows {
                    let mut window = window.clone();
                    window.roll(measure, now);
                    if *id == armed.id && window.counts() {
                        let usage = found.entry(who).or_insert_with(|| entry(who));
                        usage.used = window.used();
                        usage.remaining = window.remaining(measure);
                        usage.reset = Some(window.reset(measure, now));
                    }
                }
            }
            for ((id, who), count) in &state.in_progress {
                if *id == armed.id {
                    let usage = found.entry(who).or_insert_with(|| entry(who));
                    usage.in_progress = *count;
                }
            }
            let mut found: Vec<_> = found.into_iter().collect();
            found.sort_unstable_by_key(|(who, _)| *who);
            usage.extend(found.into_iter().map(|(_, usage)| usage));
        }
        usage
    }

    /// The rules and windows as they are now, to be put back.
    pub(crate) fn saved(&self) -> SavedMeters {
        let state = self.state();
        SavedMeters {
            plan: state.plan.clone(),
            windows: state.windows.clone(),
        }
    }

    /// Has the rules and windows be as they were. Requests in progress are in progress still.
    pub(crate) fn restore(&self, saved: &SavedMeters) {
        let mut state = self.state();
        state.plan = saved.plan.clone();
        state.windows = saved.windows.clone();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What is shown, and the places taken; no places at all if the request is refused.
    #[expect(clippy::type_complexity, reason = "taken apart at once")]
    fn take(
        &mut self,
        met: &[(&Armed, Name)],
        now: Timestamp,
    ) -> (Option<(Arc<LimitRule>, Shown)>, Option<Vec<Name>>) {
        let mut is_refused = false;
        for (armed, name) in met {
            if let Some(measure) = &armed.measure {
                is_refused |= match self.windows.get_mut(name) {
                    None => measure.requests == 0,
                    Some(window) => {
                        window.roll(measure, now);
                        !window.admits(measure)
                    }
                };
            }
            is_refused |= self.is_crowded(armed, name);
        }
        if is_refused {
            let shown = self.refuse(met, now);
            return (shown, None);
        }
        let custom = self.custom;
        let mut tightest: Option<(Arc<LimitRule>, Shown)> = None;
        for (armed, name) in met {
            let Some(measure) = &armed.measure else {
                continue;
            };
            let window = self.window(name, now);
            window.count(measure, now);
            let shown = shown(window, measure, now);
            let is_tighter = tightest
                .as_ref()
                .is_none_or(|(_, known)| shown.remaining < known.remaining);
            if is_tighter && custom.is_always_shown(&armed.rule) {
                tightest = Some((armed.rule.clone(), shown));
            }
        }
        let crowded = met
            .iter()
            .filter(|(armed, _)| armed.rule.concurrent.is_some());
        let places: Vec<Name> = crowded.map(|(_, name)| name.clone()).collect();
        for name in &places {
            *self.in_progress.entry(name.clone()).or_default() += 1;
        }
        (tightest, Some(places))
    }

    /// Counts a refused request where the rule wants that, and says what the refusal shows: the window that keeps it out the
    /// longest, or else that there are too many at once.
    fn refuse(
        &mut self,
        met: &[(&Armed, Name)],
        now: Timestamp,
    ) -> Option<(Arc<LimitRule>, Shown)> {
        let mut longest: Option<(Arc<LimitRule>, Shown)> = None;
        let mut crowded = None;
        for (armed, name) in met {
            if self.is_crowded(armed, name) {
                let nothing = Shown {
                    limit: 0,
                    remaining: 0,
                    reset: now.checked_add(SOON).unwrap_or(Timestamp::MAX),
                    now,
                };
                crowded.get_or_insert_with(|| (armed.rule.clone(), nothing));
            }
            let Some(measure) = &armed.measure else {
                continue;
            };
            let counts = armed.rule.count_refused;
            let is_full = match self.windows.get(name) {
                Some(window) => !window.admits(measure),
                None => measure.requests == 0,
            };
            if !is_full && !counts {
                continue;
            }
            let window = self.window(name, now);
            if counts {
                window.count(measure, now);
            }
            if is_full {
                window.overrun(measure, now, counts);
                let shown = shown(window, measure, now);
                let is_longer = longest
                    .as_ref()
                    .is_none_or(|(_, known)| shown.reset > known.reset);
                if is_longer {
                    longest = Some((armed.rule.clone(), shown));
                }
            }
        }
        longest.or(crowded)
    }

    fn is_crowded(&self, armed: &Armed, name: &Name) -> bool {
        let at_once = self.in_progress.get(name).copied().unwrap_or(0);
        armed.rule.concurrent.is_some_and(|most| at_once >= most)
    }

    /// A window that is there or for which there is room.
    fn window(&mut self, name: &Name, now: Timestamp) -> &mut Window {
        if self.windows.len() >= KEPT && !self.windows.contains_key(name) {
            self.make_room(now);
        }
        self.windows.entry(name.clone()).or_default()
    }

    /// Many at a time, so that a flood of names does not look through all windows for each of them.
    fn make_room(&mut self, now: Timestamp) {
        let plan = &self.plan;
        self.windows.retain(|(id, _), window| {
            let measure = plan.armed(*id).and_then(|armed| armed.measure.as_ref());
            measure.is_some_and(|measure| {
                window.roll(measure, now);
                window.counts()
            })
        });
        let surplus = self.windows.len().saturating_sub(LEFT);
        if surplus == 0 {
            return;
        }
        let mut worth: Vec<_> = self.windows.values().map(Window::worth).collect();
        let (_, last, _) = worth.select_nth_unstable(surplus - 1);
        let last = *last;
        let mut going = surplus;
        self.windows.retain(|_, window| {
            let goes = going > 0 && window.worth() <= last;
            going -= usize::from(goes);
            !goes
        });
    }
}

impl Window {
    /// What is worth more is kept longer: a block, then many requests, then an old window.
    fn worth(&self) -> (bool, u32, Reverse<Timestamp>) {
        (self.is_blocked(), self.used(), Reverse(self.began()))
    }
}

fn shown(window: &Window, measure: &Measure, now: Timestamp) -> Shown {
    Shown {
        limit: measure.requests,
        remaining: window.remaining(measure),
        reset: window.reset(measure, now),
        now,
    }
}

fn name(armed: &Armed, who: impl Fn(By) -> String) -> Name {
    let parts = armed.rule.told_apart().iter().map(|by| match by {
        By::World => String::new(),
        by => Some(who(*by))
            .filter(|who| who.len() <= LONGEST)
            .unwrap_or_default(),
    });
    (armed.id, parts.collect())
}

impl Drop for Places {
    fn drop(&mut self) {
        let Some((meters, names)) = self.0.take() else {
            return;
        };
        let mut state = meters.state();
        for name in names {
            if let Some(count) = state.in_progress.get_mut(&name) {
                *count -= 1;
                if *count == 0 {
                    state.in_progress.remove(&name);
                }
            }
        }
    }
}

/// Principals are what clients call themselves: they are not shown.
impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").finish_non_exhaustive()
    }
}
