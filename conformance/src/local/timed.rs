//! A play in real time: time is let pass so that a token that is to be too old is, and a machine that is too slow is noticed.

use std::time::Duration;

use jiff::Timestamp;
use mock_idp::ledger::TokenKind;

use super::play::Stage;
use super::timeline::later;
use crate::judge::span::span;
use crate::pace::PAUSE;
use crate::trace::Timed;

impl Stage<'_> {
    /// Lets time pass between two calls of a step that is repeated, the `round`th of which has been made since it `began`.
    pub(super) async fn pass_between(&mut self, every: Duration, began: Timestamp, round: u32) {
        let pacing = self.timeline.pacing.as_ref();
        match pacing.filter(|pacing| pacing.pace.is_fine(every)) {
            Some(_) => {
                let next = later(began, every.saturating_mul(round));
                self.timeline.pass_until(next, every).await;
            }
            None => self.pass(every).await,
        }
    }

    /// Lets time pass at one stroke.
    pub(super) async fn pass(&mut self, by: Duration) {
        self.timeline.advance(by).await;
        let longer = self.too_young();
        if let Some(longer) = longer {
            self.timeline.linger(longer).await;
        }
    }

    /// How much longer to wait until tokens are too old that are to be.
    fn too_young(&self) -> Option<Duration> {
        let pacing = self.timeline.pacing.as_ref()?;
        let pace = pacing.pace;
        let (life, used_until) = (pace.life(), pace.used_until()?);
        let enough = used_until.saturating_add(pace.stretched(PAUSE));
        let now = self.timeline.now();
        let left = self.issued_at().filter_map(|issued| {
            let age = Duration::try_from(now.duration_since(issued)).ok()?;
            let is_to_be = pacing.planned(issued, now) >= life;
            enough.checked_sub(age).filter(|_| is_to_be)
        });
        left.max().filter(|left| !left.is_zero())
    }

    /// Notes whether a token is now so much older than the scenario means it to be that a good client may take it for another.
    /// The last calls were made `every` so often, if they were.
    pub(super) fn keep_time(&mut self, every: Option<Duration>) {
        let Some(pacing) = self.timeline.pacing.as_ref() else {
            return;
        };
        let pace = pacing.pace;
        let (now, life) = (self.timeline.now(), pace.life());
        // Calls at any age are no other calls a little later.
        let is_fine = every.is_some_and(|every| pace.is_fine(every));
        let slipped = self.issued_at().find_map(|issued| {
            let planned = pacing.planned(issued, now);
            let delay = pacing.delay(issued, now);
            let is_old = planned.saturating_add(delay) >= life && !is_fine;
            (planned < life && (is_old || delay > life / 5)).then_some(delay)
        });
        if let Some(delay) = slipped {
            let real = pace.real(delay);
            self.late.get_or_insert_with(|| {
                format!(
                    "clients and the machine took {} of real time longer than a token of {} allows",
                    span(Duration::from_millis(
                        u64::try_from(real.as_millis()).unwrap_or(u64::MAX)
                    )),
                    span(pace.told_life().unwrap_or(life)),
                )
            });
        }
    }

    /// What a trace says of it.
    pub(super) fn timed(&self) -> Option<Timed> {
        let pacing = self.timeline.pacing.as_ref()?;
        Some(Timed {
            factor: pacing.pace.factor(),
            blurred: self.blurred.clone(),
            late: self.late.clone(),
        })
    }

    /// When each access token was issued, on the timeline.
    fn issued_at(&self) -> impl Iterator<Item = Timestamp> {
        let tokens = self.idp.tokens().into_iter();
        let access = tokens.filter(|facts| facts.label.kind == TokenKind::Access);
        let pacing = self.timeline.pacing.clone();
        access.filter_map(move |facts| Some(pacing.as_ref()?.instant(facts.issued_at)))
    }
}
