//! Where snapshots are kept, for each world as long as it lives.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::problem::Problem;
use super::world::World;
use crate::host::WorldName;
use crate::mock::MockIdp;
use crate::snapshot::Snapshot;

/// How many snapshots a world may have.
const MOST: usize = 32;

/// The shelves of all worlds.
#[derive(Debug, Default)]
pub(super) struct Shelves(Mutex<BTreeMap<WorldName, (Weak<MockIdp>, Shelf)>>);

/// The snapshots of one world.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    kept: BTreeMap<u64, Snapshot>,
    taken: u64,
}

impl Shelves {
    /// Does something with the shelf of a world. Those of worlds that are gone go with them.
    pub(super) fn of<T>(&self, world: &World, act: impl FnOnce(&mut Shelf) -> T) -> T {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.retain(|_, (idp, _)| idp.strong_count() > 0);
        let (idp, shelf) = shelves.entry(world.name.clone()).or_default();
        if !std::ptr::eq(idp.as_ptr(), Arc::as_ptr(&world.idp)) {
            // Another world of the same name.
            *idp = Arc::downgrade(&world.idp);
            *shelf = Shelf::default();
        }
        act(shelf)
    }
}

impl Shelf {
    /// The ids of the snapshots, oldest first.
    pub(super) fn ids(&mut self) -> Vec<String> {
        self.kept.keys().copied().map(id).collect()
    }

    /// Keeps a snapshot and says its id.
    pub(super) fn keep(&mut self, take: impl FnOnce() -> Snapshot) -> Result<String, Problem> {
        if self.kept.len() >= MOST {
            return Err(Problem::conflict(format!(
                "the world has {MOST} snapshots, the most that are kept; delete one first"
            )));
        }
        self.taken += 1;
        self.kept.insert(self.taken, take());
        Ok(id(self.taken))
    }

    /// The snapshot of this id.
    pub(super) fn get(&self, wanted: &str) -> Result<Snapshot, Problem> {
        let number = self.number(wanted)?;
        self.kept
            .get(&number)
            .cloned()
            .ok_or_else(|| unknown(wanted))
    }

    /// Forgets the snapshot of this id.
    pub(super) fn forget(&mut self, wanted: &str) -> Result<(), Problem> {
        let number = self.number(wanted)?;
        self.kept.remove(&number);
        Ok(())
    }

    fn number(&self, wanted: &str) -> Result<u64, Problem> {
        let mut numbers = self.kept.keys().copied();
        numbers
            .find(|number| id(*number) == wanted)
            .ok_or_else(|| unknown(wanted))
    }
}

fn id(number: u64) -> String {
    format!("snapshot-{number}")
}

fn unknown(wanted: &str) -> Problem {
    Problem::not_found(format!(
        "the world has no snapshot `{}`; GET …/snapshots lists those it has",
        wanted.chars().take(64).collect::<String>()
    ))
}
