//! The profile of a client, as a file says it: `{ schema: 1, margin_s: 300, throttle: waits, classes: { … } }`.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::protocol::{Profile, Throttle};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::library;
use crate::trace::Class;
use crate::yaml::{self, Node};

/// A client's habits, in place of what its driver says of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileFile {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// How many seconds before its expiry a token is no longer used.
    #[serde(default)]
    pub margin_s: Option<u32>,
    /// What a call does when the server says to wait.
    #[serde(default)]
    pub throttle: Option<Throttle>,
    /// Which native errors are which class; `*` is any text. These come before those of the driver.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, crate::schema::FailureClass>")]
    pub classes: BTreeMap<String, Class>,
}

impl ProfileFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        Self::parse(&library::read(path)?)
    }

    fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let root = yaml::parse(&source.text).map_err(|e| Diagnostic::syntax(source, e))?;
        let file: Self = yaml::from_node(&root).map_err(|e| Diagnostic::mismatch(source, e))?;
        if file.schema != 1 {
            let place = root.get("schema").unwrap_or(&root);
            let wrong = Diagnostic::in_node(source, place, "a profile begins with its schema");
            return Err(wrong.help("begin the file with `schema: 1`").into());
        }
        let mut found = Diagnostics::new();
        let classes = root.get("classes").map(Node::entries).unwrap_or_default();
        for (native, class) in classes {
            if class.text() == Some(Class::Ok.name()) {
                let wrong = format!("`{}` is an error, and `ok` is none", native.name);
                found.push(
                    Diagnostic::in_node(source, class, wrong)
                        .help("choose the class of the failure, or `other` if none fits"),
                );
            }
        }
        found.or(file)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let refused = ProfileFile::parse(&Source::new("acme.profile.yaml", text));
        refused.expect_err("refused").render(false, 100)
    }

    #[test]
    fn a_file_says_it_in_the_place_of_the_driver() {
        let text = "schema: 1\nmargin_s: 60\nclasses: { Gone: reauth_required }\n";
        let file = ProfileFile::parse(&Source::new("acme.profile.yaml", text)).expect("a profile");
        let said = Profile {
            margin_s: Some(300),
            throttle: Some(Throttle::Waits),
            classes: BTreeMap::from([
                ("Gone".to_owned(), Class::Other),
                ("Busy".to_owned(), Class::Throttled),
            ]),
        };
        let over = file.over(&said);
        assert_eq!(over.margin_s, Some(60));
        assert_eq!(
            over.throttle,
            Some(Throttle::Waits),
            "nothing is said of it"
        );
        assert_eq!(over.classes["Gone"], Class::ReauthRequired);
        assert_eq!(over.classes["Busy"], Class::Throttled);
    }

    #[test]
    fn a_mistake_is_shown_where_it_stands() {
        insta::assert_snapshot!(refusal("schema: 2\n"), @"
        error: a profile begins with its schema
         --> acme.profile.yaml:1:9
          |
        1 | schema: 2
          |         ^
          |
          = help: begin the file with `schema: 1`
        ");
        insta::assert_snapshot!(refusal("schema: 1\nmargin: 60\n"), @"
        error: unknown key `margin`
         --> acme.profile.yaml:2:1
          |
        2 | margin: 60
          | ^^^^^^ did you mean `margin_s`?
          |
          = note: the keys here are `schema`, `margin_s`, `throttle` and `classes`
        ");
        insta::assert_snapshot!(refusal("schema: 1\nclasses: { Gone: away }\n"), @"
        error: unknown name `away`
         --> acme.profile.yaml:2:18
          |
        2 | classes: { Gone: away }
          |                  ^^^^
          |
          = note: the names here are `ok`, `reauth_required`, `interaction_required`, `misconfigured`, `throttled`, `transient`, `unauthorized`, `forbidden`, `insufficient_scope`, `protocol`, `timeout`, `cancelled` and `other`
        ");
    }

    #[test]
    fn no_error_is_a_success() {
        insta::assert_snapshot!(refusal("schema: 1\nclasses:\n  Gone: other\n  Fine*: ok\n  Busy: \"ok\"\n"), @r#"
        error: `Fine*` is an error, and `ok` is none
         --> acme.profile.yaml:4:10
          |
        4 |   Fine*: ok
          |          ^^
          |
          = help: choose the class of the failure, or `other` if none fits

        error: `Busy` is an error, and `ok` is none
         --> acme.profile.yaml:5:9
          |
        5 |   Busy: "ok"
          |         ^^^^
          |
          = help: choose the class of the failure, or `other` if none fits
        "#);
    }
}
