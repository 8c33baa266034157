//! Edits of the JSON answer: `set`, `remove`, `rename`.

use std::collections::BTreeMap;

use super::{Findings, View, below, element};
use crate::yaml::{Node, Span};
use mock_idp::fault::Rule;

pub(super) fn examine(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    instead_of_a_body(view, node, rule, found);
    let mut touched: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, at) in edits(node, rule) {
        if let Some(first) = touched.insert(name, at) {
            found.push(
                view.problem_at(at, format!("the member `{name}` is changed twice"))
                    .and(first, "first here")
                    .help("say one thing of each member"),
            );
        }
    }
}

/// A body that is given as text is not edited.
fn instead_of_a_body(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let body = match (&rule.body, &rule.body_base64) {
        (Some(_), _) => "body",
        (None, Some(_)) => "body_base64",
        (None, None) => return,
    };
    for (key, present) in [
        ("set", !rule.set.is_empty()),
        ("remove", !rule.remove.is_empty()),
        ("rename", !rule.rename.is_empty()),
        ("reverse_members", rule.reverse_members),
    ] {
        if present {
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("`{key}` and `{body}` in one rule"),
                )
                .and(below(node, &[body]).place(), "sent as it stands"),
            );
        }
    }
}

/// Every member that is spoken of, and where.
fn edits<'a>(node: &'a Node, rule: &'a Rule) -> Vec<(&'a str, Span)> {
    let mut edits = Vec::new();
    for (key, _) in below(node, &["set"]).entries() {
        if rule.set.contains_key(&key.name) {
            edits.push((key.name.as_str(), key.span));
        }
    }
    let list = below(node, &["remove"]);
    for (at, name) in rule.remove.iter().enumerate() {
        edits.push((name, element(list, at).place()));
    }
    for (key, to) in below(node, &["rename"]).entries() {
        if let Some(name) = rule.rename.get(&key.name) {
            edits.push((key.name.as_str(), key.span));
            edits.push((name, to.place()));
        }
    }
    edits
}
