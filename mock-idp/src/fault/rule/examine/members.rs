//! Edits of the JSON answer: `set`, `remove`, `rename`.

use std::collections::BTreeMap;

use super::{Complaint, Place, Rule};

pub(super) fn examine(rule: &Rule, found: &mut Vec<Complaint>) {
    instead_of_a_body(rule, found);
    let mut touched: BTreeMap<String, Place> = BTreeMap::new();
    for (name, at) in edits(rule) {
        if let Some(first) = touched.insert(name.to_owned(), at.clone()) {
            found.push(
                Complaint::at(&at, format!("the member `{name}` is changed twice"))
                    .and(&first, "first here")
                    .help("say one thing of each member"),
            );
        }
    }
}

/// A body that is given as text is not edited.
fn instead_of_a_body(rule: &Rule, found: &mut Vec<Complaint>) {
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
        ("forge", rule.forge.is_some()),
    ] {
        if present {
            found.push(
                Complaint::at(key, format!("`{key}` and `{body}` in one rule"))
                    .and(body, "sent as it stands"),
            );
        }
    }
}

/// Every member that is spoken of, and where.
fn edits(rule: &Rule) -> Vec<(&str, Place)> {
    let mut edits: Vec<(&str, Place)> = Vec::new();
    let set = Place::of("set");
    edits.extend(
        rule.set
            .keys()
            .map(|name| (name.as_str(), set.key(name).itself())),
    );
    let list = Place::of("remove");
    for (at, name) in rule.remove.iter().enumerate() {
        edits.push((name, list.element(at)));
    }
    let rename = Place::of("rename");
    for (name, other) in &rule.rename {
        edits.push((name, rename.key(name).itself()));
        edits.push((other, rename.key(name)));
    }
    edits
}
