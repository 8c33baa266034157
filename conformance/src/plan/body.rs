//! The body of a file for one cell: the filled tree and what it says.

use serde::Deserialize;

use super::fill::{Filler, Place};
use super::lint::Findings;
use crate::diagnostic::{Diagnostic, Source};
use crate::scenario::{Body, Check, IdpSpec, ScriptRule};
use crate::yaml::{self, Node, Value};

/// The body for one cell. Nodes and values correspond: `steps[3]` was read from `step_nodes[3]`.
#[derive(Clone, Debug)]
pub(super) struct FilledBody {
    pub(super) idp: Option<Node>,
    pub(super) client: Option<Node>,
    pub(super) steps: Vec<Node>,
    pub(super) checks: Vec<Node>,
    pub(super) body: Body,
}

/// Fills the body in and reads it; none, with the mistakes found, if it does not fit.
///
/// Each section, step and check is read for itself, so that a mistake in one does not hide those in others.
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
    let client = root
        .get("client")
        .map(|node| body.fill(node, Place::Elsewhere));
    let steps: Vec<Node> = items("steps")
        .iter()
        .map(|node| body.fill(node, Place::Elsewhere))
        .collect();
    let checks: Vec<Node> = checks
        .iter()
        .map(|node| check.fill(node, Place::Elsewhere))
        .collect();
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
        steps: steps
            .iter()
            .filter_map(|node| read(source, Some(node), found))
            .collect(),
        checks: checks
            .iter()
            .filter_map(|node| read::<Check>(source, Some(node), found))
            .collect(),
    };
    (found.count() == before).then_some(FilledBody {
        idp,
        client,
        steps,
        checks,
        body: typed,
    })
}

/// Reads the rules of the script one by one, then the rest.
fn idp(source: &Source, node: &Node, found: &mut Findings<'_>) -> Option<IdpSpec> {
    let Some(Value::List(rules)) = node.get("script").map(|node| &node.value) else {
        return read(source, Some(node), found);
    };
    let script: Vec<ScriptRule> = rules
        .iter()
        .filter_map(|rule| read(source, Some(rule), found))
        .collect();
    let mut rest = node.clone();
    if let Value::Map(entries) = &mut rest.value {
        entries.retain(|(key, _)| key.name != "script");
    }
    let spec: IdpSpec = read(source, Some(&rest), found)?;
    Some(IdpSpec { script, ..spec })
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
