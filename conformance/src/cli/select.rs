//! Choosing cases: the arguments that `run`, `exec` and `list` share.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use mock_idp::Provider;

use super::Refusal;
use crate::case::Case;
use crate::catalog::nearest_of;
use crate::diagnostic::{did_you_mean, listed};
use crate::exit::ExitCode;
use crate::expectations::Names;
use crate::frozen::FrozenSet;
use crate::library::Library;
use crate::recording::Origins;
use crate::selection::{Argument, Pattern, Selection};
use crate::verdict::Level;

/// Which cases.
#[derive(Debug, Args)]
pub(super) struct Select {
    /// Names or files: `expiry`, `rate-limit/**`, `rotation/reuse-detected[okta]`, `herd.yaml`, a folder. All without any
    ///
    /// What exists as a path or ends in .yaml is read as a scenario file. In names only * and ** are special.
    #[arg(value_name = "SELECTION")]
    names: Vec<String>,
    /// Only checks of this requirement; can be repeated
    #[arg(long = "req", value_name = "ID")]
    requirements: Vec<String>,
    /// Only checks of this level
    #[arg(long, value_parser = level)]
    level: Option<Level>,
    /// Only this provider: entra or okta
    #[arg(long, value_parser = provider)]
    provider: Option<Provider>,
}

fn level(text: &str) -> Result<Level, String> {
    match text {
        "must" => Ok(Level::Must),
        "should" => Ok(Level::Should),
        _ => Err("the levels are `must` and `should`".to_owned()),
    }
}

fn provider(text: &str) -> Result<Provider, String> {
    text.parse()
        .map_err(|error: mock_idp::UnknownProvider| error.to_string())
}

/// What was chosen.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) cases: Vec<Case>,
    /// The set they are judged by, if one was asked for.
    pub(super) set: Option<FrozenSet>,
    /// Where they come from, for recordings.
    pub(super) origins: Origins,
    /// The names of all checks of the library, chosen or not.
    pub(super) names: Names,
    /// Whether the library is the one that comes with the program.
    pub(super) is_embedded: bool,
    /// Whether names, requirements or a level left something out.
    is_narrowed: bool,
    provider: Option<Provider>,
}

impl Chosen {
    /// Whether nothing was left out of what there is for these vendors, or for all if none is given.
    pub(super) fn is_whole(&self, providers: &[Provider]) -> bool {
        let has_all = match self.provider {
            None => true,
            Some(one) => !providers.is_empty() && providers.iter().all(|p| *p == one),
        };
        has_all && !self.is_narrowed
    }
}

impl Select {
    /// The cases that are chosen. Files given by name replace the built-in library.
    pub(super) fn cases(&self) -> Result<Vec<Case>, Refusal> {
        Ok(self.chosen(None)?.cases)
    }

    /// The cases that are chosen and the frozen set of this name, each check as binding as that has it.
    pub(super) fn chosen(&self, set: Option<&str>) -> Result<Chosen, Refusal> {
        let (library, patterns) = self.library()?;
        let set = match set {
            Some(name) => Some(named(&library, name)?),
            None => None,
        };
        let is_narrowed =
            !patterns.is_empty() || !self.requirements.is_empty() || self.level.is_some();
        let (cases, names, origins) = self.select(&library, patterns)?;
        let cases = match &set {
            Some(set) => set.bind(cases),
            None => cases,
        };
        Ok(Chosen {
            cases,
            set,
            origins,
            names,
            is_embedded: library.is_embedded(),
            is_narrowed,
            provider: self.provider,
        })
    }

    /// The frozen sets that belong to the library that is chosen.
    pub(super) fn sets(&self) -> Result<Vec<FrozenSet>, Refusal> {
        Ok(self.library()?.0.sets()?)
    }

