//! One window: what counts in it, and when there is room again.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use super::rule::Window as Kind;

/// How a window counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) kind: Kind,
    pub(super) requests: u32,
    pub(super) per: Duration,
    pub(super) block: Option<Duration>,
    /// How many times `requests` are admitted.
    pub(super) burst: u32,
}

impl Measure {
    /// How many requests are admitted.
    fn most(&self) -> u32 {
        self.requests.saturating_mul(self.burst)
    }
}

/// What the requests of a window have come to, each told of once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crossing {
    /// So much of it is used that its owner is warned.
    Warning,
    /// More than there is, which a burst lets pass.
    Burst,
    /// More than is let pass.
    Violation,
}

/// The requests that count. Every window begins as one in which none does.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// When a fixed or aligned window began; none for one that has not begun, and for a sliding one.
    opened_at: Option<Timestamp>,
    /// How many requests count.
    used: u32,
    /// When those of a sliding window came, and how many each time; the oldest first.
    marks: VecDeque<(Timestamp, u32)>,
    /// From when until when everything is refused.
    blocked: Option<(Timestamp, Timestamp)>,
    /// How many requests it admits, where that differs from principal to principal.
    own: Option<u32>,
    /// What has been told of it.
    told: [bool; 3],
}

/// How many instants a sliding window remembers. Past that, what came close together counts as of the last of it: the window then
/// admits a little later than it might, and never more than it should.
const MARKS: usize = 256;
/// What is close: such a part of the window. Twice as many instants are remembered, so that not every new one needs thinning.
const GRAINS: u128 = MARKS as u128 / 2;

impl Window {
    /// Forgets what no longer counts at `now`. The other methods want this done first.
    ///
    /// What lies in the future was counted before the clock was set back. A window that begins there begins anew, or it would
    /// last until the clock is there again.
    pub(super) fn roll(&mut self, measure: &Measure, now: Timestamp) {
        if let Some((since, until)) = self.blocked {
            if since <= now && now < until {
                return;
            }
            *self = Self::default();
        }
        match measure.kind {
            Kind::Fixed => {
                let is_open = |opened_at| opened_at <= now && now < later(opened_at, measure.per);
                if !self.opened_at.is_some_and(is_open) {
                    *self = Self::default();
                }
            }
            Kind::Aligned => {
                if self.opened_at != Some(start_of(now, measure.per)) {
                    *self = Self::default();
                }
            }
            Kind::Sliding => {
                while let Some(&(at, count)) = self.marks.front()
                    && later(at, measure.per) <= now
                {
                    self.used -= count;
                    self.marks.pop_front();
                }
                if self.marks.front().is_some_and(|(at, _)| *at > now) {
                    *self = Self::default();
                }
            }
        }
    }

    /// Whether there is room for one more.
    pub(super) fn admits(&self, measure: &Measure) -> bool {
        self.blocked.is_none() && self.used < measure.most()
    }

    /// Counts a request.
    pub(super) fn count(&mut self, measure: &Measure, now: Timestamp) {
        self.open(measure, now);
        self.own = Some(measure.requests);
        if measure.kind == Kind::Sliding {
            if self.used == u32::MAX {
                return;
            }
            // Never before the last one, or the oldest would not come first.
            let at = self.marks.back().map_or(now, |(last, _)| now.max(*last));
            match self.marks.back_mut() {
                Some((last, count)) if *last == at => *count += 1,
                _ => self.marks.push_back((at, 1)),
            }
            if self.marks.len() > MARKS {
                self.thin_out(measure.per);
            }
        }
        self.used = self.used.saturating_add(1);
    }

    /// Takes note that a request found no room here. Where the rule blocks, that begins the block; while it lasts, only a request
    /// that `counts` begins it anew.
    pub(super) fn overrun(&mut self, measure: &Measure, now: Timestamp, counts: bool) {
        self.open(measure, now);
        if let Some(block) = measure.block
            && (self.blocked.is_none() || counts)
        {
            self.blocked = Some((now, later(now, block)));
        }
    }

