//! Where the recording of a case is, as this reader gets there.

/// Ways to a recording: they belong to one machine and are not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The folder, from where the command was started.
    pub place: String,
    /// The folder as a relative link from the HTML page; none where no page is written, or where there is no way but by the root.
    pub link: Option<String>,
}
