//! Reading a file up to the point where a cell has to be chosen.

use std::sync::Arc;

use super::axis::{axes, check_only};
use super::file::ScenarioFile;
use super::head::{head, missing};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean, listed};
use crate::yaml::{self, Node, Value};

const KEYS: [&str; 14] = [
    "schema",
    "scenario",
    "about",
    "providers",
    "needs",
    "passive",
    "repeat",
    "matrix",
    "vary",
    "idp",
    "client",
    "clients",
    "steps",
    "checks",
];

/// Reads the head and the axes of a scenario file.
///
/// `name` is what the scenario must be called: its path below the library folder, without the ending. Files from
/// elsewhere have none, and only the shape of their name is checked.
///
/// # Errors
/// Every mistake in what was read, with its place. The body is read by [`plan`](super::plan()).
pub fn load(source: &Source, name: Option<&str>) -> Result<ScenarioFile, Diagnostics> {
    let root = yaml::parse(&source.text).map_err(|e| Diagnostic::syntax(source, e))?;
    let mut found = Diagnostics::new();
    if !matches!(root.value, Value::Map(_)) {
        let title = match root.value {
            Value::Null => "the file is empty".to_owned(),
            ref other => format!("found {} where a scenario belongs", other.describe()),
        };
        return Err(Diagnostic::in_node(source, &root, title)
            .help(format!(
                "a scenario is a map with the keys {}",
                listed(KEYS)
            ))
            .into());
    }
    for (key, _) in root.entries() {
        if !KEYS.contains(&key.name.as_str()) {
            found.push(
                Diagnostic::at(source, key.span, format!("unknown key `{}`", key.name))
                    .label_if(did_you_mean(&key.name, KEYS))
                    .note(format!("the keys of a scenario are {}", listed(KEYS))),
            );
        }
    }
    let head = head(source, &root, name, &mut found);
    let section = |key: &str, found: &mut Diagnostics| match root.get(key) {
        Some(node) => axes(source, node, &head.providers, found),
        None => Vec::new(),
    };
    let matrix = section("matrix", &mut found);
    let vary = section("vary", &mut found);
    for axis in &vary {
        if let Some(first) = matrix.iter().find(|other| other.name == axis.name) {
            found.push(
                Diagnostic::at(
                    source,
                    axis.span,
                    format!("`{}` is an axis of `matrix` already", axis.name),
                )
                .and(first.span, "here"),
            );
        }
    }
    if let Some(node) = root.get("matrix") {
        let all: Vec<_> = matrix.iter().collect();
        check_only(source, node, &matrix, &all, &mut found);
    }
    if let Some(node) = root.get("vary") {
        let all: Vec<_> = matrix.iter().chain(&vary).collect();
        check_only(source, node, &vary, &all, &mut found);
    }
    lists(source, &root, head.passive.is_some(), &mut found);
    found.or(ScenarioFile {
        source: source.clone(),
        head: Arc::new(head),
        matrix,
        vary,
        root,
    })
}

/// `steps` and `checks` are lists, and there is something in them.
fn lists(source: &Source, root: &Node, passive: bool, found: &mut Diagnostics) {
    for (key, may_lack, why) in [
        (
            "steps",
            passive,
            "a scenario that is not passive does something",
        ),
        ("checks", false, "a scenario checks something"),
    ] {
        match root.get(key) {
            None if may_lack => {}
            None => found.push(missing(source, root, key).note(why)),
            Some(node) if !matches!(node.value, Value::List(_)) => {
                found.push(Diagnostic::in_node(
                    source,
                    node,
                    format!("found {} where a list belongs", node.value.describe()),
                ));
            }
            Some(node) if node.items().is_empty() && !may_lack => {
                found
                    .push(Diagnostic::in_node(source, node, format!("`{key}` is empty")).note(why));
            }
            Some(_) => {}
        }
    }
}