    /// What the last request has brought it to, if that has not been told. `warns_at` is in percent.
    pub(super) fn crossing(&mut self, measure: &Measure, warns_at: u32) -> Option<Crossing> {
        let warned = u64::from(measure.requests) * u64::from(warns_at);
        let crossing = if self.used > measure.requests {
            Crossing::Burst
        } else if u64::from(self.used) * 100 >= warned {
            Crossing::Warning
        } else {
            return None;
        };
        self.tell(crossing)
    }

    /// The crossing, unless it has been told.
    pub(super) fn tell(&mut self, crossing: Crossing) -> Option<Crossing> {
        let told = &mut self.told[crossing as usize];
        (!std::mem::replace(told, true)).then_some(crossing)
    }

    /// The measure it goes by.
    pub(super) fn own(&self, measure: &Measure) -> Measure {
        Measure {
            requests: self.own.unwrap_or(measure.requests),
            ..*measure
        }
    }

    /// How many requests count.
    pub(super) fn used(&self) -> u32 {
        self.used
    }

    /// How many more it admits.
    pub(super) fn remaining(&self, measure: &Measure) -> u32 {
        match self.blocked {
            Some(_) => 0,
            None => measure.requests.saturating_sub(self.used),
        }
    }

    /// When it ends; for a sliding one, when there is room for one more than now, and for a full one, room at all. Where nothing
    /// counts yet, as if it began now.
    pub(super) fn reset(&self, measure: &Measure, now: Timestamp) -> Timestamp {
        if let Some((_, until)) = self.blocked {
            return until;
        }
        match measure.kind {
            Kind::Fixed => later(self.opened_at.unwrap_or(now), measure.per),
            Kind::Aligned => later(start_of(now, measure.per), measure.per),
            Kind::Sliding => {
                // How many have to leave before one more comes in.
                let surplus = self.used.saturating_sub(measure.most().saturating_sub(1));
                let mut leaving = 0_u32;
                let leaves = self.marks.iter().find(|(_, count)| {
                    leaving = leaving.saturating_add(*count);
                    leaving >= surplus.max(1)
                });
                later(leaves.map_or(now, |(at, _)| *at), measure.per)
            }
        }
    }

    /// Whether there is anything to remember.
    pub(super) fn counts(&self) -> bool {
        self.opened_at.is_some() || self.used > 0 || self.blocked.is_some()
    }

    /// Whether it refuses everything for a while.
    pub(super) fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }

    /// When it began to count.
    pub(super) fn began(&self) -> Timestamp {
        let first = self.marks.front().map(|(at, _)| *at);
        self.opened_at.or(first).unwrap_or(Timestamp::MIN)
    }

    fn open(&mut self, measure: &Measure, now: Timestamp) {
        match measure.kind {
            Kind::Fixed => {
                self.opened_at.get_or_insert(now);
            }
            Kind::Aligned => self.opened_at = Some(start_of(now, measure.per)),
            Kind::Sliding => {}
        }
    }

    /// Counts as one what came within a 128th of the window, as of the last of it.
    fn thin_out(&mut self, per: Duration) {
        let grain = i128::try_from(per.as_nanos() / GRAINS).unwrap_or(i128::MAX);
        let cell = |at: Timestamp| at.as_nanosecond().div_euclid(grain.max(1));
        let mut thinned: VecDeque<(Timestamp, u32)> = VecDeque::with_capacity(MARKS + 1);
        for (at, count) in self.marks.drain(..) {
            match thinned.back_mut() {
                Some((last, known)) if cell(*last) == cell(at) => {
                    *last = at;
                    *known = known.saturating_add(count);
                }
                _ => thinned.push_back((at, count)),
            }
        }
        self.marks = thinned;
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The last whole multiple of `per` since 1970.
fn start_of(now: Timestamp, per: Duration) -> Timestamp {
    let nanoseconds = now.as_nanosecond();
    let per = i128::try_from(per.as_nanos()).unwrap_or(i128::MAX).max(1);
    let start = nanoseconds - nanoseconds.rem_euclid(per);
    Timestamp::from_nanosecond(start).unwrap_or(Timestamp::MIN)
}
