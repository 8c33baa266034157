//! The profile of a client, as a file says it: `{ schema: 1, margin_s: 300, throttle: waits, classes: { … } }`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::protocol::{Profile, Throttle};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::trace::Class;
use crate::yaml;

/// A client's habits, in place of what its driver says of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileFile {
    /// The version of this form: 1.
    #[schemars(range(min = 1, max = 1))]
    pub schema: u32,
    /// How many seconds before its expiry a token is no longer used.
    #[serde(default)]
    pub margin_s: Option<u32>,
    /// What a call does when the server says to wait.
    #[serde(default)]
    pub throttle: Option<Throttle>,
    /// Which native errors are which class; `*` is any text. These come before those of the driver.
    #[serde(default)]
    pub classes: BTreeMap<String, Class>,
}

impl ProfileFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        let name = path.to_string_lossy();
        let text = fs::read_to_string(path)
            .map_err(|error| Diagnostic::new(format!("{name} cannot be read: {error}")))?;
        Self::parse(&Source::new(&*name, text))
    }

    fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let root = yaml::parse(&source.text).map_err(|e| Diagnostic::syntax(source, e))?;
        let file: Self = yaml::from_node(&root).map_err(|e| Diagnostic::mismatch(source, e))?;
        if file.schema != 1 {
            let place = root.get("schema").unwrap_or(&root);
            let wrong = Diagnostic::in_node(source, place, "a profile begins with its schema");
            return Err(wrong.help("begin the file with `schema: 1`").into());
        }
        Ok(file)
    }

    /// A profile with what this file says in the place of what it said.
    #[must_use]
    pub fn over(self, said: &Profile) -> Profile {
        let mut classes = said.classes.clone();
        classes.extend(self.classes);
        Profile {
            margin_s: self.margin_s.or(said.margin_s),
            throttle: self.throttle.or(said.throttle),
            classes,
        }
    }
}
