//! Why a predicate has nothing to speak of in a run.

use crate::verdict::Finding;

/// What a run lacks that a predicate needs.
#[derive(Debug)]
pub(super) struct Missing {
    what: String,
    needs_driver: bool,
}

impl Missing {
    /// It did not happen in this run, or the run does not tell.
    pub(super) fn in_the_run(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            needs_driver: false,
        }
    }

    /// The road can never tell, since nobody drives the client.
    pub(super) fn driver(why: &str) -> Self {
        Self {
            what: format!("needs a driver: {why} in passive mode"),
            needs_driver: true,
        }
    }

    /// The finding of a check that needed it.
    pub(super) fn finding(self, expected: String) -> Finding {
        if self.needs_driver {
            Finding::not_applicable(expected, self.what)
        } else {
            Finding::inconclusive(expected, self.what)
        }
    }
}
