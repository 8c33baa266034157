//! What a body means: mistakes that the types cannot refuse.
//!
//! | file | what it examines |
//! |---|---|
//! | `cast`, `clients`, `kind` | who takes part |
//! | `idp`, `rule`, `filter`, `shadow` | the provider and its script |
//! | `steps`, `call`, `clocks`, `waits`, `happening` | what is done, in order |
//! | `check`, `predicate`, `each`, `gap`, `field`, `selector` | what is expected |
//! | `endpoint`, `proof` | checks that silence would pass |
//! | `needs`, `passive`, `vendor` | what clients, roads and vendors do not all have |

mod call;
mod cast;
mod check;
mod clients;
mod clocks;
mod each;
mod endpoint;
mod field;
mod filter;
mod gap;
mod happening;
mod idp;
mod kind;
mod needs;
mod passive;
mod predicate;
mod proof;
mod rule;
mod selector;
mod shadow;
mod steps;
mod vendor;
mod waits;

use mock_idp::Provider;

use self::cast::Cast;
use super::body::FilledBody;
use super::file::ScenarioFile;
use crate::case::CaseName;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::registry::Registry;
use crate::scenario::{Body, CallStep, Step};
use crate::yaml::{Node, Span};
use mock_idp::fault::Rule;

/// What is examined: the body for one cell, with its tree.
pub(super) struct View<'a> {
    file: &'a ScenarioFile,
    provider: Provider,
    filled: &'a FilledBody,
    registry: &'a Registry,
    cast: Cast<'a>,
    rules: Vec<Armed<'a>>,
}

/// A rule of the script.
struct Armed<'a> {
    rule: &'a Rule,
    node: &'a Node,
    /// The number of the step that adds it, from 0; none for a rule that is there from the start.
    step: Option<usize>,
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

    /// Whether it is no use to look for more.
    pub(super) fn is_full(&self) -> bool {
        self.all.is_full()
    }

    /// How many were found in this case so far.
    pub(super) fn count(&self) -> usize {
        self.number
    }
}

/// Examines a body.
pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    if !clients::examine(view, found) {
        return;
    }
    for examine in [
        idp::examine,
        vendor::examine,
        steps::examine,
        check::examine,
        proof::examine,
        needs::examine,
        passive::examine,
    ] {
        if !found.is_full() {
            examine(view, found);
        }
    }
}

impl<'a> View<'a> {
    /// A body of a file, for one vendor.
    pub(super) fn new(
        file: &'a ScenarioFile,
        provider: Provider,
        filled: &'a FilledBody,
        registry: &'a Registry,
    ) -> Self {
        Self {
            file,
            provider,
            filled,
            registry,
            cast: Cast::of(filled),
            rules: armed(filled),
        }
    }

    fn body(&self) -> &'a Body {
        &self.filled.body
    }

    fn problem(&self, node: &Node, title: impl Into<String>) -> Diagnostic {
        Diagnostic::in_node(&self.file.source, node, title)
    }

    fn problem_at(&self, span: Span, title: impl Into<String>) -> Diagnostic {
        Diagnostic::at(&self.file.source, span, title)
    }

    /// The steps that ask something of the client, with their labels.
    fn calls(&self) -> impl Iterator<Item = (&'a str, &'a Step, &'a CallStep)> {
        self.filled.body.steps.iter().filter_map(|step| {
            let call = step.call()?;
            Some((call.label.as_deref()?, step, call))
        })
    }

    fn labels(&self) -> Vec<&'a str> {
        self.calls().map(|(label, _, _)| label).collect()
    }

    /// The holds that script rules name.
    fn holds(&self) -> Vec<&'a str> {
        let mut holds: Vec<&str> = self
            .rules
            .iter()
            .filter_map(|armed| Some(armed.rule.hold.as_ref()?.name.as_str()))
            .collect();
        holds.sort_unstable();
        holds.dedup();
        holds
    }
}

/// Every rule of the script: those of the file, then those that steps add.
fn armed(filled: &FilledBody) -> Vec<Armed<'_>> {
    let body = &filled.body;
    let mut rules = from_script(&body.idp.script, filled.idp.as_ref(), None);
    for (at, (step, node)) in body.steps.iter().zip(&filled.steps).enumerate() {
        if let Step::Idp(idp) = step {
            rules.extend(from_script(&idp.script, node.get("idp"), Some(at)));
        }
    }
    rules
}

fn from_script<'a>(
    script: &'a [Rule],
    node: Option<&'a Node>,
    step: Option<usize>,
) -> Vec<Armed<'a>> {
    let nodes = node.and_then(|node| node.get("script")).map(Node::items);
    script
        .iter()
        .zip(nodes.unwrap_or_default())
        .map(|(rule, node)| Armed { rule, node, step })
        .collect()
}

/// The part of a tree under these keys, or the closest part of it that is there.
fn below<'a>(node: &'a Node, keys: &[&str]) -> &'a Node {
    keys.iter()
        .try_fold(node, |node, key| node.get(key).ok_or(node))
        .unwrap_or_else(|closest| closest)
}

/// The element of a list, or the list if it stands for the element itself.
fn element(list: &Node, at: usize) -> &Node {
    list.items().get(at).unwrap_or(list)
}

/// Whether a name can be a label, a client, a store, a hold or the id of a check.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 60
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

const NAME_HELP: &str = "use lower-case letters, digits, `-` and `_`, beginning with a letter";

/// The furthest that a clock is moved or set off.
const FURTHEST: jiff::SignedDuration = jiff::SignedDuration::from_hours(100 * 365 * 24);

/// The longest text that a rule or a call sends, in bytes.
const MAX_TEXT: usize = 64 << 10;
