//! What has been counted, and what counting a request comes to.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::plan::{Armed, Plan};
use super::rule::LimitRule;
use super::show::Custom;
use super::used_up::{Part, UsedUp};
use super::window::{Crossing, Measure, Window};

/// How many windows a world keeps.
pub(super) const KEPT: usize = 10_000;
/// How many are kept when they have become too many.
const LEFT: usize = KEPT - KEPT / 8;
/// When a request that was one too many at once should come again: Okta calls its own a suggestion.
const SOON: Duration = Duration::from_secs(1);
/// How often a limit on requests in progress is told of.
const MINUTE: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// A rule's id, and whose requests are counted.
pub(super) type Name = (u64, Arc<[String]>);

/// What an answer shows of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset: Timestamp,
    pub(crate) now: Timestamp,
}

/// A rule and what an answer shows of it.
pub(super) type Told = (Arc<LimitRule>, Shown);

/// What comes of counting a request.
pub(super) enum Counted {
    /// It counts against all of its rules, and has taken these places among the requests in progress.
    Admitted(Option<Told>, Vec<Name>),
    /// None where no rule can be named, which does not happen.
    Refused(Option<(Told, UsedUp)>),
}

/// A rule that is for a request, and what it says of whose request that is.
pub(super) struct Met<'p> {
    pub(super) armed: &'p Armed,
    pub(super) name: Name,
    /// How the window counts for its owner.
    pub(super) measure: Option<Measure>,
    /// How many of the owner's may be in progress at once.
    pub(super) concurrent: Option<u32>,
}

/// Something that the owner of an org is told of.
#[derive(Clone, Debug)]
pub(crate) struct Crossed {
    /// What happened; none where too many were in progress.
    pub(crate) what: Option<Crossing>,
    pub(crate) rule: Arc<LimitRule>,
    /// How many requests the window admits.
    pub(crate) limit: u32,
}

/// Windows and requests in progress. A clone shares the windows until they change, so that it is made in no time.
#[derive(Clone, Default)]
pub(super) struct Counts {
    pub(super) windows: HashMap<Name, Arc<Window>>,
    pub(super) in_progress: HashMap<Name, u32>,
    /// When a limit on requests in progress was last told of, by rule.
    crowded: HashMap<u64, Timestamp>,
}

