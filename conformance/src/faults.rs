//! A file of fault rules, for a run that is not to have the faults of the scenarios: `{ schema: 1, faults: [ … ] }`.
//!
//! The rules are those of a scenario's script. What needs somebody who plays along is refused.

use std::path::Path;

use mock_idp::fault::Rule;

use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean, listed};
use crate::library;
use crate::yaml::{self, Node, Value};

const KEYS: [&str; 2] = ["schema", "faults"];

/// Reads the rules of a file.
///
/// # Errors
/// Every mistake in it, or why it cannot be read.
pub fn read(path: &Path) -> Result<Vec<Rule>, Diagnostics> {
    parse(&library::read(path)?)
}

/// The rules that a file says.
///
/// # Errors
/// Every mistake in it.
pub fn parse(source: &Source) -> Result<Vec<Rule>, Diagnostics> {
    let root = yaml::parse(&source.text).map_err(|e| Diagnostic::syntax(source, e))?;
    let mut found = Diagnostics::new();
    if !matches!(root.value, Value::Map(_)) {
        return Err(Diagnostic::in_node(
            source,
            &root,
            format!("found {} where rules belong", root.value.describe()),
        )
        .help("write `schema: 1` and a list of rules under `faults`")
        .into());
    }
    head(source, &root, &mut found);
    let mut rules = Vec::new();
    match root.get("faults") {
        None => found.push(Diagnostic::in_node(
            source,
            &root,
            "the key `faults` is missing",
        )),
        Some(list) if !matches!(list.value, Value::List(_)) => found.push(Diagnostic::in_node(
            source,
            list,
            format!("found {} where a list belongs", list.value.describe()),
        )),
        Some(list) => rules.extend(
            list.items()
                .iter()
                .filter_map(|n| rule(source, n, &mut found)),
        ),
    }
    found.or(rules)
}

fn rule(source: &Source, node: &Node, found: &mut Diagnostics) -> Option<Rule> {
    let rule: Rule = match yaml::from_node(node) {
        Ok(rule) => rule,
        Err(mismatch) => {
            found.push(Diagnostic::mismatch(source, mismatch));
            return None;
        }
    };
    for complaint in rule.complaints() {
        found.push(complaint.in_file(source, node));
    }
    if let Some(hold) = node.get("hold") {
        found.push(
            Diagnostic::in_node(source, hold, "nobody is there to release an answer")
                .help("use `delay`"),
        );
    }
    Some(rule)
}

fn head(source: &Source, root: &Node, found: &mut Diagnostics) {
    for (key, _) in root.entries() {
        if !KEYS.contains(&key.name.as_str()) {
            found.push(
                Diagnostic::at(source, key.span, format!("unknown key `{}`", key.name))
                    .label_if(did_you_mean(&key.name, KEYS))
                    .note(format!("the keys here are {}", listed(KEYS))),
            );
        }
    }
    match root.get("schema").map(|node| (node, &node.value)) {
        Some((_, Value::Unsigned(1))) => {}
        Some((node, other)) => found.push(Diagnostic::in_node(
            source,
            node,
            format!("found {} where `1` belongs", other.describe()),
        )),
        None => found.push(
            Diagnostic::in_node(source, root, "the key `schema` is missing")
                .help("begin the file with `schema: 1`"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match parse(&Source::new("faults.yaml", text)) {
            Ok(rules) => format!("{} rules", rules.len()),
            Err(found) => found.to_string(),
        }
    }

    #[test]
    fn rules_are_those_of_a_script() {
        insta::assert_snapshot!(told("schema: 1
faults:
  - { to: token, one_in: 3, reply: 503 }
  - { to: resource, nth: 2, reply: 429, headers: { Retry-After: \"2\" } }
"), @"2 rules");
        insta::assert_snapshot!(told("schema: 1\nfaults: []\n"), @"0 rules");
    }

    #[test]
    fn every_mistake_is_shown_in_one_pass() {
        insta::assert_snapshot!(told("schema: 2
falts: []
faults:
  - { to: token, replay: 503 }
  - { to: token, hold: herd }
  - { to: token, nth: 1, times: 2, reply: 503 }
  - 3
"), @"
        error: found the number 2 where `1` belongs
         --> faults.yaml:1:9
          |
        1 | schema: 2
          |         ^

        error: unknown key `falts`
         --> faults.yaml:2:1
          |
        2 | falts: []
          | ^^^^^ did you mean `faults`?
          |
          = note: the keys here are `schema` and `faults`

        error: unknown key `replay`
         --> faults.yaml:4:18
          |
        4 |   - { to: token, replay: 503 }
          |                  ^^^^^^ did you mean `reply`?
          |
          = note: the keys here are `to`, `only`, `nth`, `one_in`, `per`, `probability`, `times`, `from`, `until`, `ttl`, `reply`, `redirect`, `headers`, `header_lines`, `without_headers`, `body`, `body_base64`, `content_type`, `coding`, `raw`, `error`, `disguise`, `set`, `remove`, `rename`, `reverse_members`, `hold`, `delay`, `jitter`, `dribble`, `forge`, `connection`, `keep_alive` and `slow_read`

        error: nobody is there to release an answer
         --> faults.yaml:5:24
          |
        5 |   - { to: token, hold: herd }
          |                        ^^^^
          |
          = help: use `delay`

        error: `nth` and `times` in one rule
         --> faults.yaml:6:33
          |
        6 |   - { to: token, nth: 1, times: 2, reply: 503 }
          |                                 ^
          |
          = help: `nth` applies to one request; `times` to as many as it says

        error: found the number 3 where a map belongs
         --> faults.yaml:7:5
          |
        7 |   - 3
          |     ^
        ");
        insta::assert_snapshot!(told("faults: none"), @"
        error: the key `schema` is missing
         --> faults.yaml:1:1
          |
        1 | faults: none
          | ^^^^^^^^^^^^
          |
          = help: begin the file with `schema: 1`

        error: found the text `none` where a list belongs
         --> faults.yaml:1:9
          |
        1 | faults: none
          |         ^^^^
        ");
        insta::assert_snapshot!(told("schema: 1"), @"
        error: the key `faults` is missing
         --> faults.yaml:1:1
          |
        1 | schema: 1
          | ^^^^^^^^^
        ");
        insta::assert_snapshot!(told("[]"), @"
        error: found a list where rules belong
         --> faults.yaml:1:1
          |
        1 | []
          | ^
          |
          = help: write `schema: 1` and a list of rules under `faults`
        ");
        insta::assert_snapshot!(told("schema: [1"), @"
        error: unclosed bracket '['
         --> faults.yaml:1:9
          |
        1 | schema: [1
          |         ^
        ");
    }
}
