//! One file, its cases.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use mock_idp::Provider;

use super::axis::{Axis, RUN};
use super::body::{FilledBody, fill_and_read};
use super::cells::{Chosen, combinations, product};
use super::file::ScenarioFile;
use super::fill::{Filler, Uses};
use super::lint::{self, Findings, View};
use super::when::{When, conditions};
use crate::case::{Case, CaseName, PlannedCheck, Variation};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::registry::Registry;
use crate::yaml::Node;

/// The most runs a file may describe.
const MAX_RUNS: usize = 1_000;

/// The most values that filling references in may make, over all runs of a file.
const MAX_VALUES: usize = 2_000_000;

/// The cases of a scenario: one for each vendor and cell of its matrix, in the order of the file.
///
/// # Errors
/// Every mistake in the body, found in any cell, each shown once with its place and the cases that have it.
pub fn plan(file: &ScenarioFile, registry: &Registry) -> Result<Vec<Case>, Diagnostics> {
    let mut found = Diagnostics::new();
    too_many(file, &mut found);
    if !found.is_empty() {
        return found.or(Vec::new());
    }
    let mut planner = Planner {
        file,
        registry,
        whens: conditions(file, &mut found),
        uses: RefCell::default(),
        budget: Cell::new(MAX_VALUES),
        found,
    };
    let mut cases = Vec::new();
    let mut rows = Vec::new();
    for &provider in &file.head.providers {
        for row in combinations(&file.matrix, provider, &Chosen::default()) {
            if planner.found.is_full() {
                return planner.found.or(cases);
            }
            cases.extend(planner.case(provider, &row, &mut rows));
        }
        planner.has_cases(provider, &rows);
    }
    let number = rows.iter().filter(|row| row.of_case).count();
    planner.found.forget_cases(number);
    planner.leftovers(&rows);
    planner.found.or(cases)
}

/// A combination that was used.
struct Row<'a> {
    provider: Provider,
    chosen: Chosen<'a>,
    of_case: bool,
}

struct Planner<'a> {
    file: &'a ScenarioFile,
    registry: &'a Registry,
    whens: Vec<When<'a>>,
    uses: RefCell<Uses>,
    budget: Cell<usize>,
    found: Diagnostics,
}

impl<'a> Planner<'a> {
    fn case(
        &mut self,
        provider: Provider,
        chosen: &Chosen<'a>,
        rows: &mut Vec<Row<'a>>,
    ) -> Option<Case> {
        let file = self.file;
        rows.push(Row {
            provider,
            chosen: chosen.clone(),
            of_case: true,
        });
        let name = CaseName::new(&file.head.scenario, provider, &chosen.names());
        let checks: Vec<&Node> = self
            .whens
            .iter_mut()
            .filter_map(|when| when.applies(provider, chosen))
            .collect();
        if checks.is_empty() && self.whens.iter().all(When::is_sound) {
            self.found.push(
                Diagnostic::at(
                    &file.source,
                    section(file, "checks"),
                    "a case that no check applies to",
                )
                .in_case(name.0.clone()),
            );
        }
        let mut variations = Vec::new();
        let mut first: Option<FilledBody> = None;
        let varied = combinations(&file.vary, provider, chosen);
        if varied.is_empty() {
            self.found.push(
                Diagnostic::at(
                    &file.source,
                    section(file, "vary"),
                    "a case that no variation is left for",
                )
                .in_case(name.0.clone()),
            );
        }
        for more in varied {
            if self.found.is_full() {
                return None;
            }
            rows.push(Row {
                provider,
                chosen: more.clone(),
                of_case: false,
            });
            let Some(filled) = self.variation(provider, chosen, &more, &name, &checks) else {
                continue;
            };
            for run in 1..=file.head.repeat {
                let mut cell = more.cell();
                if file.head.repeat > 1 {
                    cell.insert(RUN.to_owned(), run.to_string());
                }
                variations.push(Variation {
                    cell,
                    seed_offset: u64::from(run - 1),
                    body: filled.body.clone(),
                });
            }
            first.get_or_insert(filled);
        }
        let first = first?;
        Some(Case {
            name,
            head: Arc::clone(&file.head),
            file: Arc::clone(&file.source.path),
            provider,
            cell: chosen.cell(),
            variations,
            checks: planned(&first, self.registry),
        })
    }

