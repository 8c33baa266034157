//! Adapters: drivers for named libraries that come with the program.
//!
//! A driver's text is handed to its interpreter as an argument, so that an installed program needs no files, and that the library is
//! looked for where the command is given.

use crate::diagnostic::Source;

/// A driver for a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, for `--adapter`.
    pub name: &'static str,
    /// The library and where it is known to work.
    pub about: &'static str,
    interpreter: &'static [&'static str],
    text: &'static str,
    list: &'static str,
}

/// All there are.
pub const ADAPTERS: [Adapter; 3] = [
    Adapter {
        name: "msal-node",
        about: "MSAL Node 7, for Entra",
        interpreter: &["node", "--input-type=module", "--eval"],
        text: include_str!("../adapters/msal-node/driver.mjs"),
        list: include_str!("../adapters/msal-node/msal-node.expect.yaml"),
    },
    Adapter {
        name: "msal-python",
        about: "MSAL Python 1, for Entra",
        interpreter: &["python3", "-c"],
        text: include_str!("../adapters/msal-python/driver.py"),
        list: include_str!("../adapters/msal-python/msal-python.expect.yaml"),
    },
    Adapter {
        name: "okta-python",
        about: "the Okta SDK for Python 3, for Okta",
        interpreter: &["python3", "-c"],
        text: include_str!("../adapters/okta-python/driver.py"),
        list: include_str!("../adapters/okta-python/okta-python.expect.yaml"),
    },
];

impl Adapter {
    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ADAPTERS.into_iter().find(|adapter| adapter.name == name)
    }

    /// The list of what its library is known not to do.
    #[must_use]
    pub fn list(self) -> Source {
        Source::new(format!("{}.expect.yaml", self.name), self.list)
    }

    /// The command that runs it, with the interpreter that is first in the search path.
    #[must_use]
    pub fn command(self) -> Vec<String> {
        let interpreter = self.interpreter.iter().copied();
        interpreter.chain([self.text]).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectations::{Expectations, Names};
    use crate::library::Library;
    use crate::registry::Registry;

    #[test]
    fn every_list_has_reasons_and_means_checks_there_are() {
        let registry = Registry::embedded().expect("a registry");
        let cases = Library::embedded().plan(&registry).expect("cases");
        let names = Names::of(&cases);
        for adapter in ADAPTERS {
            let list = Expectations::parse(&adapter.list());
            let list = list.and_then(Expectations::reasoned).expect("a list");
            assert_eq!(list.providers().len(), 1, "{}", adapter.name);
            let today = "2026-11-21".parse().expect("a day");
            let bound = list.bind(&names, &Names::default(), today).expect("names");
            assert_eq!(bound.unmatched(), [], "{}", adapter.name);
            assert!(bound.size().0 > 0, "{}", adapter.name);
        }
    }
}
