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
            Diagnostic::in_node(source, place, "a list of expectations begins with its schema")
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
            Some(Ok(provider)) if providers.contains(&provider) => found.push(
                Diagnostic::in_node(source, node, format!("`{provider}` stands twice")),
            ),
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
  - { check: \"a/b:c\", is: fail, why: \" \", says: \"\", issue: \"#41\", source: \"\" }
  - { check: \"a/b:c\", is: fail, why: x, until: tomorrow }
  - { check: \"a/b:c\", is: fail, why: x, untill: 2026-12-01 }
unsupported: { count: -1, checks: [\"\"] }
",
        );
        let refused = expectations(&source).expect_err("refused");
        insta::assert_snapshot!(refused, @"");
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
            read.unsupported.map(|at| (at.said.count, at.patterns.len())),
            Some((4, 1))
        );
    }

    #[test]
    fn nothing_at_all_is_refused() {
        let refused = |text: &str| {
            let refused = expectations(&Source::new("x.expect.yaml", text)).expect_err("refused");
            refused.iter().map(Diagnostic::in_one_line).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(refused("schema: 1"), @"");
        insta::assert_snapshot!(refused("[]"), @"");
        insta::assert_snapshot!(refused("schema: 1\nexpect: {}\nproviders: []"), @"");
    }
}
