//! A scenario file to begin with.

use std::fmt;

use mock_idp::Provider;

use crate::diagnostic::Source;
use crate::plan::load;
use crate::schema::Kind;

/// The file, with gaps for what differs.
const TEMPLATE: &str = include_str!("../templates/starter.yaml");

/// Folders and files beside scenarios that are none, so that a scenario must not be called like them.
const TAKEN_FOLDERS: [&str; 3] = ["schema", "sets", "target"];
const TAKEN_FILE: &str = "requirements";

/// A commented scenario that plays and passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    text: String,
}

impl Starter {
    /// A starter with this name for these vendors; for both if none is named.
    ///
    /// # Errors
    /// The name is not one that a scenario can have.
    pub fn new(name: &str, providers: &[Provider]) -> Result<Self, NotAName> {
        if let Some(taken) = taken(name) {
            return Err(NotAName::Taken(taken.to_owned()));
        }
        let providers: Vec<&str> = Provider::ALL
            .iter()
            .filter(|provider| providers.is_empty() || providers.contains(provider))
            .map(|provider| provider.name())
            .collect();
        let up = "../".repeat(name.matches('/').count());
        let text = TEMPLATE
            .replace(
                "{schema}",
                &format!("{up}schema/{}", Kind::Scenario.file_name()),
            )
            .replace("{name}", name)
            .replace("{providers}", &providers.join(", "));
        // Everything but the name is ours, and known to be sound.
        match load(&Source::new(name, text.as_str()), Some(name)) {
            Ok(file) if file.head.scenario == name => Ok(Self { text }),
            _ => Err(NotAName::Malformed(name.to_owned())),
        }
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn taken(name: &str) -> Option<&str> {
    let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
    let folder = folders
        .split('/')
        .find(|folder| TAKEN_FOLDERS.contains(folder));
    folder.or((file == TAKEN_FILE).then_some(file))
}

/// Why a scenario cannot be called like this.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAName {
    /// It has another form.
    Malformed(String),
    /// Something else beside the scenarios is called like this.
    Taken(String),
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(name) => write!(
                f,
                "`{name}` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name"
            ),
            Self::Taken(part) => write!(
                f,
                "`{part}` is no part of a scenario's name: beside scenarios it holds something else; choose another"
            ),
        }
    }
}

impl std::error::Error for NotAName {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> String {
        Starter::new(name, &[]).unwrap_err().to_string()
    }

    #[test]
    fn names_that_no_scenario_has() {
        let names = [
            "",
            "Mine/First",
            "mine/",
            "/mine",
            "../mine",
            "a b",
            "mine\nschema: 2",
            "{name}",
            "$x",
            "schema/a",
            "a/sets/b",
            "a/requirements",
        ];
        let all: Vec<String> = names.iter().map(|name| refused(name)).collect();
        insta::assert_snapshot!(all.join("\n"), @"
        `` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `Mine/First` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `mine/` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `/mine` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `../mine` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `a b` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `mine
        schema: 2` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `{name}` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `$x` is no name for a scenario; use lower-case letters, digits and `-`, with `/` between area and name
        `schema` is no part of a scenario's name: beside scenarios it holds something else; choose another
        `sets` is no part of a scenario's name: beside scenarios it holds something else; choose another
        `requirements` is no part of a scenario's name: beside scenarios it holds something else; choose another
        ");
    }

    #[test]
    fn vendors_stand_in_their_usual_order_and_once() {
        let line = |providers: &[Provider]| {
            let starter = Starter::new("mine/first", providers).unwrap();
            let line = starter
                .text()
                .lines()
                .find(|line| line.starts_with("providers"));
            line.unwrap().to_owned()
        };
        use Provider::{Entra, Okta};
        assert_eq!(line(&[]), "providers: [entra, okta]");
        assert_eq!(line(&[Okta]), "providers: [okta]");
        assert_eq!(line(&[Okta, Entra, Okta]), "providers: [entra, okta]");
    }

    #[test]
    fn the_schema_is_found_from_any_depth() {
        let first = |name: &str| {
            let starter = Starter::new(name, &[]).unwrap();
            starter.text().lines().next().unwrap().to_owned()
        };
        insta::assert_snapshot!([first("one"), first("a/one"), first("a/b/one")].join("\n"), @"
        # yaml-language-server: $schema=schema/scenario.schema.json
        # yaml-language-server: $schema=../schema/scenario.schema.json
        # yaml-language-server: $schema=../../schema/scenario.schema.json
        ");
    }
}
