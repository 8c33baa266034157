//! Reading a set: `{ schema: 1, set: 2026-11, checks: [ … ] }`.

use std::collections::BTreeMap;

use super::{Entry, FrozenCheck, FrozenSet};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean, listed};
use crate::yaml::{self, Node, Span, Value};

const KEYS: [&str; 3] = ["schema", "set", "checks"];

pub(super) fn set(source: &Source) -> Result<FrozenSet, Diagnostics> {
    let root = yaml::parse(&source.text).map_err(|e| Diagnostic::syntax(source, e))?;
    let mut found = Diagnostics::new();
    for (key, _) in root.entries() {
        if !KEYS.contains(&key.name.as_str()) {
            found.push(
                Diagnostic::at(source, key.span, format!("unknown key `{}`", key.name))
                    .label_if(did_you_mean(&key.name, KEYS))
                    .note(format!("the keys of a set are {}", listed(KEYS))),
            );
        }
    }
    if !matches!(
        root.get("schema").map(|node| &node.value),
        Some(Value::Unsigned(1))
    ) {
        let place = root.get("schema").unwrap_or(&root);
        found.push(
            Diagnostic::in_node(source, place, "a set begins with its schema")
                .help("begin the file with `schema: 1`"),
        );
    }
    let name = name(source, &root, &mut found);
    let entries = entries(source, &root, &mut found);
    found.or(FrozenSet::new(name, entries, source.clone()))
}

fn name(source: &Source, root: &Node, found: &mut Diagnostics) -> String {
    let node = root.get("set").unwrap_or(root);
    let Some(name) = root.get("set").and_then(Node::text) else {
        found.push(
            Diagnostic::in_node(source, node, "a set has a name").help("write `set: 2026-11`"),
        );
        return String::new();
    };
    if !is_set_name(name) {
        found.push(
            Diagnostic::in_node(source, node, format!("`{name}` is no name for a set"))
                .help("name it by its year and month, such as `2026-11`"),
        );
    } else if file_name(source) != name {
        found.push(
            Diagnostic::in_node(
                source,
                node,
                format!(
                    "the set is called `{name}`, but its file says `{}`",
                    file_name(source)
                ),
            )
            .help(format!(
                "write `set: {}`, or rename the file",
                file_name(source)
            )),
        );
    }
    name.to_owned()
}

fn file_name(source: &Source) -> &str {
    let file = source.path.rsplit(['/', '\\']).next().unwrap_or_default();
    file.strip_suffix(".yaml").unwrap_or(file)
}

/// Whether a text is a year and a month, such as `2026-11`.
pub(crate) fn is_set_name(name: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    name.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4
            && month.len() == 2
            && digits(year)
            && digits(month)
            && ("01"..="12").contains(&month)
    })
}

fn entries(source: &Source, root: &Node, found: &mut Diagnostics) -> Vec<Entry> {
    let list = root.get("checks").unwrap_or(root);
    if list.items().is_empty() {
        found.push(
            Diagnostic::in_node(source, list, "a set lists checks")
                .help("`tokenproof check --freeze 2026-11` writes one"),
        );
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for node in list.items() {
        let frozen = match yaml::from_node::<FrozenCheck>(node) {
            Ok(frozen) => frozen,
            Err(mismatch) => {
                found.push(Diagnostic::mismatch(source, mismatch));
                continue;
            }
        };
        let here = node.get("check").unwrap_or(node);
        if frozen.scenario().is_empty() || frozen.id().is_empty() {
            found.push(
                Diagnostic::in_node(source, here, format!("`{}` names no check", frozen.check))
                    .help("write `area/name:check`"),
            );
            continue;
        }
        if let Some(known) = first.insert(frozen.check.clone(), here.span) {
            found.push(
                Diagnostic::in_node(
                    source,
                    here,
                    format!("the check `{}` stands twice", frozen.check),
                )
                .and(known, "first here"),
            );
            continue;
        }
        cases(source, node, &frozen, found);
        entries.push(Entry {
            frozen,
            node: node.clone(),
        });
    }
    entries
}

fn cases(source: &Source, node: &Node, frozen: &FrozenCheck, found: &mut Diagnostics) {
    let list = node.get("cases").unwrap_or(node);
    if frozen.cases.is_empty() {
        found.push(Diagnostic::in_node(
            source,
            list,
            "a check is frozen in at least one case",
        ));
    }
    for (at, case) in frozen.cases.iter().enumerate() {
        if frozen.cases[..at].contains(case) {
            let node = list.items().get(at).unwrap_or(list);
            found.push(Diagnostic::in_node(
                source,
                node,
                format!("the case `{case}` stands twice"),
            ));
        }
    }
}
