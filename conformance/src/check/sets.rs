//! Frozen sets: what they list is still there, and asks for no more than it did.

use std::collections::BTreeMap;

use super::at;
use crate::case::{Case, CheckName, PlannedCheck};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean, nearest};
use crate::frozen::{Entry, FrozenSet};
use crate::registry::Registry;
use crate::verdict::Level;
use crate::yaml::Node;

pub(super) fn examine(
    set: &FrozenSet,
    cases: &[Case],
    registry: &Registry,
    found: &mut Diagnostics,
) {
    let mut checks: BTreeMap<String, &PlannedCheck> = BTreeMap::new();
    let mut names: BTreeMap<CheckName, &PlannedCheck> = BTreeMap::new();
    for case in cases {
        for planned in &case.checks {
            let id = &planned.check.id;
            checks.insert(format!("{}:{id}", case.head.scenario), planned);
            names.insert(CheckName::new(&case.name, id), planned);
        }
    }
    for entry in set.entries() {
        let frozen = &entry.frozen;
        let Some(planned) = checks.get(&frozen.check) else {
            let known = checks.keys().map(String::as_str);
            found.push(
                at(
                    set.source(),
                    &entry.node,
                    "check",
                    format!("the check `{}` is frozen and not there", frozen.check),
                )
                .label_if(did_you_mean(&frozen.check, known))
                .help("what is frozen stays: bring it back, or give the set up"),
            );
            continue;
        };
        requirement(set, entry, planned, registry, found);
        let list = entry.node.get("cases").map(Node::items).unwrap_or_default();
        for ((case, cell), node) in frozen.case_names().zip(&frozen.cases).zip(list) {
            if !names.contains_key(&CheckName::new(&case, frozen.id())) {
                let title = format!(
                    "`{case}` is frozen and `{}` does not run in it",
                    frozen.id()
                );
                let runs = cases
                    .iter()
                    .filter(|case| case.head.scenario == frozen.scenario())
                    .filter(|case| names.contains_key(&CheckName::new(&case.name, frozen.id())))
                    .filter_map(|case| case.name.0.split_once('['))
                    .map(|(_, cell)| cell.trim_end_matches(']'));
                let free = runs.filter(|known| !frozen.cases.iter().any(|cell| cell == known));
                let like = nearest(cell, free);
                found.push(
                    Diagnostic::in_node(set.source(), node, title)
                        .label_if(like.map(|like| format!("did you mean `{like}`?")))
                        .help("what is frozen stays: bring it back, or give the set up"),
                );
            }
        }
    }
}

fn requirement(
    set: &FrozenSet,
    entry: &Entry,
    planned: &PlannedCheck,
    registry: &Registry,
    found: &mut Diagnostics,
) {
    let frozen = &entry.frozen;
    let now = &planned.requirement;
    if registry.get(&frozen.req).is_none() {
        found.push(
            at(
                set.source(),
                &entry.node,
                "req",
                format!("unknown requirement `{}`", frozen.req),
            )
            .label_if(did_you_mean(&frozen.req, registry.ids())),
        );
    } else if frozen.req != now.id {
        found.push(
            at(
                set.source(),
                &entry.node,
                "req",
                format!(
                    "`{}` is frozen as a test of `{}` and tests `{}` now",
                    frozen.check, frozen.req, now.id
                ),
            )
            .help("give the other meaning to a check of another name"),
        );
    }
    if frozen.level == Level::Should && now.level == Level::Must {
        found.push(
            at(
                set.source(),
                &entry.node,
                "level",
                format!("`{}` is frozen as a should and has become a must", frozen.check),
            )
            .help("a run with this set goes on asking for less; add a requirement instead of raising one"),
        );
    }
}
