//! `tokenproof replay`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::publish::{Outputs, gate};
use super::record::link;
use super::{Refusal, drive, output, terms};
use crate::case::{CaseName, CheckName};
use crate::exit::ExitCode;
use crate::expectations::{Bound, Expectations, Names};
use crate::gate::Gate;
use crate::library::Library;
use crate::recording::{Recorded, Replayed, Replayer, folder_name};
use crate::report::{Comparison, Kept, Played, Report, html};

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Recordings: the folder of a case, or one that holds such folders
    #[arg(required = true, value_name = "BUNDLE")]
    bundles: Vec<PathBuf>,
    /// Judge by this scenario file or folder in place of the scenario in the recording; can be repeated
    #[arg(long, value_name = "PATH", conflicts_with = "library")]
    scenario: Vec<PathBuf>,
    /// Judge by the library that comes with this program in place of the scenario in the recording
    #[arg(long)]
    library: bool,
    /// Which requirements must hold: must or should. As recorded without it
    #[arg(long, value_parser = gate)]
    gate: Option<Gate>,
    /// Excuse what this file expects not to pass, NAME.expect.yaml, and close the gate for what of it does not hold
    ///
    /// The recordings are a part of a run: entries about checks that are not in them are left alone.
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Write a page with a timeline of every run to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    outputs: Outputs,
}

