//! What the matrix of broken clients shows: every check bites, and every claim of the registry is true.

use std::collections::BTreeSet;

use super::written;
use crate::case::Case;
use crate::diagnostic::{Diagnostic, Diagnostics, listed};
use crate::mutants::Matrix;
use crate::plan::ScenarioFile;
use crate::registry::Registry;

/// A matrix that was played, and of what.
pub(super) struct Played<'a> {
    pub(super) matrix: &'a Matrix,
    /// The name of the client with which nothing is wrong.
    pub(super) reference: &'a str,
    pub(super) files: &'a [ScenarioFile],
    pub(super) cases: &'a [Case],
}

/// Checks without a red cell, and checks that the reference client does not pass.
pub(super) fn checks(played: &Played<'_>, found: &mut Diagnostics) {
    for check in played.matrix.toothless() {
        found.push(
            problem(played, check, format!("no broken client trips `{check}`")).help(
                "sharpen the check, or add a broken client that it is for: it proves nothing",
            ),
        );
    }
    for (check, verdict) in played.matrix.not_passed_by(played.reference) {
        let title = format!("{} does not pass `{check}`: {verdict}", played.reference);
        found.push(
            problem(played, check, title)
                .help(format!("`tokenproof run {check}` shows what was seen")),
        );
    }
}

/// Claims under `caught_on` that the matrix contradicts.
pub(super) fn claims(played: &Played<'_>, own: &Registry, found: &mut Diagnostics) {
    for row in own.rows().iter().filter(|row| row.is_read) {
        let checks: BTreeSet<String> = played
            .cases
            .iter()
            .flat_map(|case| case.checks.iter().map(move |planned| (case, planned)))
            .filter(|(_, planned)| planned.requirement.id == row.requirement.id)
            .map(|(case, planned)| format!("{}:{}", case.head.scenario, planned.check.id))
            .collect();
        if checks.is_empty() {
            continue;
        }
        let trips: BTreeSet<&str> = checks
            .iter()
            .flat_map(|check| played.matrix.caught_by(check))
            .collect();
        for (index, claim) in row.requirement.caught_on.iter().enumerate() {
            if trips.contains(claim.as_str()) || !played.matrix.contenders().any(|c| c == claim) {
                continue;
            }
            let node = row
                .node
                .get("caught_on")
                .and_then(|list| list.items().get(index))
                .unwrap_or(&row.node);
            let mut diagnostic = Diagnostic::in_node(
                &row.source,
                node,
                format!("`{claim}` trips no check of `{}`", row.requirement.id),
            );
            if !trips.is_empty() {
                let who = listed(trips.iter().copied());
                diagnostic = diagnostic.note(format!("those that do are {who}"));
            }
            found.push(diagnostic);
        }
    }
}

fn problem(played: &Played<'_>, check: &str, title: String) -> Diagnostic {
    let place = check
        .split_once(':')
        .and_then(|(scenario, id)| written(played.files, scenario, id));
    match place {
        Some((source, node)) => Diagnostic::in_node(source, node, title),
        None => Diagnostic::new(title),
    }
}
