//! Reading a file: `{ schema: 1, providers: […], expect: […], unsupported: {…} }`.

use mock_idp::Provider;

use super::{Entry, Expectations, Expected, Unsupported, UnsupportedAt};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean, listed};
use crate::selection::Pattern;
use crate::yaml::{self, Node, Value};

const KEYS: [&str; 4] = ["schema", "providers", "expect", "unsupported"];

pub(super) fn expectations(source: &Source) -> Result<Expectations, Diagnostics> {
    let root = yaml::parse(&source.text).map_err(|e| Diagnostic::syntax(source, e))?;
    let mut found = Diagnostics::new();
    head(source, &root, &mut found);
    let providers = providers(source, &root, &mut found);
    let entries = entries(source, &root, &mut found);
    let unsupported = unsupported(source, &root, &mut found);
    found.or(Expectations {
        source: source.clone(),
        providers,
        entries,
        unsupported,
    })
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
    let place = root.get("schema").unwrap_or(root);
    if !matches!(
        root.get("schema").map(|node| &node.value),
        Some(Value::Unsigned(1))
    ) {
        found.push(
            Diagnostic::in_node(
                source,
                place,
                "a list of expectations begins with its schema",
            )
            .help("begin the file with `schema: 1`"),
        );
    }
    if root.get("expect").is_none() && root.get("unsupported").is_none() {
        found.push(
            Diagnostic::in_node(source, root, "nothing is expected")
                .help("write `expect: []`, or list what does not pass under `expect`"),
        );
    }
}

/// The list under a key; nothing if there is none or something else stands there.
fn list<'n>(
    source: &Source,
    root: &'n Node,
    key: &str,
    found: &mut Diagnostics,
) -> Option<&'n [Node]> {
    let node = root.get(key)?;
    if !matches!(node.value, Value::List(_)) {
        found.push(Diagnostic::in_node(
            source,
            node,
            format!("found {} where a list belongs", node.value.describe()),
        ));
    }
    Some(node.items())
}

fn providers(source: &Source, root: &Node, found: &mut Diagnostics) -> Vec<Provider> {
    let mut providers = Vec::new();
    let Some(items) = list(source, root, "providers", found) else {
        return providers;
    };
    for node in items {
        match node.text().map(str::parse::<Provider>) {
            Some(Ok(provider)) if providers.contains(&provider) => found.push(Diagnostic::in_node(
                source,
                node,
                format!("`{provider}` stands twice"),
            )),
            Some(Ok(provider)) => providers.push(provider),
            Some(Err(error)) => {
                found.push(Diagnostic::in_node(source, node, error.to_string()));
            }
            None => found.push(Diagnostic::in_node(
                source,
                node,
                format!("found {} where a provider belongs", node.value.describe()),
            )),
        }
    }
    if providers.is_empty() && found.is_empty() {
        let node = root.get("providers").unwrap_or(root);
        found.push(
            Diagnostic::in_node(source, node, "no provider is named")
                .help("leave `providers` out if the file speaks of all of them"),
        );
    }
    providers
}

fn entries(source: &Source, root: &Node, found: &mut Diagnostics) -> Vec<Entry> {
    let mut entries = Vec::new();
    for node in list(source, root, "expect", found).unwrap_or_default() {
        let expected = match yaml::from_node::<Expected>(node) {
            Ok(expected) => expected,
            Err(mismatch) => {
                found.push(Diagnostic::mismatch(source, mismatch));
                continue;
            }
        };
        examine(source, node, &expected, found);
        let at = node.get("check").unwrap_or(node);
        let Some(pattern) = pattern(source, at, &expected.check, found) else {
            continue;
        };
        if !pattern.names_checks() {
            found.push(
                Diagnostic::in_node(source, at, "an entry excuses checks by their names")
                    .help(format!("write the check behind a colon: `{pattern}:check`")),
            );
        }
        entries.push(Entry {
            expected,
            pattern,
            node: node.clone(),
        });
    }
    entries
}

