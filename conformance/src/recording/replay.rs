//! Judging a recording again, without any client.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::bundle::RecordedVerdict;
use super::recorded::Recorded;
use super::unreadable::{Flaw, Unreadable};
use crate::case::{Case, CheckName};
use crate::diagnostic::{Diagnostics, Source, listed};
use crate::expectations::Names;
use crate::judge::judge;
use crate::judgement::{Judgement, Run};
use crate::library::Library;
use crate::plan::{load, plan};
use crate::registry::{Registry, Requirement};
use crate::report::several::several;
use crate::scenario::{Body, Cell};
use crate::trace::Road;

/// A recording that was judged again.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The case, with the checks that were judged.
    pub case: Case,
    /// The runs, under the variations of that case.
    pub runs: Vec<Run>,
    /// The verdicts.
    pub judgements: Vec<Judgement>,
    /// What a reader should know of how scenario and recording fit each other, in sentences.
    pub notes: Vec<String>,
}

/// Judges recordings: each by the scenario in it, or all by a library of their own.
#[derive(Debug)]
pub struct Replayer {
    library: Option<Vec<Case>>,
    /// Cases of scenarios in recordings, which often have one in common.
    planned: BTreeMap<Script, Vec<Case>>,
}

/// All that the cases of a scenario are made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Script {
    scenario: Source,
    registry: Source,
}

/// Why a recording cannot be judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unreplayable {
    /// The recording itself is wrong.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The scenarios have no case of its name.
    #[error(
        "no scenario that was given has the case {case} of the recording `{place}`{}",
        .others.as_ref().map_or_else(String::new, |others| format!("; its scenario has {others}"))
    )]
    NoCase {
        /// The case.
        case: String,
        /// The recording.
        place: String,
        /// The cases that the scenario of this name has, listed; none if there is no such scenario.
        others: Option<String>,
    },
    /// The scenario asks for a run that was not played.
    #[error(
        "the recording `{place}` has no run {variation} of {case}; play the scenario as it is now to get one"
    )]
    NoRun {
        /// The recording.
        place: String,
        /// The variation, in words.
        variation: String,
        /// The case.
        case: String,
    },
}

impl Replayer {
    /// Judges each recording by the scenario and the requirements in it, and those checks only that were judged then.
    #[must_use]
    pub fn new() -> Self {
        Self {
            library: None,
            planned: BTreeMap::new(),
        }
    }

    /// Judges recordings by the scenarios of a library, and all checks they have now. Requirements that neither stand beside the
    /// files nor come with the program are taken from the recordings.
    ///
    /// # Errors
    /// Every mistake in the library's files.
    pub fn by(library: &Library, recorded: &[Recorded]) -> Result<Self, Diagnostics> {
        let mut registry = library.registry()?;
        for recorded in recorded {
            // What is wrong with it is told when it is judged.
            if let Ok(more) = Registry::parse(&registry_of(recorded)) {
                registry = registry.over(more);
            }
        }
        Ok(Self {
            library: Some(library.plan(&registry)?),
            planned: BTreeMap::new(),
        })
    }

    /// The names of all checks of the scenarios that were judged by, as far as they are known: of the library, or of the
    /// scenarios in the recordings that were judged so far.
    #[must_use]
    pub fn names(&self) -> Names {
        match &self.library {
            Some(cases) => Names::of(cases),
            None => {
                let mut seen = BTreeSet::new();
                let cases = self.planned.values().flatten();
                let cases = cases.filter(|case| seen.insert(&case.name)).cloned();
                Names::of(&Vec::from_iter(cases))
            }
        }
    }

    /// Judges a recording.
    ///
    /// # Errors
    /// Its scenario cannot be planned, or does not fit what was recorded.
    pub fn replay(&mut self, recorded: &Recorded) -> Result<Replayed, Unreplayable> {
        let own = self.own_case(recorded);
        let (case, mut notes) = match &self.library {
            None => (as_recorded(own?, recorded)?, Vec::new()),
            Some(cases) => {
                let case = find(cases, recorded).ok_or_else(|| no_case(cases, recorded))?;
                // An old scenario that this release refuses is no reason not to judge by a new one.
                let notes = own.map(|own| differences(&own, case)).unwrap_or_default();
                (case.clone(), notes)
            }
        };
        let runs = runs(&case, recorded)?;
        let left = recorded.runs.len() - runs.len();
        if left > 0 {
            notes.push(format!(
                "not judged: {left} of {}, of a variation that the scenario has no more",
                several(recorded.runs.len(), "run")
            ));
        }
        Ok(Replayed {
            judgements: judge(&case, &runs),
            notes,
            case,
            runs,
        })
    }

    /// The case as the recording's own scenario has it.
    fn own_case(&mut self, recorded: &Recorded) -> Result<Case, Unreadable> {
        let script = Script {
            scenario: recorded.scenario.clone(),
            registry: registry_of(recorded),
        };
        if !self.planned.contains_key(&script) {
            let cases =
                cases(&script).map_err(|problems| Flaw::Scenario(problems).at(&recorded.place))?;
            self.planned.insert(script.clone(), cases);
        }
        let cases = self.planned.get(&script).into_iter().flatten();
        let case = cases.into_iter().find(|c| c.name == recorded.bundle.case);
        case.cloned().ok_or_else(|| {
            let what = format!("its scenario has no case {}", recorded.bundle.case);
            Flaw::damaged(super::SCENARIO, what).at(&recorded.place)
        })
    }
}

