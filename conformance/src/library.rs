//! Where scenario files come from: those that come with the program, and the user's.

mod beside;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use beside::Home;

use crate::case::Case;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::plan::{ScenarioFile, load, plan};
use crate::registry::Registry;
use crate::yaml::MAX_BYTES;

/// The most files that one folder brings in.
const MAX_FILES: usize = 10_000;

/// How deep a folder is searched.
const MAX_FOLDERS: usize = 16;

/// Files beside scenarios that are none: the registry, frozen sets, lists of expectations.
const REGISTRY: &str = "requirements.yaml";
const SETS: &str = "sets";
const OTHER_FOLDERS: [&str; 2] = [SETS, "target"];
const OTHER_ENDING: &str = ".expect.yaml";

/// Scenario files, read but not yet planned.
///
/// A registry or frozen sets that stand beside the files, in the folder that was added or the one above it, belong to them:
/// see [`Library::registry`] and [`Library::sets`].
#[derive(Clone, Debug, Default)]
pub struct Library {
    files: Vec<File>,
    homes: Vec<Home>,
    is_embedded: bool,
}

#[derive(Clone, Debug)]
struct File {
    source: Source,
    /// What the scenario must be called.
    name: Option<String>,
}

impl Library {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The files that come with the program.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            files: scenarios::FILES
                .iter()
                .map(|(path, text)| File {
                    source: Source::new(format!("scenarios/{path}"), *text),
                    name: path.strip_suffix(".yaml").map(str::to_owned),
                })
                .collect(),
            homes: Vec::new(),
            is_embedded: true,
        }
    }

    /// Adds a file, or every `.yaml` file below a folder in the order of their paths.
    ///
    /// Skipped in folders: hidden files, `requirements.yaml`, `*.expect.yaml`, and the folders `sets` and `target`.
    ///
    /// # Errors
    /// What could not be read, or that a folder holds no scenario.
    pub fn add_path(&mut self, path: &Path) -> Result<(), Diagnostics> {
        let kind = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
        if !kind.is_dir() && !kind.is_file() {
            return Err(
                Diagnostic::new(format!("`{}` is no ordinary file", path.display())).into(),
            );
        }
        let folder = if kind.is_dir() {
            Some(path)
        } else {
            path.parent()
        };
        if let Some(folder) = folder {
            self.note_home(folder, path);
        }
        if !kind.is_dir() {
            return self.add_file(path);
        }
        let mut files = Vec::new();
        walk(path, 0, &mut files)?;
        files.sort();
        if files.is_empty() {
            return Err(
                Diagnostic::new(format!("no scenario below `{}`", path.display()))
                    .help("scenario files end in `.yaml`")
                    .into(),
            );
        }
        let mut found = Diagnostics::new();
        for file in files {
            if let Err(problems) = self.add_file(&file) {
                found.extend(problems);
            }
        }
        found.or(())
    }

    /// Adds a scenario that stands in memory. `path` is what messages call it.
    pub fn add_text(&mut self, path: &str, text: &str) {
        self.files.push(File {
            source: Source::new(path, text),
            name: None,
        });
    }

    fn add_file(&mut self, path: &Path) -> Result<(), Diagnostics> {
        let source = read(path)?;
        self.files.push(File { source, name: None });
        Ok(())
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Reads the head of every file.
    ///
    /// # Errors
    /// Every mistake in every file, and scenarios that have the same name.
    pub fn load(&self) -> Result<Vec<ScenarioFile>, Diagnostics> {
        let (loaded, found) = self.heads();
        found.or(loaded)
    }

    /// Every case of every file, in the order of the files.
    ///
    /// # Errors
    /// Every mistake in every file.
    pub fn plan(&self, registry: &Registry) -> Result<Vec<Case>, Diagnostics> {
        let survey = self.survey(registry);
        survey.found.or(survey.cases)
    }

    /// What can be read of every file, with every mistake in every file.
    pub(crate) fn survey(&self, registry: &Registry) -> Survey {
        let (files, mut found) = self.heads();
        let mut cases = Vec::new();
        for file in &files {
            match plan(file, registry) {
                Ok(planned) => cases.extend(planned),
                Err(problems) => found.extend(problems),
            }
        }
        Survey {
            files,
            cases,
            found,
        }
    }

    fn heads(&self) -> (Vec<ScenarioFile>, Diagnostics) {
        let mut found = Diagnostics::new();
        let mut loaded: Vec<ScenarioFile> = Vec::new();
        for file in &self.files {
            match load(&file.source, file.name.as_deref()) {
                Ok(scenario) => {
                    if let Some(first) = loaded
                        .iter()
                        .find(|other| other.head.scenario == scenario.head.scenario)
                    {
                        found.push(same_name(&scenario, first));
                    }
                    loaded.push(scenario);
                }
                Err(problems) => found.extend(problems),
            }
        }
        (loaded, found)
    }
}

/// What can be read of a library.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The files whose heads are sound.
    pub(crate) files: Vec<ScenarioFile>,
    /// The cases of those that are sound altogether.
    pub(crate) cases: Vec<Case>,
    /// Every mistake.
    pub(crate) found: Diagnostics,
}

/// A file as text.
pub(crate) fn read(path: &Path) -> Result<Source, Diagnostics> {
    let file = fs::File::open(path).map_err(|e| unreadable(path, &e))?;
    let mut bytes = Vec::new();
    // A device or a pipe says nothing true about its length.
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(path, &e))?;
    if bytes.len() > MAX_BYTES {
        return Err(Diagnostic::new(format!(
            "`{}` has more than the {MAX_BYTES} bytes that are read",
            path.display()
        ))
        .into());
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let problem = Diagnostic::new(format!("`{}` is not UTF-8", path.display())).note(format!(
            "byte {} is the first that is not",
            e.utf8_error().valid_up_to() + 1
        ));
        Diagnostics::from(problem)
    })?;
    Ok(Source::new(path.to_string_lossy(), text))
}

fn same_name(scenario: &ScenarioFile, first: &ScenarioFile) -> Diagnostic {
    let title = format!("two scenarios are called `{}`", scenario.head.scenario);
    let other = format!("the other one is {}", first.source.path);
    match scenario.root_entry("scenario") {
        Some(node) => Diagnostic::in_node(&scenario.source, node, title).note(other),
        None => Diagnostic::new(title).note(other),
    }
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Diagnostics> {
    if depth > MAX_FOLDERS {
        return Err(Diagnostic::new(format!(
            "`{}` is more than {MAX_FOLDERS} folders deep",
            folder.display()
        ))
        .into());
    }
    for entry in fs::read_dir(folder).map_err(|e| unreadable(folder, &e))? {
        let entry = entry.map_err(|e| unreadable(folder, &e))?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        // The kind of the entry itself: a link to a folder is not followed, so that no circle is.
        let kind = entry.file_type().map_err(|e| unreadable(&path, &e))?;
        if kind.is_dir() {
            if !OTHER_FOLDERS.contains(&&*name) {
                walk(&path, depth + 1, files)?;
            }
        } else if name.ends_with(".yaml") && !name.ends_with(OTHER_ENDING) && name != REGISTRY {
            files.push(path);
            if files.len() > MAX_FILES {
                return Err(Diagnostic::new(format!(
                    "more than {MAX_FILES} scenario files below `{}`",
                    folder.display()
                ))
                .into());
            }
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::new(format!("cannot read `{}`: {why}", path.display()))
}

#[cfg(test)]
mod tests;
