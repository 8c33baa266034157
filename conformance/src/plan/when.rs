//! `when:` which cases a check applies to.

use std::collections::BTreeMap;

use mock_idp::Provider;

use super::axis::{PROVIDER, unknown_value};
use super::cells::Chosen;
use super::file::ScenarioFile;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean, listed};
use crate::scenario::OneOrMany;
use crate::yaml::{self, Node, Span};

/// A check and its condition, read before references are filled in: a cell that a check does not apply to need not
/// have what the check refers to.
pub(super) struct When<'a> {
    node: &'a Node,
    /// None if it could not be read.
    conditions: Option<BTreeMap<String, OneOrMany>>,
    used: bool,
}

impl<'a> When<'a> {
    /// The check, if it applies.
    pub(super) fn applies(&mut self, provider: Provider, chosen: &Chosen<'_>) -> Option<&'a Node> {
        let applies = self.conditions.as_ref()?.iter().all(|(axis, names)| {
            let value = if axis == PROVIDER {
                Some(provider.name())
            } else {
                chosen.get(axis).map(|(_, value)| value.name.as_str())
            };
            value.is_some_and(|value| names.0.iter().any(|name| name == value))
        });
        self.used |= applies;
        applies.then_some(self.node)
    }

    pub(super) fn is_sound(&self) -> bool {
        self.conditions.is_some()
    }

    pub(super) fn was_used(&self) -> bool {
        self.used
    }

    pub(super) fn place(&self) -> Span {
        self.node.get("id").unwrap_or(self.node).span
    }
}

/// The conditions of all checks of a file, and whether their ids are different.
pub(super) fn conditions<'a>(file: &'a ScenarioFile, found: &mut Diagnostics) -> Vec<When<'a>> {
    let checks = file.root.get("checks").map(Node::items).unwrap_or_default();
    let mut ids: BTreeMap<&str, Span> = BTreeMap::new();
    for node in checks {
        let Some(id_node) = node.get("id") else {
            continue;
        };
        let Some(id) = id_node.text() else { continue };
        if let Some(first) = ids.get(id) {
            found.push(
                Diagnostic::in_node(
                    &file.source,
                    id_node,
                    format!("the check `{id}` stands twice"),
                )
                .and(*first, "first here"),
            );
            continue;
        }
        ids.insert(id, id_node.span);
    }
    checks
        .iter()
        .map(|node| When {
            node,
            conditions: read(file, node, found),
            used: false,
        })
        .collect()
}

fn read(
    file: &ScenarioFile,
    check: &Node,
    found: &mut Diagnostics,
) -> Option<BTreeMap<String, OneOrMany>> {
    let Some(node) = check.get("when") else {
        return Some(BTreeMap::new());
    };
    let conditions: BTreeMap<String, OneOrMany> = match yaml::from_node(node) {
        Ok(conditions) => conditions,
        Err(mismatch) => {
            found.push(Diagnostic::mismatch(&file.source, mismatch));
            return None;
        }
    };
    let before = found.len();
    for (key, node) in node.entries() {
        let Some(names) = conditions.get(&key.name) else {
            continue;
        };
        for (at, name) in names.0.iter().enumerate() {
            let node = node.items().get(at).unwrap_or(node);
            if key.name == PROVIDER {
                provider(file, node, name, found);
            } else if let Some(axis) = file.matrix.iter().find(|axis| axis.name == key.name) {
                if axis.value(name).is_none() {
                    found.push(unknown_value(&file.source, node, name, axis));
                }
            } else if at == 0 {
                found.push(unknown_axis(file, key.span, &key.name));
            }
        }
        if names.0.is_empty() {
            found.push(Diagnostic::in_node(
                &file.source,
                node,
                "a condition names at least one value",
            ));
        }
    }
    (found.len() == before).then_some(conditions)
}

fn provider(file: &ScenarioFile, node: &Node, name: &str, found: &mut Diagnostics) {
    let providers = || file.head.providers.iter().map(|provider| provider.name());
    if !providers().any(|provider| provider == name) {
        found.push(
            Diagnostic::in_node(
                &file.source,
                node,
                format!("the scenario does not run against `{name}`"),
            )
            .label_if(did_you_mean(name, providers()))
            .note(format!("its providers are {}", listed(providers()))),
        );
    }
}

fn unknown_axis(file: &ScenarioFile, span: Span, name: &str) -> Diagnostic {
    if let Some(axis) = file.vary.iter().find(|axis| axis.name == name) {
        return Diagnostic::at(
            &file.source,
            span,
            format!("a check cannot depend on `{name}`"),
        )
        .and(axis.span, "an axis of `vary`")
        .note("a check speaks of all variations of a case at once");
    }
    let known: Vec<&str> = file
        .matrix
        .iter()
        .map(|axis| axis.name.as_str())
        .chain([PROVIDER])
        .collect();
    Diagnostic::at(
        &file.source,
        span,
        format!("`when` speaks of an unknown axis `{name}`"),
    )
    .label_if(did_you_mean(name, known.iter().copied()))
    .note(format!("the axes are {}", listed(known)))
}
