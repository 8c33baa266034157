//! How much the terminal shows.

/// How much of a report the terminal shows; files are always whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// The summary only.
    Quiet,
    /// A line for each case that passed, a block for each check that did not.
    #[default]
    Normal,
    /// Each passed check with its requirement too.
    Verbose,
}
