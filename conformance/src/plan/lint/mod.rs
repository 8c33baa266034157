//! What a body means: mistakes that the types cannot refuse.

mod check;
mod endpoint;
mod needs;
mod predicate;
mod proof;
mod script;
mod selector;
mod steps;
mod vendor;

use mock_idp::Provider;

use super::body::FilledBody;
use super::file::ScenarioFile;
use crate::case::CaseName;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::registry::Registry;
use crate::scenario::{Body, CallStep, Step};
use crate::yaml::{Node, Span};

/// What is examined: the body for one cell, with its tree.
pub(super) struct View<'a> {
    pub(super) file: &'a ScenarioFile,
    pub(super) provider: Provider,
    pub(super) filled: &'a FilledBody,
    pub(super) registry: &'a Registry,
}

/// The mistakes of one case.
pub(super) struct Findings<'a> {
    all: &'a mut Diagnostics,
    case: &'a CaseName,
    number: usize,
}

impl<'a> Findings<'a> {
    pub(super) fn new(all: &'a mut Diagnostics, case: &'a CaseName) -> Self {
        Self {
            all,
            case,
            number: 0,
        }
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.number += 1;
        self.all.push(diagnostic.in_case(self.case.0.clone()));
    }

    /// How many were found in this case so far.
    pub(super) fn count(&self) -> usize {
        self.number
    }
}

/// Examines a body.
pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    script::examine(view, found);
    vendor::examine(view, found);
    steps::examine(view, found);
    check::examine(view, found);
    proof::examine(view, found);
    needs::examine(view, found);
}

impl View<'_> {
    fn body(&self) -> &Body {
        &self.filled.body
    }

    fn problem(&self, node: &Node, title: impl Into<String>) -> Diagnostic {
        Diagnostic::in_node(&self.file.source, node, title)
    }

    fn problem_at(&self, span: Span, title: impl Into<String>) -> Diagnostic {
        Diagnostic::at(&self.file.source, span, title)
    }

    /// The steps that ask something of the client, with their labels.
    fn calls(&self) -> impl Iterator<Item = (&str, &Step, &CallStep)> {
        self.body().steps.iter().filter_map(|step| {
            let call = step.call()?;
            Some((call.label.as_deref()?, step, call))
        })
    }

    fn labels(&self) -> Vec<&str> {
        self.calls().map(|(label, _, _)| label).collect()
    }

    /// The holds that script rules name.
    fn holds(&self) -> Vec<&str> {
        self.body()
            .idp
            .script
            .iter()
            .filter_map(|rule| rule.hold.as_ref())
            .map(|hold| hold.name.as_str())
            .collect()
    }
}

/// The part of a tree under these keys, or the closest part of it that is there.
fn below<'a>(node: &'a Node, keys: &[&str]) -> &'a Node {
    keys.iter()
        .try_fold(node, |node, key| node.get(key).ok_or(node))
        .unwrap_or_else(|closest| closest)
}

/// Whether a name can be a label, a hold or the id of a check.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 60
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

const NAME_HELP: &str = "use lower-case letters, digits, `-` and `_`, beginning with a letter";
