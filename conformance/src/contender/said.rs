//! What a client outside of this process has said in its life, for recordings.

/// What was said, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The client, by its name in the scenario.
    pub client: String,
    /// What it and this process said to each other, line by line, `>` before what it was asked and `<` before what it answered.
    pub transcript: String,
    /// What its program wrote to standard error, the last of it.
    pub stderr: String,
}
