//! Adapters: drivers for named libraries that come with the program.
//!
//! A driver's text is handed to its interpreter as an argument, so that an installed program needs no files, and that the library is
//! looked for where the command is given.

/// A driver for a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, for `--adapter`.
    pub name: &'static str,
    /// The library and where it is known to work.
    pub about: &'static str,
    interpreter: &'static [&'static str],
    text: &'static str,
}

/// All there are.
pub const ADAPTERS: [Adapter; 3] = [
    Adapter {
        name: "msal-node",
        about: "MSAL Node 7, for Entra",
        interpreter: &["node", "--input-type=module", "--eval"],
        text: include_str!("../adapters/msal-node/driver.mjs"),
    },
    Adapter {
        name: "msal-python",
        about: "MSAL Python 1, for Entra",
        interpreter: &["python3", "-c"],
        text: include_str!("../adapters/msal-python/driver.py"),
    },
    Adapter {
        name: "okta-python",
        about: "the Okta SDK for Python 3, for Okta",
        interpreter: &["python3", "-c"],
        text: include_str!("../adapters/okta-python/driver.py"),
    },
];

impl Adapter {
    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ADAPTERS.into_iter().find(|adapter| adapter.name == name)
    }

    /// The command that runs it, with the interpreter that is first in the search path.
    #[must_use]
    pub fn command(self) -> Vec<String> {
        let interpreter = self.interpreter.iter().copied();
        interpreter.chain([self.text]).map(str::to_owned).collect()
    }
}
