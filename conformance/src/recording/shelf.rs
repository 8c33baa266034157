//! The folder that recordings stand in, one folder for each case.
//!
//! Only folders of recordings are ever touched, and of those only the ones of cases that were played: replaced where a case did
//! not pass, removed where it did. What stands in the place of a recording and is none is refused before anything is played.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::recorded;
use super::{BUNDLE, MAX_BUNDLE, Recording, SCENARIO, WIRE, folder_name, wire_file};
use crate::case::CaseName;

/// How often a folder is put in its place, where others put theirs in the same place at the same time.
const TRIES: usize = 5;

/// A folder for recordings. It is made when the first is put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    folder: PathBuf,
}

/// Why a recording cannot be put in its place, or an old one not be taken away.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// Something is there that is no recording of the case.
    #[error(
        "`{}` is in the way of a recording: {why}; move it, or choose another folder with `--out`",
        .place.display()
    )]
    Foreign {
        /// Where.
        place: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The system refused.
    #[error(
        "`{}` cannot be written: {error}; choose another folder for recordings with `--out`, or keep none with `--no-recordings`",
        .place.display()
    )]
    Io {
        /// Where.
        place: PathBuf,
        /// The system's words.
        error: io::Error,
    },
}

impl Shelf {
    /// The shelf in this folder.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where the recording of a case stands, if there is one.
    #[must_use]
    pub fn place(&self, case: &CaseName) -> PathBuf {
        self.folder.join(folder_name(case))
    }

    /// Sees that nothing is in the way of a recording of this case. Nothing is changed.
    ///
    /// # Errors
    /// [`Trouble::Foreign`] names what is in the way.
    pub fn examine(&self, case: &CaseName) -> Result<(), Trouble> {
        old(&self.place(case), case).map(drop)
    }

    /// Puts a recording in its place. One that is there is replaced as a whole: no reader meets half of each.
    ///
    /// # Errors
    /// [`Trouble`]; what was there is there still.
    pub fn put(&self, recording: &Recording) -> Result<PathBuf, Trouble> {
        let place = self.place(recording.case());
        old(&place, recording.case())?;
        let io = |error| Trouble::Io {
            place: place.clone(),
            error,
        };
        fs::create_dir_all(&self.folder).map_err(io)?;
        let made = tempfile::Builder::new()
            .prefix(".recording-")
            .tempdir_in(&self.folder)
            .map_err(io)?;
        let whole = made.path().join("new");
        fs::create_dir(&whole).map_err(io)?;
        fs::create_dir(whole.join(WIRE)).map_err(io)?;
        for (name, bytes) in recording.files() {
            fs::write(whole.join(name), bytes).map_err(io)?;
        }
        for attempt in 1..=TRIES {
            let aside = made.path().join(format!("old-{attempt}"));
            set_aside(&place, &aside).map_err(io)?;
            match fs::rename(&whole, &place) {
                Ok(()) => return Ok(place),
                // Another process has put its own there in between.
                Err(_) if attempt < TRIES && place.exists() => old(&place, recording.case())?,
                Err(error) => {
                    // What was there comes back; if even that fails, the first error says why.
                    let _ = fs::rename(&aside, &place);
                    return Err(io(error));
                }
            };
        }
        Ok(place)
    }

    /// Takes away the recording of a case that has passed now, if there is one.
    ///
    /// # Errors
    /// [`Trouble`]; what is no recording stays.
    pub fn clear(&self, case: &CaseName) -> Result<(), Trouble> {
        let place = self.place(case);
        if old(&place, case)?.is_none() {
            return Ok(());
        }
        let taken = || -> io::Result<()> {
            let away = tempfile::Builder::new()
                .prefix(".recording-")
                .tempdir_in(&self.folder)?;
            set_aside(&place, &away.path().join("old"))
        };
        taken().map_err(|error| Trouble::Io { place, error })
    }
}

/// Moves a folder, unless it has gone by now.
fn set_aside(place: &Path, aside: &Path) -> io::Result<()> {
    match fs::rename(place, aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The recording that stands in the place of a case's, if one does, and nothing else.
fn old(place: &Path, case: &CaseName) -> Result<Option<()>, Trouble> {
    let io = |error| Trouble::Io {
        place: place.to_owned(),
        error,
    };
    let foreign = |why: String| Trouble::Foreign {
        place: place.to_owned(),
        why,
    };
    match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
        Ok(there) if !there.is_dir() => return Err(foreign("it is no folder".to_owned())),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    match fs::File::open(place.join(BUNDLE)) {
        // Taken away or put anew by another process this instant.
        Err(_) if !place.exists() => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(foreign(format!("it has no `{BUNDLE}`")));
        }
        Err(error) => return Err(io(error)),
        Ok(file) => file
            .take(MAX_BUNDLE + 1)
            .read_to_end(&mut bytes)
            .map_err(io)?,
    };
    let bundle = recorded::bundle(&bytes).map_err(|flaw| foreign(flaw.to_string()))?;
    if bundle.case != *case {
        return Err(foreign(format!("it is a recording of {}", bundle.case)));
    }
    let mut known: Vec<String> = vec![BUNDLE.to_owned(), SCENARIO.to_owned(), WIRE.to_owned()];
    known.extend(bundle.attachments.iter().cloned());
    known.extend((0..bundle.runs.len()).map(wire_file));
    for (below, prefix) in [(place.to_owned(), ""), (place.join(WIRE), "wire/")] {
        for name in names(&below).map_err(io)? {
            let file = format!("{prefix}{}", name.to_string_lossy());
            if !known.contains(&file) {
                return Err(foreign(format!(
                    "it holds `{file}`, which no recording has"
                )));
            }
        }
    }
    Ok(Some(()))
}

/// What stands in a folder; nothing if it is gone.
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