impl Replay {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        let recorded = self.recorded()?;
        let set = set(&recorded)?;
        let list = self.expect.as_deref().map(Expectations::read).transpose()?;
        let list = list.map(Expectations::reasoned).transpose()?;
        let mut replayer = self.replayer(&recorded)?;
        let mut replayed: Vec<(&Recorded, Replayed)> = Vec::with_capacity(recorded.len());
        let mut wrong = Vec::new();
        for recorded in &recorded {
            match replayer.replay(recorded) {
                Ok(done) => replayed.push((recorded, done)),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        if !wrong.is_empty() {
            return Err(Refusal::usage(wrong.join("\n")));
        }
        for (recorded, done) in &replayed {
            for note in &done.notes {
                output::complain(&format!("{}: {note}", recorded.bundle.case));
            }
        }
        let played: Vec<Played<'_>> = replayed
            .iter()
            .map(|(_, done)| Played {
                case: &done.case,
                runs: &done.runs,
                judgements: &done.judgements,
                took: None,
            })
            .collect();
        let mut report = Report::new(&played, self.gate(&recorded)?);
        for (case, why) in drive::troubles(&played) {
            report.close(case, ExitCode::Driver, why.to_owned());
        }
        describe(&mut report, &replayed, set.as_deref(), self.html.as_deref());
        if let Some(list) = list {
            report.expect(&self.bind(list, &replayer)?, false);
        }
        if let Some(path) = &self.html {
            let page = html::render(&report, &played).map_err(|error| {
                Refusal::harness(format!("a report could not be made: {error}"))
            })?;
            output::write_file(path, &page)?;
        }
        self.outputs.publish(&report)
    }

    fn recorded(&self) -> Result<Vec<Recorded>, Refusal> {
        let mut folders = Vec::new();
        for path in &self.bundles {
            folders.extend(folders_of(path)?);
        }
        let (mut recorded, mut wrong) = (Vec::new(), Vec::new());
        for folder in folders {
            match Recorded::open(&folder) {
                Ok(one) => recorded.push(one),
                Err(unreadable) => wrong.push(unreadable.to_string()),
            }
        }
        let mut places: BTreeMap<&CaseName, &str> = BTreeMap::new();
        for one in &recorded {
            if let Some(other) = places.insert(&one.bundle.case, &one.place) {
                wrong.push(format!(
                    "`{other}` and `{}` are both recordings of {}; replay them one after the other",
                    one.place, one.bundle.case
                ));
            }
        }
        match wrong.is_empty() {
            true => Ok(recorded),
            false => Err(Refusal::usage(wrong.join("\n"))),
        }
    }

    fn replayer(&self, recorded: &[Recorded]) -> Result<Replayer, Refusal> {
        let library = match (self.library, self.scenario.is_empty()) {
            (true, _) => Library::embedded(),
            (false, true) => return Ok(Replayer::new()),
            (false, false) => {
                let mut library = Library::new();
                for path in &self.scenario {
                    library.add_path(path)?;
                }
                library
            }
        };
        Ok(Replayer::by(&library, recorded)?)
    }

    /// Finds what each entry names among the scenarios that are judged by.
    fn bind(&self, list: Expectations, replayer: &Replayer) -> Result<Bound, Refusal> {
        let names = replayer.names();
        // A list may speak of more scenarios than there are recordings of.
        let is_part = !self.library && self.scenario.is_empty();
        let others = match self.scenario.is_empty() {
            true => Names::default(),
            false => terms::embedded_names()?,
        };
        let list = list.bind(&names, &others, terms::today())?;
        Ok(if is_part { list.in_part() } else { list })
    }

    /// The gate that was asked for, else the one they were all recorded with.
    fn gate(&self, recorded: &[Recorded]) -> Result<Gate, Refusal> {
        let gates = recorded.iter().map(|one| one.bundle.gate);
        match (self.gate, one_of(gates)) {
            (Some(gate), _) | (None, Some(gate)) => Ok(gate),
            (None, None) => Err(Refusal::usage(
                "the recordings were made with different gates; choose one with `--gate`",
            )),
        }
    }
}

/// The frozen set that they were all judged by, if they were.
fn set(recorded: &[Recorded]) -> Result<Option<String>, Refusal> {
    let sets = recorded.iter().map(|one| one.bundle.set.clone());
    one_of(sets).ok_or_else(|| {
        Refusal::usage("the recordings were judged by different frozen sets; replay those of each by themselves")
    })
}

/// What all of them have in common.
fn one_of<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut values = values.into_iter();
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Tells the report what the recordings say beside their runs.
fn describe(
    report: &mut Report,
    replayed: &[(&Recorded, Replayed)],
    set: Option<&str>,
    page: Option<&Path>,
) {
    let mut comparison = Comparison::default();
    let mut scored: BTreeSet<CheckName> = BTreeSet::new();
    for (recorded, done) in replayed {
        let name = &done.case.name;
        let verdicts = &recorded.bundle.verdicts;
        let before = verdicts
            .iter()
            .map(|v| (CheckName::new(name, &v.id), v.verdict));
        let now = done.judgements.iter();
        comparison.add(before, now.map(|j| (j.check.clone(), j.finding.verdict)));
        let counted = verdicts.iter().filter(|verdict| !verdict.unscored);
        scored.extend(counted.map(|verdict| CheckName::new(name, &verdict.id)));
        for case in report.cases.iter_mut().filter(|case| case.name == *name) {
            case.bundle = Some(folder_name(name));
            case.kept = Some(Kept {
                place: recorded.place.clone(),
                link: page.and_then(|page| link(page, Path::new(&recorded.place))),
            });
        }
    }
    report.replayed = Some(comparison);
    for (recorded, _) in replayed {
        report.be_of(recorded.bundle.under_test.clone());
    }
    let bundles = || replayed.iter().map(|(recorded, _)| &recorded.bundle);
    if let Some(seed) = one_of(bundles().map(|bundle| bundle.seed)) {
        report.be_seeded(seed);
    }
    if let Some(set) = set {
        // A check that is new was in no set.
        report.score_as_recorded(set, |check| !scored.contains(check));
    }
}

/// The recordings that are meant: the folder of one, the `bundle.json` in it, or all in a folder, by name.
fn folders_of(path: &Path) -> Result<Vec<PathBuf>, Refusal> {
    const BUNDLE: &str = "bundle.json";
    if path.is_file() && path.file_name().is_some_and(|name| name == BUNDLE) {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        return Ok(vec![folder.unwrap_or(Path::new(".")).to_owned()]);
    }
    if path.join(BUNDLE).exists() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error: std::io::Error| {
        Refusal::usage(format!(
            "`{}` is no recording: {error}; give the folder that a report names as `bundle`",
            path.display()
        ))
    };
    let mut folders = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let folder = entry.map_err(unreadable)?.path();
        if folder.join(BUNDLE).exists() {
            folders.push(folder);
        }
    }
    folders.sort();
    if folders.is_empty() {
        return Err(Refusal::usage(format!(
            "there is no recording in `{}`; give the folder that a report names as `bundle`, or the one above it",
            path.display()
        )));
    }
    Ok(folders)
}