impl Counts {
    /// Counts a request against all the rules that are for it, or against none.
    pub(super) fn take(
        &mut self,
        met: &[Met<'_>],
        plan: &Plan,
        custom: &Custom,
        now: Timestamp,
        crossed: &mut Vec<Crossed>,
    ) -> Counted {
        if !self.have_room(met, now) {
            return Counted::Refused(self.refuse(met, plan, now, crossed));
        }
        let mut tightest: Option<Told> = None;
        for Met {
            armed,
            name,
            measure,
            ..
        } in met
        {
            let Some(measure) = measure else {
                continue;
            };
            let window = self.window(name, plan, now);
            window.count(measure, now);
            crossed.extend(happened(armed, measure, |measure| {
                match armed.rule.preview && window.used() > measure.requests {
                    true => window.tell(Crossing::Violation),
                    false => window.crossing(measure, custom.warns_at),
                }
            }));
            let shown = shown(window, measure, now);
            let is_tighter = tightest
                .as_ref()
                .is_none_or(|(_, known)| shown.remaining < known.remaining);
            if is_tighter && !armed.rule.preview && custom.is_always_shown(&armed.rule) {
                tightest = Some((armed.rule.clone(), shown));
            }
        }
        let bounded = met.iter().filter(|met| met.concurrent.is_some());
        let places: Vec<Name> = bounded.map(|met| met.name.clone()).collect();
        for name in &places {
            *self.in_progress.entry(name.clone()).or_default() += 1;
        }
        Counted::Admitted(tightest, places)
    }

    /// Gives places back.
    pub(super) fn leave(&mut self, places: Vec<Name>) {
        for name in places {
            if let Entry::Occupied(mut place) = self.in_progress.entry(name) {
                *place.get_mut() -= 1;
                if *place.get() == 0 {
                    place.remove();
                }
            }
        }
    }

    fn have_room(&mut self, met: &[Met<'_>], now: Timestamp) -> bool {
        let mut refusing = met.iter().filter(|met| !met.armed.rule.preview);
        refusing.all(|met| !self.is_full(met, now) && !self.is_crowded(met))
    }

    /// Whether a window has no room for one more.
    fn is_full(&mut self, met: &Met<'_>, now: Timestamp) -> bool {
        let Some(measure) = &met.measure else {
            return false;
        };
        match self.windows.get_mut(&met.name) {
            None => measure.requests == 0,
            Some(window) => {
                let window = Arc::make_mut(window);
                window.roll(measure, now);
                !window.admits(measure)
            }
        }
    }

    /// Counts a refused request where the rule wants that, and says what the refusal shows: the window that keeps it out the
    /// longest, or else that there are too many at once.
    fn refuse(
        &mut self,
        met: &[Met<'_>],
        plan: &Plan,
        now: Timestamp,
        crossed: &mut Vec<Crossed>,
    ) -> Option<(Told, UsedUp)> {
        let used_up = |armed: &Armed, part| UsedUp {
            rule: plan.place(armed.id).unwrap_or_default(),
            part,
        };
        let mut longest: Option<(Told, UsedUp)> = None;
        let mut crowded = None;
        for one in met.iter().filter(|met| !met.armed.rule.preview) {
            let armed = one.armed;
            if self.is_crowded(one) {
                let nothing = Shown {
                    limit: 0,
                    remaining: 0,
                    reset: now.checked_add(SOON).unwrap_or(Timestamp::MAX),
                    now,
                };
                if crowded.is_none() {
                    let told = (armed.rule.clone(), nothing);
                    crowded = Some((told, used_up(armed, Part::Concurrent)));
                    crossed.extend(self.first_of_a_minute(one, now));
                }
            }
            let Some(measure) = &one.measure else {
                continue;
            };
            let counts = armed.rule.count_refused;
            let is_full = self.is_full(one, now);
            if !is_full && !counts {
                continue;
            }
            let window = self.window(&one.name, plan, now);
            if counts {
                window.count(measure, now);
            }
            if is_full {
                let part = match window.is_blocked() {
                    true => Part::Block,
                    false => Part::Requests,
                };
                window.overrun(measure, now, counts);
                crossed.extend(happened(armed, measure, |_| {
                    window.tell(Crossing::Violation)
                }));
                let shown = shown(window, measure, now);
                let is_longer = longest
                    .as_ref()
                    .is_none_or(|((_, known), _)| shown.reset > known.reset);
                if is_longer {
                    longest = Some(((armed.rule.clone(), shown), used_up(armed, part)));
                }
            }
        }
        longest.or(crowded)
    }

    /// Okta logs the first violation of a minute.
    fn first_of_a_minute(&mut self, met: &Met<'_>, now: Timestamp) -> Option<Crossed> {
        let told = self.crowded.get(&met.armed.id);
        if told.is_some_and(|at| *at <= now && now.duration_since(*at) < MINUTE) {
            return None;
        }
        self.crowded.insert(met.armed.id, now);
        Some(Crossed {
            what: None,
            rule: met.armed.rule.clone(),
            limit: met.concurrent.unwrap_or(0),
        })
    }

    fn is_crowded(&self, met: &Met<'_>) -> bool {
        let at_once = self.in_progress.get(&met.name).copied().unwrap_or(0);
        met.concurrent.is_some_and(|most| at_once >= most)
    }

    /// A window that is there or for which there is room.
    fn window(&mut self, name: &Name, plan: &Plan, now: Timestamp) -> &mut Window {
        if self.windows.len() >= KEPT && !self.windows.contains_key(name) {
            self.make_room(plan, now);
        }
        Arc::make_mut(self.windows.entry(name.clone()).or_default())
    }

    /// Many at a time, so that a flood of names does not look through all windows for each of them.
    fn make_room(&mut self, plan: &Plan, now: Timestamp) {
        self.windows.retain(|(id, _), window| {
            let measure = plan.armed(*id).and_then(|armed| armed.measure.as_ref());
            measure.is_some_and(|measure| {
                let window = Arc::make_mut(window);
                window.roll(measure, now);
                window.counts()
            })
        });
        let surplus = self.windows.len().saturating_sub(LEFT);
        if surplus == 0 {
            return;
        }
        let mut worth: Vec<_> = self.windows.values().map(|window| window.worth()).collect();
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

/// What a window's owner is told of, if it is anything.
fn happened(
    armed: &Armed,
    measure: &Measure,
    what: impl FnOnce(&Measure) -> Option<Crossing>,
) -> Option<Crossed> {
    Some(Crossed {
        what: Some(what(measure)?),
        rule: armed.rule.clone(),
        limit: measure.requests,
    })
}

fn shown(window: &Window, measure: &Measure, now: Timestamp) -> Shown {
    Shown {
        limit: measure.requests,
        remaining: window.remaining(measure),
        reset: window.reset(measure, now),
        now,
    }
}
