//! The head of a file.

use serde::Deserialize;

use super::axis::providers;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::scenario::{Declared, Head, MAX_CALLS, Need, Passive};
use crate::yaml::{self, Node, Value};

/// The version of the language that this program reads.
const SCHEMA: u64 = 1;

/// The most often a case may be played.
const MAX_REPEAT: u32 = 50;

/// Reads the head. What cannot be read stands at its default, and a diagnostic says so.
pub(super) fn head(
    source: &Source,
    root: &Node,
    expected: Option<&str>,
    found: &mut Diagnostics,
) -> Head {
    schema(source, root, found);
    let head = Head {
        scenario: required(source, root, "scenario", found).unwrap_or_default(),
        about: required(source, root, "about", found).unwrap_or_default(),
        providers: match root.get("providers") {
            Some(node) => providers(source, node, found).unwrap_or_default(),
            None => {
                found.push(
                    missing(source, root, "providers").note("the providers are `entra` and `okta`"),
                );
                Vec::new()
            }
        },
        needs: optional(source, root, "needs", found).unwrap_or_default(),
        passive: passive(source, root, found),
        repeat: repeat(source, root, found),
    };
    if let Some(node) = root.get("scenario") {
        name(source, node, &head.scenario, expected, found);
    }
    if let Some(node) = root.get("about")
        && node.text().is_some()
        && head.about.trim().is_empty()
    {
        found.push(
            Diagnostic::in_node(source, node, "`about` is empty")
                .help("say what goes wrong in production, and why"),
        );
    }
    if let Some(node) = root.get("needs") {
        twice(source, node, &head.needs, found);
    }
    head
}

/// How it is judged by the wire alone; not at all without `passive`.
fn passive(source: &Source, root: &Node, found: &mut Diagnostics) -> Option<Passive> {
    let Declared(passive) = optional(source, root, "passive", found).unwrap_or_default();
    let node = root.get("passive").and_then(|node| node.get("needs_calls"));
    if let (Some(node), Some(Passive { needs_calls, .. })) = (node, passive)
        && !(1..=MAX_CALLS).contains(&needs_calls)
    {
        let title = format!("a command is not asked for {needs_calls} calls");
        found.push(Diagnostic::in_node(source, node, title).help(format!(
            "write a number from 1 to {MAX_CALLS}, or leave it out"
        )));
    }
    passive
}

/// How often each case is played; once without `repeat`.
fn repeat(source: &Source, root: &Node, found: &mut Diagnostics) -> u32 {
    match (root.get("repeat"), optional(source, root, "repeat", found)) {
        (Some(node), Some(times)) if !(1..=MAX_REPEAT).contains(&times) => {
            found.push(
                Diagnostic::in_node(source, node, format!("a case is not played {times} times"))
                    .help(format!("write a number from 1 to {MAX_REPEAT}")),
            );
            1
        }
        (_, times) => times.unwrap_or(1),
    }
}

fn schema(source: &Source, root: &Node, found: &mut Diagnostics) {
    match root.get("schema").map(|node| (node, &node.value)) {
        Some((_, Value::Unsigned(SCHEMA))) => {}
        Some((node, Value::Unsigned(other))) => found.push(
            Diagnostic::in_node(source, node, format!("unknown schema {other}"))
                .note(format!("this program reads schema {SCHEMA}")),
        ),
        Some((node, other)) => found.push(Diagnostic::in_node(
            source,
            node,
            format!("found {} where `{SCHEMA}` belongs", other.describe()),
        )),
        None => found.push(
            missing(source, root, "schema").help(format!("begin the file with `schema: {SCHEMA}`")),
        ),
    }
}

fn name(source: &Source, node: &Node, name: &str, expected: Option<&str>, found: &mut Diagnostics) {
    if node.text().is_none() {
        return;
    }
    match expected {
        Some(expected) if expected != name => found.push(
            Diagnostic::in_node(
                source,
                node,
                format!("the scenario is called `{name}`, but its file says `{expected}`"),
            )
            .help(format!("write `scenario: {expected}`, or move the file")),
        ),
        _ if !is_scenario_name(name) => found.push(
            Diagnostic::in_node(source, node, format!("`{name}` is no name for a scenario"))
                .help("use lower-case letters, digits and `-`, with `/` between area and name"),
        ),
        _ => {}
    }
}

fn is_scenario_name(name: &str) -> bool {
    name.len() <= 120
        && name.split('/').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

fn twice(source: &Source, node: &Node, needs: &[Need], found: &mut Diagnostics) {
    for (at, need) in needs.iter().enumerate() {
        if needs[..at].contains(need) {
            let node = node.items().get(at).unwrap_or(node);
            found.push(Diagnostic::in_node(
                source,
                node,
                format!("{} stands twice", node.value.describe()),
            ));
        }
    }
}

fn required<'de, T: Deserialize<'de>>(
    source: &Source,
    root: &'de Node,
    key: &str,
    found: &mut Diagnostics,
) -> Option<T> {
    if root.get(key).is_none() {
        found.push(missing(source, root, key));
    }
    optional(source, root, key, found)
}

fn optional<'de, T: Deserialize<'de>>(
    source: &Source,
    root: &'de Node,
    key: &str,
    found: &mut Diagnostics,
) -> Option<T> {
    match yaml::from_node(root.get(key)?) {
        Ok(value) => Some(value),
        Err(mismatch) => {
            found.push(Diagnostic::mismatch(source, mismatch));
            None
        }
    }
}

/// A key that the file lacks.
pub(super) fn missing(source: &Source, root: &Node, key: &str) -> Diagnostic {
    Diagnostic::in_node(source, root, format!("the key `{key}` is missing"))
}
