//! Reading a registry file: `{ schema: 1, requirements: [ … ] }`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Row;
use super::requirement::{Authority, Requirement};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean, listed};
use crate::verdict::Level;
use crate::yaml::{self, Node, Span, Value};

const KEYS: [&str; 2] = ["schema", "requirements"];

/// The rows of the file; what could not be read stands in `found`.
pub(super) fn rows(source: &Source, found: &mut Diagnostics) -> Vec<Row> {
    let root = match yaml::parse(&source.text) {
        Ok(root) => root,
        Err(error) => {
            found.push(Diagnostic::syntax(source, error));
            return Vec::new();
        }
    };
    head(source, &root, found);
    let Some(list) = root.get("requirements") else {
        found.push(Diagnostic::in_node(
            source,
            &root,
            "the key `requirements` is missing",
        ));
        return Vec::new();
    };
    if !matches!(list.value, Value::List(_)) {
        found.push(Diagnostic::in_node(
            source,
            list,
            format!("found {} where a list belongs", list.value.describe()),
        ));
    }
    let mut rows = Vec::new();
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for node in list.items() {
        let (requirement, is_read) = match yaml::from_node::<Requirement>(node) {
            Ok(requirement) => {
                examine(source, node, &requirement, found);
                (requirement, true)
            }
            Err(mismatch) => {
                found.push(Diagnostic::mismatch(source, mismatch));
                let Some(id) = node.get("id").and_then(Node::text) else {
                    continue;
                };
                (unread(id), false)
            }
        };
        let here = node.get("id").unwrap_or(node);
        if let Some(known) = first.get(&requirement.id) {
            found.push(
                Diagnostic::in_node(
                    source,
                    here,
                    format!("the requirement `{}` stands twice", requirement.id),
                )
                .and(*known, "first here"),
            );
            continue;
        }
        first.insert(requirement.id.clone(), here.span);
        rows.push(Row {
            requirement: Arc::new(requirement),
            is_read,
            source: source.clone(),
            node: node.clone(),
        });
    }
    rows
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
    match root.get("schema") {
        Some(Node {
            value: Value::Unsigned(1),
            ..
        }) => {}
        Some(other) => found.push(Diagnostic::in_node(
            source,
            other,
            format!("found {} where `1` belongs", other.value.describe()),
        )),
        None => found.push(
            Diagnostic::in_node(source, root, "the key `schema` is missing")
                .help("begin the file with `schema: 1`"),
        ),
    }
}

/// Stands for a row of which only the id is known.
fn unread(id: &str) -> Requirement {
    Requirement {
        id: id.to_owned(),
        says: String::new(),
        level: Level::Should,
        authority: Authority::Profile,
        refs: Vec::new(),
        caught_on: Vec::new(),
        excluded: None,
    }
}

fn examine(source: &Source, node: &Node, row: &Requirement, found: &mut Diagnostics) {
    let at = |key: &str| node.get(key).unwrap_or(node);
    if !is_id(&row.id) {
        found.push(
            Diagnostic::in_node(
                source,
                at("id"),
                format!("`{}` is no requirement id", row.id),
            )
            .help("write an area and a name in lower case, such as `rotation.discard-old`"),
        );
    }
    if row.says.trim().is_empty() {
        found.push(Diagnostic::in_node(
            source,
            at("says"),
            "a requirement says something",
        ));
    }
    for (reference, node) in row.refs.iter().zip(at("refs").items()) {
        if reference.doc.is_some() == reference.page.is_some() {
            found.push(
                Diagnostic::in_node(source, node, "a reference names a document or a page").help(
                    "write `{ doc: RFC6749, section: \"6\" }` or `{ page: learn.microsoft.com/… }`",
                ),
            );
        }
        if reference.page.is_some() && reference.section.is_some() {
            found.push(Diagnostic::in_node(
                source,
                node,
                "only a document has sections",
            ));
        }
    }
}

fn is_id(id: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    id.split_once('.')
        .is_some_and(|(area, name)| part(area) && part(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_shown_in_one_pass() {
        let source = Source::new(
            "requirements.yaml",
            "schema: 2
requirments: []
requirements:
  - { id: a.b, says: x, level: must, authority: rfc, caught_on: [X] }
  - { id: a.b, says: x, level: must, authority: rfc, caught_on: [X] }
  - { id: Nope, says: \" \", level: must, authority: rfc, refs: [{ section: \"6\" }, { page: x, section: \"6\" }] }
  - { id: a.c, says: x, level: shuold, authority: rfc }
  - { id: a.d, says: x, level: must, authority: rfc, refs: [{ doc: RFC6749, section: 6 }] }
  - { id: a.e, says: x, authority: rfc }
",
        );
        insta::assert_snapshot!(crate::registry::Registry::parse(&source).unwrap_err(), @r#"
        error: found the number 2 where `1` belongs
         --> requirements.yaml:1:9
          |
        1 | schema: 2
          |         ^

        error: unknown key `requirments`
         --> requirements.yaml:2:1
          |
        2 | requirments: []
          | ^^^^^^^^^^^ did you mean `requirements`?
          |
          = note: the keys here are `schema` and `requirements`

        error: the requirement `a.b` stands twice
         --> requirements.yaml:5:11
          |
        4 |   - { id: a.b, says: x, level: must, authority: rfc, caught_on: [X] }
          |           --- first here
        5 |   - { id: a.b, says: x, level: must, authority: rfc, caught_on: [X] }
          |           ^^^

        error: `Nope` is no requirement id
         --> requirements.yaml:6:11
          |
        6 |   - { id: Nope, says: " ", level: must, authority: rfc, refs: [{ section: "6" }, { page: x, s...
          |           ^^^^
          |
          = help: write an area and a name in lower case, such as `rotation.discard-old`

        error: a requirement says something
         --> requirements.yaml:6:23
          |
        6 |   - { id: Nope, says: " ", level: must, authority: rfc, refs: [{ section: "6" }, { page: x, s...
          |                       ^^^

        error: a reference names a document or a page
         --> requirements.yaml:6:64
          |
        6 |   - { id: Nope, says: " ", level: must, authority: rfc, refs: [{ section: "6" }, { page: x, s...
          |                                                                ^^^^^^^^^^^^^^
          |
          = help: write `{ doc: RFC6749, section: "6" }` or `{ page: learn.microsoft.com/… }`

        error: only a document has sections
         --> requirements.yaml:6:82
          |
        6 | ...y: rfc, refs: [{ section: "6" }, { page: x, section: "6" }] }
          |                                     ^^^^^^^^^^^^^^^^^^^^^^^

        error: unknown name `shuold`
         --> requirements.yaml:7:32
          |
        7 |   - { id: a.c, says: x, level: shuold, authority: rfc }
          |                                ^^^^^^ did you mean `should`?
          |
          = note: the names here are `must` and `should`

        error: found the number 6 where text belongs
         --> requirements.yaml:8:86
          |
        8 |   - { id: a.d, says: x, level: must, authority: rfc, refs: [{ doc: RFC6749, section: 6 }] }
          |                                                                                      ^
          |
          = help: put it in quotes: `"6"`

        error: the key `level` is missing
         --> requirements.yaml:9:5
          |
        9 |   - { id: a.e, says: x, authority: rfc }
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ in this map
        "#);
    }
}
