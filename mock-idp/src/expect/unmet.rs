//! An expectation that was not met: what was expected, what was seen, and what may help.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An expectation that was not met.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[non_exhaustive]
pub struct Unmet {
    /// Its name, if it was given one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is broken or undecided.
    pub verdict: Verdict,
    /// What was expected, in words.
    pub expected: String,
    /// What was seen, in words.
    pub observed: String,
    /// The requests that show it, one line each, at most eight: `#2 t+30 s POST /token …`.
    pub requests: Box<[String]>,
    /// What may help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// How an expectation is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What was seen contradicts it.
    Broken,
    /// What was seen does not decide it: too little has happened yet, or the journal no longer has it.
    Undecided,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            writeln!(f, "{name}")?;
        }
        writeln!(f, "  expected {}", self.expected)?;
        let observed = match self.verdict {
            Verdict::Broken => "observed",
            Verdict::Undecided => "not decided:",
        };
        write!(f, "  {observed} {}", self.observed)?;
        for line in &self.requests {
            write!(f, "\n    {line}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Every expectation of a world that was not met.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnmetExpectations(pub Vec<Unmet>);

impl fmt::Display for UnmetExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("1 expectation was not met:")?,
            n => write!(f, "{n} expectations were not met:")?,
        }
        for (index, unmet) in self.0.iter().enumerate() {
            let text = unmet.to_string();
            write!(f, "\n{}. {}", index + 1, text.trim_start())?;
        }
        Ok(())
    }
}

/// The same as for people: a test that fails by `unwrap` or `?` shows this.
impl fmt::Debug for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an expectation was not met:\n{self}")
    }
}

/// The same as for people: a test that fails by `unwrap` or `?` shows this.
impl fmt::Debug for UnmetExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
