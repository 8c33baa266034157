//! The lint over a whole library: scenario files, the registry and the frozen sets, in one pass.

mod coverage;
mod evidence;
mod references;
mod sets;

use crate::case::Case;
use crate::contender::{Contender, Reference};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::library::Library;
use crate::mutants::{MUTANTS, Matrix};
use crate::plan::ScenarioFile;
use crate::yaml::Node;

/// What is looked at beside what always is.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    /// Play every case with every broken client on so many threads, to see that each check bites and each claim of the
    /// registry is true.
    pub matrix: Option<usize>,
    /// A set that is about to be written, so that what stands in its file now does not matter.
    pub without_set: Option<&'a str>,
}

/// What was found, and in how much.
#[derive(Debug)]
pub struct Checked {
    /// Every mistake, in the order of the files.
    pub found: Diagnostics,
    /// The cases of the files that are sound.
    pub cases: Vec<Case>,
    /// How many scenario files there are.
    pub files: usize,
    /// How many requirements stand in the registries of these files.
    pub requirements: usize,
    /// How many frozen sets stand beside these files.
    pub sets: usize,
}

/// Examines a library with the registry and the sets that belong to it.
///
/// Whether every requirement has a check, and every set has what it lists, is asked only where the whole folder of a
/// registry was given: of a part, nothing is missing.
///
/// # Errors
/// The system's words if a thread could not be started.
pub fn check(library: &Library, scope: &Scope<'_>) -> std::io::Result<Checked> {
    let (own, mut found) = library.own_registry();
    // The embedded registry is part of the build and sound; if it were not, names would be missing from it.
    let registry = match library.registry() {
        Ok(registry) => registry,
        Err(_) => own.clone(),
    };
    let survey = library.survey(&registry);
    // Of files that could not be planned nobody knows what they test.
    let is_whole = library.is_whole() && survey.found.is_empty();
    found.extend(survey.found);
    let (sets, problems) = library.own_sets(scope.without_set);
    found.extend(problems);

    references::examine(&own, &mut found);
    coverage::examine(&own, &survey.cases, is_whole, &mut found);
    if is_whole {
        for set in &sets {
            sets::examine(set, &survey.cases, &registry, &mut found);
        }
    }
    if let Some(threads) = scope.matrix {
        let mut contenders: Vec<&dyn Contender> = vec![&Reference];
        contenders.extend(MUTANTS.iter().map(|mutant| mutant as &dyn Contender));
        let played = evidence::Played {
            matrix: &Matrix::play(&survey.cases, &contenders, threads)?,
            reference: Reference.name(),
            files: &survey.files,
            cases: &survey.cases,
        };
        evidence::checks(&played, &mut found);
        if is_whole {
            evidence::claims(&played, &own, &mut found);
        }
    }
    found.sort();
    Ok(Checked {
        found,
        cases: survey.cases,
        files: library.len(),
        requirements: own.rows().len(),
        sets: sets.len(),
    })
}

/// A mistake of a part of a map, or of the whole map where that part is missing.
fn at(source: &Source, node: &Node, key: &str, title: impl Into<String>) -> Diagnostic {
    Diagnostic::in_node(source, node.get(key).unwrap_or(node), title)
}

/// Where a check is written.
fn written<'a>(
    files: &'a [ScenarioFile],
    scenario: &str,
    id: &str,
) -> Option<(&'a Source, &'a Node)> {
    let file = files.iter().find(|file| file.head.scenario == scenario)?;
    let checks = file.root_entry("checks")?.items().iter();
    let mut ids = checks.filter_map(|check| check.get("id"));
    let node = ids.find(|node| node.text() == Some(id))?;
    Some((&file.source, node))
}

#[cfg(test)]
mod tests;
