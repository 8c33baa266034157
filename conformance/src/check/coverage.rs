//! Requirements and what stands for them: a check that tests each, a broken client that trips it.

use std::collections::BTreeSet;

use super::at;
use crate::case::Case;
use crate::contender::Contender as _;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::mutants::MUTANTS;
use crate::registry::{Registry, Row};

pub(super) fn examine(own: &Registry, cases: &[Case], is_whole: bool, found: &mut Diagnostics) {
    let tested: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| &case.checks)
        .map(|planned| planned.requirement.id.as_str())
        .collect();
    for row in own.rows().iter().filter(|row| row.is_read) {
        let is_tested = tested.contains(row.requirement.id.as_str());
        match &row.requirement.excluded {
            Some(why) => excluded(row, why, is_tested, found),
            None => {
                if is_whole && !is_tested {
                    found.push(
                        at(
                            &row.source,
                            &row.node,
                            "id",
                            format!("no check tests `{}`", row.requirement.id),
                        )
                        .help(
                            "bind a check to it with `req`, or say under `excluded` why none does",
                        ),
                    );
                }
                if row.requirement.caught_on.is_empty() {
                    found.push(
                        at(
                            &row.source,
                            &row.node,
                            "id",
                            format!("no broken client is known to trip `{}`", row.requirement.id),
                        )
                        .help("name one under `caught_on`; `tokenproof mutants` shows which there are"),
                    );
                }
            }
        }
        caught_on(row, found);
    }
}

fn excluded(row: &Row, why: &str, is_tested: bool, found: &mut Diagnostics) {
    let id = &row.requirement.id;
    let mut say = |title: String, help: &str| {
        found.push(at(&row.source, &row.node, "excluded", title).help(help));
    };
    if why.trim().is_empty() {
        say(
            "an exclusion without a reason".to_owned(),
            "say why no check tests the requirement",
        );
    }
    if is_tested {
        say(
            format!("`{id}` is excluded, and yet a check tests it"),
            "remove `excluded`",
        );
    }
    if !row.requirement.caught_on.is_empty() {
        say(
            format!("`{id}` is excluded, and yet broken clients are said to trip it"),
            "remove `excluded` or `caught_on`",
        );
    }
}

fn caught_on(row: &Row, found: &mut Diagnostics) {
    let names = || MUTANTS.iter().map(|mutant| mutant.name());
    let claims = &row.requirement.caught_on;
    let nodes = row.node.get("caught_on");
    for (index, claim) in claims.iter().enumerate() {
        let node = nodes
            .and_then(|list| list.items().get(index))
            .unwrap_or(&row.node);
        if !names().any(|name| name == claim) {
            found.push(
                Diagnostic::in_node(
                    &row.source,
                    node,
                    format!("no broken client is called `{claim}`"),
                )
                .label_if(did_you_mean(claim, names()))
                .note("`tokenproof mutants` shows which there are"),
            );
        } else if claims[..index].contains(claim) {
            found.push(Diagnostic::in_node(
                &row.source,
                node,
                format!("`{claim}` stands twice"),
            ));
        }
    }
}
