//! What stands beside scenario files: registries and frozen sets.

use std::path::{Path, PathBuf};

use super::{Library, REGISTRY, SETS, read, walk};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::frozen::FrozenSet;
use crate::registry::{Registry, Row};
use crate::yaml;

/// A folder with a registry or frozen sets.
#[derive(Clone, Debug)]
pub(super) struct Home {
    folder: PathBuf,
    /// Whether all scenarios below it are in the library.
    is_whole: bool,
}

impl Library {
    /// The requirements that files may name: those of the registries that stand beside them, then those that come with the
    /// program and have other ids.
    ///
    /// # Errors
    /// Every mistake in the registries.
    pub fn registry(&self) -> Result<Registry, Diagnostics> {
        let (own, mut found) = self.own_registry();
        match Registry::embedded() {
            Ok(embedded) => found.or(own.over(embedded)),
            Err(problems) => {
                found.extend(problems);
                Err(found)
            }
        }
    }

    /// The registries that stand beside the files, as far as they can be read.
    pub(crate) fn own_registry(&self) -> (Registry, Diagnostics) {
        if self.is_embedded {
            return Registry::survey(&Registry::embedded_source());
        }
        let mut found = Diagnostics::new();
        let mut all = Registry::default();
        for path in self.homes.iter().map(|home| home.folder.join(REGISTRY)) {
            if !path.is_file() {
                continue;
            }
            match read(&path) {
                Ok(source) => {
                    let (registry, problems) = Registry::survey(&source);
                    found.extend(problems);
                    for row in registry.rows() {
                        if let Some(other) = all.row(&row.requirement.id) {
                            found.push(in_two_registries(row, other));
                        }
                    }
                    all = all.over(registry);
                }
                Err(problems) => found.extend(problems),
            }
        }
        (all, found)
    }

    /// The frozen sets that stand beside the files, then those that come with the program and have other names.
    ///
    /// # Errors
    /// Every mistake in the sets.
    pub fn sets(&self) -> Result<Vec<FrozenSet>, Diagnostics> {
        let (mut sets, mut found) = self.own_sets(None);
        if !self.is_embedded {
            let (embedded, problems) = Self::embedded().own_sets(None);
            found.extend(problems);
            for set in embedded {
                if !sets.iter().any(|own| own.name == set.name) {
                    sets.push(set);
                }
            }
        }
        sets.sort_by(|a, b| a.name.cmp(&b.name));
        found.or(sets)
    }

    /// The frozen sets that stand beside the files, as far as they can be read; without the one that is about to be written.
    pub(crate) fn own_sets(&self, without: Option<&str>) -> (Vec<FrozenSet>, Diagnostics) {
        let mut found = Diagnostics::new();
        let mut sources = Vec::new();
        if self.is_embedded {
            let texts = scenarios::SETS.iter();
            sources
                .extend(texts.map(|(path, text)| Source::new(format!("scenarios/{path}"), *text)));
        }
        for folder in self.homes.iter().map(|home| home.folder.join(SETS)) {
            let mut files = Vec::new();
            if folder.is_dir()
                && let Err(problems) = walk(&folder, 0, &mut files)
            {
                found.extend(problems);
            }
            files.sort();
            for file in files {
                match read(&file) {
                    Ok(source) => sources.push(source),
                    Err(problems) => found.extend(problems),
                }
            }
        }
        let mut sets: Vec<FrozenSet> = Vec::new();
        for source in sources {
            if without.is_some_and(|name| source.path.ends_with(&format!("{name}.yaml"))) {
                continue;
            }
            match FrozenSet::parse(&source) {
                Ok(set) => sets.push(set),
                Err(problems) => found.extend(problems),
            }
        }
        (sets, found)
    }

    /// Whether everything that a registry or set speaks of is here, so that what is missing is missing indeed.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_embedded || (!self.homes.is_empty() && self.homes.iter().all(|home| home.is_whole))
    }

    /// Remembers what stands beside files of `folder`, which were added as `path`.
    pub(super) fn note_home(&mut self, folder: &Path, path: &Path) {
        let Some(home) = home(folder) else {
            return;
        };
        let is_whole = home == path;
        match self.homes.iter_mut().find(|known| known.folder == home) {
            Some(known) => known.is_whole |= is_whole,
            None => self.homes.push(Home {
                folder: home,
                is_whole,
            }),
        }
    }
}

/// The folder that has a registry or frozen sets: this one, or the one above it if what stands there says that it is one.
fn home(folder: &Path) -> Option<PathBuf> {
    if folder.join(REGISTRY).is_file() || folder.join(SETS).is_dir() {
        return Some(folder.to_owned());
    }
    // Other programs have files of that name too, and nobody pointed at this one.
    let above = folder.parent()?;
    let source = read(&above.join(REGISTRY)).ok()?;
    let root = yaml::parse(&source.text).ok()?;
    root.get("requirements").map(|_| above.to_owned())
}

fn in_two_registries(row: &Row, other: &Row) -> Diagnostic {
    let place = row.node.get("id").unwrap_or(&row.node);
    let title = format!(
        "the requirement `{}` stands in two registries",
        row.requirement.id
    );
    Diagnostic::in_node(&row.source, place, title)
        .note(format!("the other one is {}", other.source.path))
}
