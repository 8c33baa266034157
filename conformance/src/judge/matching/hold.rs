//! `while`: what happens while a hold keeps an answer back.

use jiff::Timestamp;

use crate::judge::missing::Missing;
use crate::judge::view::{Placed, View};
use crate::trace::{Mark, MarkKind};

/// The time from the first parking on a hold to the release that leaves nothing parked.
pub(super) struct Hold<'a> {
    name: String,
    pub(super) from: Timestamp,
    first: Placed<'a>,
    pub(super) until: Option<&'a Mark>,
}

impl<'a> Hold<'a> {
    pub(super) fn find(view: &View<'a>, name: &str) -> Result<Self, Missing> {
        let (from, first) = view
            .exchanges()
            .filter_map(|sent| {
                let held = sent.exchange.entry.held.as_ref()?;
                (held.name == name).then_some((held.from, sent))
            })
            .min_by_key(|(from, sent)| (*from, sent.index))
            .ok_or_else(|| {
                Missing::in_the_run(format!("hold `{name}` never kept an answer back"))
            })?;
        let until = view.trace.marks.iter().find(|mark| {
            mark.at >= from
                && matches!(&mark.what, MarkKind::Released(freed) if freed == name)
                && lets_all_go(view, name, mark)
        });
        Ok(Self {
            name: name.to_owned(),
            from,
            first,
            until,
        })
    }

    pub(super) fn admits(&self, view: &View<'_>, sent: Placed<'_>) -> bool {
        let entry = &sent.exchange.entry;
        // What was parked on it counts, though it arrived a little before it was parked.
        let parked = entry.held.as_ref().filter(|held| held.name == self.name);
        let begun = (entry.at, sent.index) >= (self.from, self.first.index)
            || parked.is_some()
            // Of calls made all at once, any may have been parked first.
            || view.are_unordered(sent, self.first);
        let over = self.until.is_some_and(|release| {
            let freed = parked.is_some_and(|held| held.until == Some(release.at));
            let later = match release.last_exchange {
                Some(last) if entry.at == release.at => entry.number > last,
                _ => entry.at > release.at,
            };
            later && !freed
        });
        begun && !over
    }
}

/// Whether nothing that was parked stays behind; a release in a given order may name only some.
fn lets_all_go(view: &View<'_>, name: &str, release: &Mark) -> bool {
    view.exchanges()
        .filter(|sent| match release.last_exchange {
            Some(last) => sent.exchange.entry.number <= last,
            None => sent.exchange.entry.at <= release.at,
        })
        .filter_map(|sent| sent.exchange.entry.held.as_ref())
        .filter(|held| held.name == name && held.from <= release.at)
        .all(|held| held.until.is_some_and(|until| until <= release.at))
}