fn examine(source: &Source, node: &Node, expected: &Expected, found: &mut Diagnostics) {
    let at = |key: &str| node.get(key).unwrap_or(node);
    for (key, text, what) in [
        ("why", Some(&expected.why), "a reason says something"),
        (
            "says",
            expected.says.as_ref(),
            "every text begins with this; leave `says` out",
        ),
        ("source", expected.source.as_ref(), "a source names a place"),
    ] {
        if text.is_some_and(|text| text.trim().is_empty()) {
            found.push(Diagnostic::in_node(source, at(key), what));
        }
    }
    let is_url = |text: &str| {
        let rest = ["https://", "http://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
    };
    if expected.issue.as_deref().is_some_and(|text| !is_url(text)) {
        found.push(
            Diagnostic::in_node(source, at("issue"), "an issue is named by its URL")
                .help("write it with `https://`, or say it under `source`, which may be any text"),
        );
    }
}

fn unsupported(source: &Source, root: &Node, found: &mut Diagnostics) -> Option<UnsupportedAt> {
    let node = root.get("unsupported")?;
    let said = match yaml::from_node::<Unsupported>(node) {
        Ok(said) => said,
        Err(mismatch) => {
            found.push(Diagnostic::mismatch(source, mismatch));
            return None;
        }
    };
    let places = node.get("checks").map(Node::items).unwrap_or_default();
    let patterns = places
        .iter()
        .zip(&said.checks)
        .filter_map(|(place, text)| pattern(source, place, text, found))
        .collect();
    Some(UnsupportedAt {
        said,
        patterns,
        node: node.clone(),
    })
}

fn pattern(source: &Source, at: &Node, text: &str, found: &mut Diagnostics) -> Option<Pattern> {
    text.parse::<Pattern>()
        .map_err(|error| found.push(Diagnostic::in_node(source, at, error.to_string())))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_shown_in_one_pass() {
        let source = Source::new(
            "acme.expect.yaml",
            "schema: 2
expected: []
providers: [okta, entre, okta, 3]
expect:
  - { check: \"rotation/static\", is: fail, why: x }
  - { check: \":a\", is: fail, why: x }
  - { check: \"a/b:c\", is: fails, why: x }
  - { check: \"a/b:c\", is: fail }
  - { check: \"a/b:c\", is: fail, why: \" \", says: \"\", issue: \"n41\", source: \"\" }
  - { check: \"a/b:c\", is: fail, why: x, until: tomorrow }
  - { check: \"a/b:c\", is: fail, why: x, untill: 2026-12-01 }
unsupported: { count: -1, checks: [\"\"] }
",
        );
        let refused = expectations(&source).expect_err("refused");
        insta::assert_snapshot!(refused, @r#"
        error: a list of expectations begins with its schema
         --> acme.expect.yaml:1:9
          |
        1 | schema: 2
          |         ^
          |
          = help: begin the file with `schema: 1`

        error: unknown key `expected`
         --> acme.expect.yaml:2:1
          |
        2 | expected: []
          | ^^^^^^^^ did you mean `expect`?
          |
          = note: the keys here are `schema`, `providers`, `expect` and `unsupported`

        error: unknown provider `entre`; the providers are `entra` and `okta`
         --> acme.expect.yaml:3:19
          |
        3 | providers: [okta, entre, okta, 3]
          |                   ^^^^^

        error: `okta` stands twice
         --> acme.expect.yaml:3:26
          |
        3 | providers: [okta, entre, okta, 3]
          |                          ^^^^

        error: found the number 3 where a provider belongs
         --> acme.expect.yaml:3:32
          |
        3 | providers: [okta, entre, okta, 3]
          |                                ^

        error: an entry excuses checks by their names
         --> acme.expect.yaml:5:14
          |
        5 |   - { check: "rotation/static", is: fail, why: x }
          |              ^^^^^^^^^^^^^^^^^
          |
          = help: write the check behind a colon: `rotation/static:check`

        error: `:a` is no pattern: a name is missing; write `area/name`, `area/name[case]` or `area/name:check`
         --> acme.expect.yaml:6:14
          |
        6 |   - { check: ":a", is: fail, why: x }
          |              ^^^^

        error: unknown name `fails`
         --> acme.expect.yaml:7:27
          |
        7 |   - { check: "a/b:c", is: fails, why: x }
          |                           ^^^^^ did you mean `fail`?
          |
          = note: the names here are `fail`, `warn`, `inconclusive`, `error` and `flaky`

        error: the key `why` is missing
         --> acme.expect.yaml:8:5
          |
        8 |   - { check: "a/b:c", is: fail }
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^ in this map

        error: a reason says something
         --> acme.expect.yaml:9:38
          |
        9 |   - { check: "a/b:c", is: fail, why: " ", says: "", issue: "n41", source: "" }
          |                                      ^^^

        error: every text begins with this; leave `says` out
         --> acme.expect.yaml:9:49
          |
        9 |   - { check: "a/b:c", is: fail, why: " ", says: "", issue: "n41", source: "" }
          |                                                 ^^

        error: an issue is named by its URL
         --> acme.expect.yaml:9:60
          |
        9 |   - { check: "a/b:c", is: fail, why: " ", says: "", issue: "n41", source: "" }
          |                                                            ^^^^^
          |
          = help: write it with `https://`, or say it under `source`, which may be any text

        error: a source names a place
         --> acme.expect.yaml:9:75
          |
        9 |   - { check: "a/b:c", is: fail, why: " ", says: "", issue: "n41", source: "" }
          |                                                                           ^^

        error: `tomorrow` is no day; write year, month and day, such as `2026-12-01`
          --> acme.expect.yaml:10:48
           |
        10 |   - { check: "a/b:c", is: fail, why: x, until: tomorrow }
           |                                                ^^^^^^^^

        error: unknown key `untill`
          --> acme.expect.yaml:11:41
           |
        11 |   - { check: "a/b:c", is: fail, why: x, untill: 2026-12-01 }
           |                                         ^^^^^^ did you mean `until`?
           |
           = note: the keys here are `check`, `is`, `says`, `why`, `issue`, `source` and `until`

        error: found the number -1 where a whole number from 0 belongs
          --> acme.expect.yaml:12:23
           |
        12 | unsupported: { count: -1, checks: [""] }
           |                       ^^
        "#);
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = "schema: 1
providers: [okta]
expect:
  - { check: \"a/b[okta]:c\", is: flaky, why: races, source: \"src/client.py, renew()\", until: 2026-12-01 }
unsupported: { count: 4, checks: [\"rotation/**\"] }
";
        let read = expectations(&Source::new("acme.expect.yaml", text)).expect("a list");
        assert_eq!((read.len(), read.providers()), (1, &[Provider::Okta][..]));
        assert_eq!(
            read.unsupported
                .map(|at| (at.said.count, at.patterns.len())),
            Some((4, 1))
        );
    }

    #[test]
    fn nothing_at_all_is_refused() {
        let refused = |text: &str| {
            let refused = expectations(&Source::new("x.expect.yaml", text)).expect_err("refused");
            refused
                .iter()
                .map(Diagnostic::in_one_line)
                .collect::<Vec<_>>()
                .join("\n")
        };
        insta::assert_snapshot!(refused("schema: 1"), @"nothing is expected; write `expect: []`, or list what does not pass under `expect`");
        insta::assert_snapshot!(refused("[]"), @"
        a list of expectations begins with its schema; begin the file with `schema: 1`
        nothing is expected; write `expect: []`, or list what does not pass under `expect`
        ");
        insta::assert_snapshot!(refused("schema: 1\nexpect: {}\nproviders: []"), @"
        found a map where a list belongs
        no provider is named; leave `providers` out if the file speaks of all of them
        ");
    }
}