impl Default for Replayer {
    fn default() -> Self {
        Self::new()
    }
}

fn cases(script: &Script) -> Result<Vec<Case>, Diagnostics> {
    let registry = Registry::parse(&script.registry)?;
    plan(&load(&script.scenario, None)?, &registry)
}

/// The requirements of a recording, as a registry's file has them.
fn registry_of(recorded: &Recorded) -> Source {
    let rows = recorded.bundle.requirements.iter().map(row);
    let text = json!({ "schema": 1, "requirements": rows.collect::<Vec<Value>>() });
    Source::new(super::BUNDLE, format!("{text:#}"))
}

/// A requirement as a file has it, where nothing is `null`.
fn row(requirement: &Requirement) -> Value {
    let mut value = json!(requirement);
    let keep = |value: &mut Value| {
        if let Some(map) = value.as_object_mut() {
            map.retain(|_, value| !value.is_null());
        }
    };
    keep(&mut value);
    let refs = value.get_mut("refs").and_then(Value::as_array_mut);
    refs.into_iter().flatten().for_each(keep);
    value
}

/// The case with the checks that were judged, each as binding as it was.
fn as_recorded(mut case: Case, recorded: &Recorded) -> Result<Case, Unreadable> {
    let verdicts = &recorded.bundle.verdicts;
    let judged = |id: &str| -> Option<&RecordedVerdict> { verdicts.iter().find(|v| v.id == id) };
    case.checks
        .retain(|planned| judged(&planned.check.id).is_some());
    if case.checks.len() < verdicts.len() {
        let has = |id: &str| case.checks.iter().any(|planned| planned.check.id == id);
        let unknown = verdicts.iter().map(|v| v.id.as_str()).find(|id| !has(id));
        let check = CheckName::new(&case.name, unknown.unwrap_or_default());
        let what = format!("its scenario has no check {check}");
        return Err(Flaw::damaged(super::SCENARIO, what).at(&recorded.place));
    }
    for planned in &mut case.checks {
        let level = judged(&planned.check.id).map(|verdict| verdict.level);
        if let Some(level) = level.filter(|level| *level != planned.requirement.level) {
            Arc::make_mut(&mut planned.requirement).level = level;
        }
    }
    Ok(case)
}

fn find<'c>(cases: &'c [Case], recorded: &Recorded) -> Option<&'c Case> {
    cases.iter().find(|case| case.name == recorded.bundle.case)
}

fn no_case(cases: &[Case], recorded: &Recorded) -> Unreplayable {
    let name = &recorded.bundle.case.0;
    let scenario = name
        .split_once('[')
        .map_or(name.as_str(), |(scenario, _)| scenario);
    let others: Vec<&str> = cases
        .iter()
        .filter(|case| case.head.scenario == scenario)
        .map(|case| case.name.0.as_str())
        .collect();
    Unreplayable::NoCase {
        case: name.clone(),
        place: recorded.place.clone(),
        others: (!others.is_empty()).then(|| listed(others)),
    }
}

/// The recorded runs that the case's variations ask for, found by the names of their values.
fn runs(case: &Case, recorded: &Recorded) -> Result<Vec<Run>, Unreplayable> {
    let mut runs = Vec::with_capacity(case.variations.len());
    for (index, variation) in case.variations.iter().enumerate() {
        let mut played = recorded.runs.iter();
        match played.find(|(cell, _)| *cell == variation.cell) {
            Some((_, trace)) => runs.push(Run {
                variation: index,
                trace: trace.clone(),
            }),
            // A command is started for a part of the variations only.
            None if recorded.bundle.road == Road::Passive => {}
            None => return Err(no_run(&variation.cell, case, recorded)),
        }
    }
    match case.variations.first() {
        Some(first) if runs.is_empty() => Err(no_run(&first.cell, case, recorded)),
        _ => Ok(runs),
    }
}

fn no_run(cell: &Cell, case: &Case, recorded: &Recorded) -> Unreplayable {
    let values = cell.iter().map(|(axis, value)| format!("{axis}={value}"));
    let values: Vec<String> = values.collect();
    Unreplayable::NoRun {
        place: recorded.place.clone(),
        variation: match values.is_empty() {
            true => "without a variation".to_owned(),
            false => format!("for {}", values.join(", ")),
        },
        case: case.name.0.clone(),
    }
}

/// What another scenario changes beside its checks: the evidence is that of the recorded one.
fn differences(own: &Case, other: &Case) -> Vec<String> {
    let played = |case: &Case| -> BTreeMap<Cell, Body> {
        let bodies = case.variations.iter().map(|variation| {
            let body = Body {
                checks: Vec::new(),
                ..variation.body.clone()
            };
            (variation.cell.clone(), body)
        });
        bodies.collect()
    };
    let (own, other) = (played(own), played(other));
    let changed = other
        .iter()
        .any(|(cell, body)| own.get(cell).is_some_and(|played| played != body));
    let what = "the provider, the clients or the steps of its scenario are no longer those that were played, and the evidence is of the old ones";
    changed.then(|| what.to_owned()).into_iter().collect()
}
