//! Everything a world counts: windows and requests in progress, by rule and by whose they are.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::counts::{Counted, Counts, Crossed, Met, Name, Told};
use super::plan::{Armed, Knock, Plan};
use super::rule::{BadLimit, By, LimitRule};
use super::show::Custom;
use super::usage::LimitUsage;
use super::used_up::UsedUp;
use super::window::Window;

/// How many rules a world keeps, as it does of faults.
const RULES: usize = 1_000;

/// What is longer than this names nobody: all of that count as one.
const LONGEST: usize = 256;

/// Every window of a world, and its requests in progress. Clones share them.
///
/// There are at most 10,000 windows. When one more is needed, those that are over are forgotten, and if they are too few, those
/// in which the least counts, the newest first. So whoever asks under thousands of names crowds out his own windows; another
/// principal gains no more requests than each of those names has used.
#[derive(Clone)]
pub(crate) struct Meters(Arc<Mutex<State>>);

/// What the limits say of a request.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What its answer shows of them, and by which rule.
    pub(crate) shown: Option<Told>,
    /// What refuses it, if it is refused.
    pub(crate) refused: Option<UsedUp>,
    /// To be kept until the request has been answered.
    pub(crate) places: Places,
    /// What the owner of an org is told of.
    pub(crate) crossed: Vec<Crossed>,
}

/// What a principal may use of its org's limits, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) requests: u32,
    pub(crate) concurrent: u32,
}

/// What is asked of a request by the rules that are for it.
pub(crate) trait Asker {
    /// Whose it is, in one respect; empty where that is not known.
    fn who(&self, by: By) -> String;

    /// What its principal may use of its org's limits; none where that is half, as for most.
    fn share(&self) -> Option<Share>;
}

/// The places that a request takes among those in progress. Dropping it frees them.
#[derive(Default)]
pub(crate) struct Places(Option<(Meters, Vec<Name>)>);

/// The rules and windows of an instant. No `Debug`: see [`Meters`].
#[derive(Clone)]
pub(crate) struct SavedMeters {
    vendors: Vec<LimitRule>,
    warns_at: u32,
    plan: Arc<Plan>,
    windows: HashMap<Name, Arc<Window>>,
}

