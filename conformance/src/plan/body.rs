//! The body of a file for one cell: the filled tree and what it says.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fill::{Filler, Place};
use super::lint::Findings;
use crate::diagnostic::{Diagnostic, Source};
use crate::scenario::{Body, Check, ClientSpec, IdpSpec, IdpStep, Step};
use crate::yaml::{self, Node, Value};
use mock_idp::fault::Rule;

/// The body for one cell. Nodes and values correspond: `body.steps[3]` was read from `steps[3]`, and `body.clients["a"]`
/// from the entry `a` of `clients`.
#[derive(Clone, Debug)]
pub(super) struct FilledBody {
    pub(super) idp: Option<Node>,
    pub(super) client: Option<Node>,
    pub(super) clients: Option<Node>,
    pub(super) steps: Vec<Node>,
    pub(super) checks: Vec<Node>,
    pub(super) body: Body,
}

/// Fills the body in and reads it; none, with the mistakes found, if it does not fit.
///
/// Each section, client, step, rule and check is read for itself, so that a mistake in one does not hide those in others.
pub(super) fn fill_and_read(
    root: &Node,
    checks: &[&Node],
    body: &mut Filler<'_>,
    check: &mut Filler<'_>,
    found: &mut Findings<'_>,
) -> Option<FilledBody> {
    let source = body.source;
    let before = found.count();
    let items = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
    let idp = root.get("idp").map(|node| body.fill(node, Place::Idp));
    let mut elsewhere = |key: &str| root.get(key).map(|node| body.fill(node, Place::Elsewhere));
    let client = elsewhere("client");
    let clients = elsewhere("clients");
    let steps: Vec<Node> = items("steps")
        .iter()
        .map(|node| body.fill(node, Place::Step))
        .collect();
    let checks: Vec<Node> = checks
        .iter()
        .map(|node| check.fill(node, Place::Elsewhere))
        .collect();
    // What could not be filled in reads as nothing; the file is refused for its size.
    if body.budget.get() == 0 {
        return None;
    }
    for problem in body.problems.drain(..).chain(check.problems.drain(..)) {
        found.push(problem);
    }
    if found.count() > before {
        return None;
    }
    let typed = Body {
        idp: idp
            .as_ref()
            .and_then(|node| self::idp(source, node, found))
            .unwrap_or_default(),
        client: read(source, client.as_ref(), found).unwrap_or_default(),
        clients: clients
            .as_ref()
            .map(|node| self::clients(source, node, found))
            .unwrap_or_default(),
        steps: steps
            .iter()
            .filter_map(|node| step(source, node, found))
            .collect(),
        checks: checks
            .iter()
            .filter_map(|node| read::<Check>(source, Some(node), found))
            .collect(),
    };
    (found.count() == before).then_some(FilledBody {
        idp,
        client,
        clients,
        steps,
        checks,
        body: typed,
    })
}

/// Reads the clients one by one.
fn clients(source: &Source, node: &Node, found: &mut Findings<'_>) -> BTreeMap<String, ClientSpec> {
    if !matches!(node.value, Value::Map(_)) || node.entries().is_empty() {
        found.push(
            Diagnostic::in_node(
                source,
                node,
                format!(
                    "found {} where a map of clients belongs",
                    match node.value {
                        Value::Map(_) => "an empty map".to_owned(),
                        ref other => other.describe(),
                    }
                ),
            )
            .help("write `clients: { first: {}, second: { user: second } }`"),
        );
    }
    node.entries()
        .iter()
        .filter_map(|(key, node)| Some((key.name.clone(), read(source, Some(node), found)?)))
        .collect()
}

/// Reads a step, the rules that it adds to the script one by one.
fn step(source: &Source, node: &Node, found: &mut Findings<'_>) -> Option<Step> {
    match node.entries() {
        [(key, inner)] if key.name == "idp" => {
            let (rules, rest) = script(source, inner, found);
            let rest: IdpStep = read(source, Some(&rest), found)?;
            Some(Step::Idp(IdpStep {
                script: rules.unwrap_or(rest.script),
                ..rest
            }))
        }
        _ => read(source, Some(node), found),
    }
}

/// Reads the rules of the script one by one, then the rest.
fn idp(source: &Source, node: &Node, found: &mut Findings<'_>) -> Option<IdpSpec> {
    let (rules, rest) = script(source, node, found);
    let rest: IdpSpec = read(source, Some(&rest), found)?;
    Some(IdpSpec {
        script: rules.unwrap_or(rest.script),
        ..rest
    })
}

/// The rules under `script`, if it is a list, and the map without them.
fn script(source: &Source, node: &Node, found: &mut Findings<'_>) -> (Option<Vec<Rule>>, Node) {
    let mut rest = node.clone();
    let Some(Value::List(rules)) = node.get("script").map(|node| &node.value) else {
        return (None, rest);
    };
    let rules = rules
        .iter()
        .filter_map(|rule| read(source, Some(rule), found))
        .collect();
    if let Value::Map(entries) = &mut rest.value {
        entries.retain(|(key, _)| key.name != "script");
    }
    (Some(rules), rest)
}

fn read<'de, T: Deserialize<'de>>(
    source: &Source,
    node: Option<&'de Node>,
    found: &mut Findings<'_>,
) -> Option<T> {
    match yaml::from_node(node?) {
        Ok(value) => Some(value),
        Err(mismatch) => {
            found.push(Diagnostic::mismatch(source, mismatch));
            None
        }
    }
}
