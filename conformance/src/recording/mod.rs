//! Recordings: what is kept of a case that did not pass, so that it can be looked at and judged again without any client.
//!
//! A recording is a folder, a *bundle*, that stands by itself: the scenario as it was, the requirements its checks test, and the
//! whole group of runs that a check speaks of. [`Shelf`] is the folder that bundles stand in, [`Recording`] a bundle about to be
//! written, [`Recorded`] one that was read, and [`Replayer`] judges it. `docs/recordings.md` describes the files.
//!
//! The same seed gives the same bytes on the local road: no real time, port or path of a machine is kept. Traces are free of
//! secrets when they come here; what a command said is masked by the mock that knows its secrets.

mod attachment;
mod bundle;
mod conversations;
mod folder_name;
mod origin;
mod recorded;
mod replay;
mod shelf;
mod sound;
mod take;
mod unreadable;

pub use attachment::{Attachment, NotAnAttachment};
pub use bundle::{Bundle, KIND, RecordedRun, RecordedVerdict, SCHEMA, ScenarioCopy};
pub use conversations::conversations;
pub use folder_name::folder_name;
pub use origin::{Origin, Origins};
pub use recorded::Recorded;
pub use replay::{Replayed, Replayer, Unreplayable};
pub use shelf::{Shelf, Trouble};
pub use take::{Recording, Session, Take, TooLarge};
pub use unreadable::{Flaw, Unreadable};

/// What stands in the folder of a recording, beside attachments.
const BUNDLE: &str = "bundle.json";
const SCENARIO: &str = "scenario.yaml";
const WIRE: &str = "wire";

/// The most that is written and read of each. A run on the local road takes some hundred kilobytes; one on the passive road with
/// as many requests as are kept, some hundred megabytes.
const MAX_BUNDLE: u64 = 64 << 20;
const MAX_WIRE: u64 = 256 << 20;
/// The most runs of a case; a scenario file may describe no more.
const MAX_RUNS: usize = 1_000;

/// The file with the exchanges of a run, by its place among the runs.
fn wire_file(index: usize) -> String {
    format!("{WIRE}/{}.jsonl", index + 1)
}