struct State {
    vendors: Vec<LimitRule>,
    custom: Custom,
    plan: Arc<Plan>,
    /// Ids given to rules so far. It never goes back: a request in progress may hold a place of a rule that is gone.
    ids: u64,
    counts: Counts,
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
            counts: Counts::default(),
        })));
        meters.set(own)?;
        Ok(meters)
    }

    /// Puts rules in the place of those set before.
    pub(crate) fn set(&self, own: &[LimitRule]) -> Result<(), BadLimit> {
        Self::check(own)?;
        self.replace(own);
        Ok(())
    }

    /// Whether a world can follow these rules.
    ///
    /// # Errors
    ///
    /// [`BadLimit`] if one limits nothing or says two things at once, or if they are too many.
    pub(crate) fn check(own: &[LimitRule]) -> Result<(), BadLimit> {
        if own.len() > RULES {
            let (given, most) = (own.len(), RULES);
            return Err(BadLimit::TooMany { given, most });
        }
        own.iter().try_for_each(LimitRule::check)
    }

    /// Puts rules in the place of those set before, here and in what was saved. They have been [checked](Self::check).
    #[cfg(feature = "serve")]
    pub(crate) fn follow(&self, own: &[LimitRule], saved: &mut SavedMeters) {
        let plan = self.replace(own);
        let windows = &mut saved.windows;
        windows.retain(|(id, _), _| plan.armed(*id).is_some());
        saved.plan = plan;
    }

    fn replace(&self, own: &[LimitRule]) -> Arc<Plan> {
        self.state().replace(own)
    }

    /// The rules in force.
    pub(crate) fn rules(&self) -> Vec<LimitRule> {
        let plan = self.state().plan.clone();
        plan.armed
            .iter()
            .map(|armed| LimitRule::clone(&armed.rule))
            .collect()
    }

    /// Puts other rules in the place of the vendor's own. Those that were set stay, and so does what was counted.
    pub(crate) fn sell(&self, vendors: Vec<LimitRule>, warns_at: u32) {
        let mut state = self.state();
        state.vendors = vendors;
        state.custom.warns_at = warns_at;
        let own = state.plan.armed.iter().filter(|armed| armed.is_own);
        let own: Vec<LimitRule> = own.map(|armed| LimitRule::clone(&armed.rule)).collect();
        state.replace(&own);
    }

    /// Counts a request against every rule that is for it, or against none. `now` is asked once it is sure that no other request
    /// is counted in between; `asker` is asked for what the rules tell requests apart by.
    pub(crate) fn take(
        &self,
        knock: &Knock<'_>,
        asker: &dyn Asker,
        now: impl Fn() -> Timestamp,
    ) -> Verdict {
        loop {
            let plan = self.state().plan.clone();
            let met = plan.meeting(knock);
            let met: Vec<Met<'_>> = met
                .into_iter()
                .filter(|armed| armed.measure.is_some() || armed.rule.concurrent.is_some())
                .filter_map(|armed| meeting(armed, asker))
                .collect();
            if met.is_empty() {
                return Verdict::default();
            }
            let mut state = self.state();
            // Rules that were replaced meanwhile must leave no windows behind.
            if Arc::ptr_eq(&plan, &state.plan) {
                let State { custom, counts, .. } = &mut *state;
                let mut crossed = Vec::new();
                return match counts.take(&met, &plan, custom, now(), &mut crossed) {
                    Counted::Refused(refusal) => {
                        let (shown, refused) = refusal.unzip();
                        let places = Places::default();
                        Verdict {
                            shown,
                            refused,
                            places,
                            crossed,
                        }
                    }
                    Counted::Admitted(shown, places) => Verdict {
                        shown,
                        refused: None,
                        places: Places((!places.is_empty()).then(|| (self.clone(), places))),
                        crossed,
                    },
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

    /// What counts, in the order of the rules. `now` is asked once it is sure that no request is counted at the same time.
    pub(crate) fn usage(&self, now: impl FnOnce() -> Timestamp) -> Vec<LimitUsage> {
        let (plan, counts, now) = {
            let state = self.state();
            (state.plan.clone(), state.counts.clone(), now())
        };
        let armed = plan.armed.iter().enumerate();
        let by_id: HashMap<u64, (usize, &Armed)> = armed
            .map(|(place, armed)| (armed.id, (place, armed)))
            .collect();
        let mut found: BTreeMap<(usize, &[String]), LimitUsage> = BTreeMap::new();
        for ((id, who), window) in &counts.windows {
            let Some((place, armed)) = by_id.get(id) else {
                continue;
            };
            let Some(measure) = &armed.measure else {
                continue;
            };
            let mut window = Window::clone(window);
            let measure = &window.own(measure);
            window.roll(measure, now);
            if window.counts() {
                let usage = found.entry((*place, who));
                let usage = usage.or_insert_with(|| unused(*place, armed, who));
                usage.used = window.used();
                usage.remaining = window.remaining(measure);
                usage.reset = Some(window.reset(measure, now));
            }
        }
        for ((id, who), count) in &counts.in_progress {
            // Those of a rule that is gone are nobody's business.
            if let Some((place, armed)) = by_id.get(id) {
                let usage = found.entry((*place, who));
                let usage = usage.or_insert_with(|| unused(*place, armed, who));
                usage.in_progress = *count;
            }
        }
        found.into_values().collect()
    }

    /// The rules and windows as they are now, to be put back.
    pub(crate) fn saved(&self) -> SavedMeters {
        let state = self.state();
        SavedMeters {
            vendors: state.vendors.clone(),
            warns_at: state.custom.warns_at,
            plan: state.plan.clone(),
            windows: state.counts.windows.clone(),
        }
    }

    /// Has the rules and windows be as they were. Requests in progress are in progress still.
    pub(crate) fn restore(&self, saved: &SavedMeters) {
        let mut state = self.state();
        state.vendors.clone_from(&saved.vendors);
        state.custom.warns_at = saved.warns_at;
        state.plan = saved.plan.clone();
        state.counts.windows = saved.windows.clone();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn replace(&mut self, own: &[LimitRule]) -> Arc<Plan> {
        self.plan = Arc::new(self.plan.replaced(own, &self.vendors, &mut self.ids));
        let plan = &self.plan;
        let windows = &mut self.counts.windows;
        windows.retain(|(id, _), _| plan.armed(*id).is_some());
        plan.clone()
    }
}

/// Where nothing counts.
fn unused(place: usize, armed: &Armed, who: &[String]) -> LimitUsage {
    let by = armed.rule.told_apart().iter().copied();
    LimitUsage {
        rule: place,
        who: by.zip(who.iter().cloned()).collect(),
        used: 0,
        remaining: armed.rule.requests.unwrap_or(0),
        reset: None,
        in_progress: 0,
    }
}

/// A rule as it is for this request; none if it is only for those of which is known whose they are.
fn meeting<'p>(armed: &'p Armed, asker: &dyn Asker) -> Option<Met<'p>> {
    let rule = &armed.rule;
    let parts = rule.told_apart().iter().map(|by| match by {
        By::World => String::new(),
        by => Some(asker.who(*by))
            .filter(|who| who.len() <= LONGEST)
            .unwrap_or_default(),
    });
    let parts: Arc<[String]> = parts.collect();
    if rule.known_only && parts.iter().any(String::is_empty) {
        return None;
    }
    let mut met = Met {
        armed,
        name: (armed.id, parts),
        measure: armed.measure,
        concurrent: rule.concurrent,
    };
    if let Some((whole, share)) = rule
        .share_of
        .and_then(|whole| Some((whole, asker.share()?)))
    {
        let part = |percent: u32| {
            let part = u64::from(whole) * u64::from(percent) / 100;
            u32::try_from(part).unwrap_or(u32::MAX)
        };
        if let Some(measure) = &mut met.measure {
            measure.requests = part(share.requests);
        }
        met.concurrent = met.concurrent.map(|_| part(share.concurrent));
    }
    Some(met)
}

impl Verdict {
    pub(crate) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        let Some((meters, names)) = self.0.take() else {
            return;
        };
        meters.state().counts.leave(names);
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
