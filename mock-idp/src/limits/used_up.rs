//! [`UsedUp`]: which limit it is that refuses a request.

use std::fmt;

/// What is used up, as its place in the list of the rules in force: `limits[0].requests`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsedUp {
    pub(super) rule: usize,
    pub(super) part: Part,
}

/// The part of a rule that leaves no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Its window is full.
    Requests,
    /// So many are in progress.
    Concurrent,
    /// Everything is refused for a while.
    Block,
}

impl fmt::Display for UsedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Requests => "requests",
            Part::Concurrent => "concurrent",
            Part::Block => "block",
        };
        write!(f, "limits[{}].{part}", self.rule)
    }
}
