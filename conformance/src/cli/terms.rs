//! On which terms a verdict counts: a frozen set, and a list of what is expected not to pass.

use std::path::Path;

use mock_idp::clock::{Clock as _, SystemClock};

use super::Refusal;
use super::select::Chosen;
use crate::adapter::Adapter;
use crate::expectations::{Bound, Day, Expectations, Names, Standing};
use crate::frozen::FrozenSet;
use crate::gate::Gate;
use crate::judgement::Judgement;
use crate::library::Library;
use crate::registry::Registry;
use crate::report::{Report, plain};
use crate::verdict::Verdict;

/// What was agreed on beforehand.
#[derive(Debug, Default)]
pub(super) struct Terms {
    set: Option<FrozenSet>,
    list: Option<Bound>,
    /// The adapter whose own that list is.
    adapter: Option<Adapter>,
    is_whole: bool,
}

impl Terms {
    /// The set that was chosen, and the list in a file; without one the list of an adapter, if there is one.
    pub(super) fn new(
        chosen: &Chosen,
        list: Option<&Path>,
        adapter: Option<Adapter>,
    ) -> Result<Self, Refusal> {
        let mut terms = Self {
            set: chosen.set.clone(),
            adapter: adapter.filter(|_| list.is_none()),
            ..Self::default()
        };
        let list = match (list, adapter) {
            (Some(path), _) => Some(Expectations::read(path)?),
            (None, Some(adapter)) => Some(Expectations::parse(&adapter.list())?),
            (None, None) => None,
        };
        if let Some(list) = list {
            let list = list.reasoned()?;
            terms.is_whole = chosen.is_whole(list.providers());
            terms.list = Some(bind(list, chosen)?);
        }
        Ok(terms)
    }

    /// The set that is judged by.
    pub(super) fn set(&self) -> Option<&FrozenSet> {
        self.set.as_ref()
    }

    /// Whether a judgement is part of the set; all are without one.
    pub(super) fn counts(&self, judgement: &Judgement) -> bool {
        let set = self.set.as_ref();
        set.is_none_or(|set| set.scores(&judgement.check))
    }

    /// Whether a judgement is enough to close the gate.
    pub(super) fn closes(&self, judgement: &Judgement, gate: Gate) -> bool {
        let finding = &judgement.finding;
        let standing = self.list.as_ref().and_then(|list| {
            let observed = plain(&finding.observed);
            list.standing(&judgement.check, finding.verdict, finding.fault, &observed)
        });
        self.counts(judgement)
            && match standing {
                Some(Standing::Met) if finding.verdict != Verdict::Pass => false,
                Some(standing) if standing.is_wrong() => true,
                _ => gate.closed_by(judgement),
            }
    }

    /// Has a report judged on these terms.
    pub(super) fn apply(&self, report: &mut Report) {
        if let Some(set) = &self.set {
            report.score_by(set);
        }
        if let Some(list) = &self.list {
            report.expect(list, self.is_whole);
        }
        if let Some(adapter) = self.adapter {
            report.expect_as(adapter.name);
        }
    }
}

/// Finds what each entry names: among all that the chosen library has, and where that is not ours, in ours too.
pub(super) fn bind(list: Expectations, chosen: &Chosen) -> Result<Bound, Refusal> {
    let others = match chosen.is_embedded {
        true => Names::default(),
        false => embedded_names()?,
    };
    Ok(list.bind(&chosen.names, &others, today())?)
}

/// The names of all checks of the library that comes with the program.
pub(super) fn embedded_names() -> Result<Names, Refusal> {
    let cases = Library::embedded().plan(&Registry::embedded()?)?;
    Ok(Names::of(&cases))
}

/// The day it is, by the machine's clock.
pub(super) fn today() -> Day {
    Day::of(SystemClock.now())
}