    /// Everything in these files and folders, or in the library that comes with the program.
    pub(super) fn of_files(paths: &[PathBuf]) -> Result<Chosen, Refusal> {
        let mut library = Library::new();
        for path in paths {
            library.add_path(path)?;
        }
        if library.is_empty() {
            library = Library::embedded();
        }
        let cases = library.plan(&library.registry()?)?;
        Ok(Chosen {
            names: Names::of(&cases),
            cases,
            set: None,
            origins: Origins::default(),
            is_embedded: library.is_embedded(),
            is_narrowed: false,
            provider: None,
        })
    }

    /// The provider that was asked for.
    pub(super) fn provider(&self) -> Option<Provider> {
        self.provider
    }

    fn library(&self) -> Result<(Library, Vec<Pattern>), Refusal> {
        let mut library = Library::new();
        let mut patterns = Vec::new();
        for name in &self.names {
            match Argument::read(name).map_err(|error| Refusal::usage(error.to_string()))? {
                Argument::Path(path) => library.add_path(&path)?,
                Argument::Pattern(pattern) => patterns.push(pattern),
            }
        }
        if library.is_empty() {
            library = Library::embedded();
        }
        Ok((library, patterns))
    }

    /// The chosen cases, and the names of all checks there are.
    fn select(
        &self,
        library: &Library,
        patterns: Vec<Pattern>,
    ) -> Result<(Vec<Case>, Names, Origins), Refusal> {
        let registry = library.registry()?;
        for requirement in &self.requirements {
            if registry.get(requirement).is_none() {
                let guess = did_you_mean(requirement, registry.ids())
                    .map(|guess| format!("; {guess}"))
                    .unwrap_or_default();
                return Err(Refusal::usage(format!(
                    "no requirement is called `{requirement}`{guess}"
                )));
            }
        }
        let survey = library.survey(&registry);
        let origins = Origins::of(&survey.files, &survey.cases);
        let cases = survey.found.or(survey.cases)?;
        let selection = Selection {
            patterns,
            requirements: self.requirements.clone(),
            level: self.level,
            providers: self.provider.into_iter().collect(),
        };
        if let Some(pattern) = selection.unmatched(&cases).next() {
            let guess = guess(&pattern.to_string(), &cases)
                .map(|name| format!(" did you mean `{name}`?"))
                .unwrap_or_default();
            return Err(nothing(format!(
                "`{pattern}` selects nothing;{guess} `tokenproof list` shows every name"
            )));
        }
        let names = Names::of(&cases);
        let chosen = selection.select(cases);
        if chosen.is_empty() {
            return Err(nothing(
                "nothing is left to run: the options exclude each other".to_owned(),
            ));
        }
        Ok((chosen, names, origins))
    }
}

fn named(library: &Library, name: &str) -> Result<FrozenSet, Refusal> {
    let sets = library.sets()?;
    let known = sets.iter().map(|set| set.name.as_str());
    let known = listed(known);
    let found = sets.into_iter().find(|set| set.name == name);
    found.ok_or_else(|| {
        Refusal::usage(format!(
            "no frozen set is called `{name}`; the sets are {known}"
        ))
    })
}

pub(super) fn nothing(message: String) -> Refusal {
    Refusal {
        exit: ExitCode::NothingSelected,
        message,
    }
}

/// The name that a pattern most likely means: of a case, of a scenario, or of a scenario without its area.
fn guess<'c>(pattern: &str, cases: &'c [Case]) -> Option<&'c str> {
    let whole: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| [case.head.scenario.as_str(), case.name.0.as_str()])
        .collect();
    nearest_of(pattern, &Vec::from_iter(whole)).or_else(|| {
        let last = |case: &'c Case| case.head.scenario.rsplit('/').next().unwrap_or_default();
        let short: BTreeSet<&str> = cases.iter().map(last).collect();
        let near = nearest_of(pattern, &Vec::from_iter(short))?;
        cases
            .iter()
            .find(|case| last(case) == near)
            .map(|case| case.head.scenario.as_str())
    })
}