    fn variation(
        &mut self,
        provider: Provider,
        chosen: &Chosen<'a>,
        more: &Chosen<'a>,
        name: &CaseName,
        checks: &[&Node],
    ) -> Option<FilledBody> {
        let file = self.file;
        let mut found = Findings::new(&mut self.found, name);
        let mut body = Filler {
            source: &file.source,
            chosen: chosen.with(more),
            barred: &[],
            uses: &self.uses,
            budget: &self.budget,
            problems: Vec::new(),
        };
        let mut check = Filler {
            source: &file.source,
            chosen: chosen.clone(),
            barred: &file.vary,
            uses: &self.uses,
            budget: &self.budget,
            problems: Vec::new(),
        };
        let filled = fill_and_read(&file.root, checks, &mut body, &mut check, &mut found);
        if self.budget.get() == 0 {
            found.push(too_large(file));
            return None;
        }
        let filled = filled?;
        let view = View::new(file, provider, &filled, self.registry);
        lint::examine(&view, &mut found);
        Some(filled)
    }

    fn has_cases(&mut self, provider: Provider, rows: &[Row<'_>]) {
        if rows
            .iter()
            .any(|row| row.provider == provider && row.of_case)
        {
            return;
        }
        let file = self.file;
        let span = file
            .root
            .get("providers")
            .and_then(|node| {
                node.items()
                    .iter()
                    .find(|n| n.text() == Some(provider.name()))
            })
            .map_or(section(file, "providers"), |node| node.span);
        self.found.push(
            Diagnostic::at(
                &file.source,
                span,
                format!("no case runs against {provider}"),
            )
            .help("remove the provider, or open a value of `matrix` to it"),
        );
    }

    /// What no case has used.
    fn leftovers(&mut self, rows: &[Row<'_>]) {
        let source = &self.file.source;
        for when in &self.whens {
            if when.is_sound() && !when.was_used() {
                self.found.push(Diagnostic::at(
                    source,
                    when.place(),
                    "a check that no case runs",
                ));
            }
        }
        let uses = self.uses.take();
        for axis in self.file.matrix.iter().chain(&self.file.vary) {
            if !uses.axis(&axis.name) {
                self.found.push(
                    Diagnostic::at(
                        source,
                        axis.span,
                        format!("nothing refers to the axis `{}`", axis.name),
                    )
                    .help(format!("use `${}`, or remove the axis", axis.name)),
                );
                continue;
            }
            for value in &axis.values {
                if !rows.iter().any(|row| row.chosen.takes(axis, value)) {
                    self.found.push(
                        Diagnostic::at(
                            source,
                            value.span,
                            format!("no case uses the value `{}`", value.name),
                        )
                        .note("`providers` and `only` leave no combination for it"),
                    );
                }
            }
            self.unused_keys(axis, &uses);
        }
    }

    fn unused_keys(&mut self, axis: &Axis, uses: &Uses) {
        let mut told = Vec::new();
        for value in &axis.values {
            for (key, _) in value.data.entries() {
                if !uses.key(&axis.name, &key.name) && !told.contains(&&key.name) {
                    told.push(&key.name);
                    self.found.push(
                        Diagnostic::at(
                            &self.file.source,
                            key.span,
                            format!("nothing refers to `{}`", key.name),
                        )
                        .help(format!("use `${}.{}`, or remove it", axis.name, key.name)),
                    );
                }
            }
        }
    }
}

fn planned(filled: &FilledBody, registry: &Registry) -> Vec<PlannedCheck> {
    filled
        .body
        .checks
        .iter()
        .zip(&filled.checks)
        .filter_map(|(check, node)| {
            Some(PlannedCheck {
                check: check.clone(),
                requirement: Arc::clone(registry.get(&check.req)?),
                line: node.span.line,
            })
        })
        .collect()
}

fn too_many(file: &ScenarioFile, found: &mut Diagnostics) {
    let cases = product(&file.matrix).saturating_mul(file.head.providers.len());
    let repeats = usize::try_from(file.head.repeat).unwrap_or(usize::MAX);
    let runs = cases
        .saturating_mul(product(&file.vary))
        .saturating_mul(repeats);
    if runs > MAX_RUNS {
        let key = if file.matrix.is_empty() {
            "vary"
        } else {
            "matrix"
        };
        found.push(
            Diagnostic::at(
                &file.source,
                section(file, key),
                format!("the axes make {runs} runs, more than the {MAX_RUNS} of a file"),
            )
            .help(match repeats {
                1 => "split the scenario, or choose fewer values",
                _ => "split the scenario, choose fewer values, or play each case less often",
            }),
        );
    }
}

fn too_large(file: &ScenarioFile) -> Diagnostic {
    Diagnostic::at(
        &file.source,
        section(file, "matrix"),
        format!("filling in the references makes more than {MAX_VALUES} values"),
    )
    .help("split the scenario")
}

/// The key of a section, for a mistake of the section as a whole.
fn section(file: &ScenarioFile, key: &str) -> crate::yaml::Span {
    file.root
        .entry(key)
        .map_or(file.root.span, |(key, _)| key.span)
}
