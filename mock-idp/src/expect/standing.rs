//! The expectations of a world, verified at its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::expectation::Expectation;
use super::judge::verify;
use super::record::Record;
use super::unmet::{Unmet, UnmetExpectations, Verdict};
use crate::world::Rooms;

/// How many expectations are kept. What comes on top is not forgotten silently: it is unmet.
const MOST: usize = 1000;

/// The expectations of a world. Dropped, it verifies them and panics with those that are not met.
#[derive(Debug)]
pub(crate) struct Standing {
    rooms: Arc<Rooms>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    expectations: Vec<Expectation>,
    refused: usize,
}

impl Standing {
    pub(crate) fn of(rooms: Arc<Rooms>) -> Self {
        Self {
            rooms,
            kept: Mutex::default(),
        }
    }

    pub(crate) fn add(&self, expectation: Expectation) {
        let mut kept = self.kept();
        if kept.expectations.len() < MOST {
            kept.expectations.push(expectation);
        } else {
            kept.refused += 1;
        }
    }

    pub(crate) fn list(&self) -> Vec<Expectation> {
        self.kept().expectations.clone()
    }

    /// What the world has seen up to now.
    pub(crate) fn record(&self) -> Record {
        self.rooms.journal.record(self.rooms.clock.timeline())
    }

    /// Verifies every expectation.
    pub(crate) fn verify(&self) -> Result<(), UnmetExpectations> {
        let kept = self.kept();
        if kept.expectations.is_empty() {
            return Ok(());
        }
        let record = self.record();
        let verdicts = kept.expectations.iter().map(|e| verify(e, &record).err());
        let mut unmet: Vec<Unmet> = verdicts.flatten().collect();
        if kept.refused > 0 {
            unmet.push(Unmet {
                name: None,
                verdict: Verdict::Undecided,
                expected: format!("at most {MOST} expectations of one world"),
                observed: format!("{} more, which were not kept", kept.refused),
                requests: Box::default(),
                hint: None,
            });
        }
        match unmet.is_empty() {
            true => Ok(()),
            false => Err(UnmetExpectations(unmet)),
        }
    }

    /// Verifies every expectation for the last time: the drop has nothing to say then.
    pub(crate) fn settle(&self) -> Result<(), UnmetExpectations> {
        let verdict = self.verify();
        *self.kept() = Kept::default();
        verdict
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing under this lock panics.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Standing {
    #[expect(clippy::panic, reason = "a test with an unmet expectation fails")]
    #[expect(
        clippy::print_stderr,
        reason = "a second panic would abort the process"
    )]
    fn drop(&mut self) {
        match self.settle() {
            Ok(()) => {}
            Err(unmet) if std::thread::panicking() => eprintln!("{unmet}"),
            Err(unmet) => panic!("{unmet}"),
        }
    }
}
