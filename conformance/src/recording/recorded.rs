//! A bundle that was read.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde::Deserialize;

use super::bundle::{Bundle, KIND, SCHEMA};
use super::unreadable::{Flaw, Unreadable};
use super::{BUNDLE, MAX_BUNDLE, MAX_WIRE, SCENARIO, attachment, sound, wire_file};
use crate::diagnostic::Source;
use crate::report::several::several;
use crate::scenario::Cell;
use crate::trace::{Exchange, Trace};
use crate::yaml;

/// A recording, read and found sound.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Where it was read, for messages.
    pub place: String,
    /// What stands in `bundle.json`.
    pub bundle: Bundle,
    /// The scenario as it was, under the path it had.
    pub scenario: Source,
    /// The runs, each with the variation it was.
    pub runs: Vec<(Cell, Trace)>,
}

/// Reads one file of a bundle: its path below the folder and how much is read at most.
type Reader<'r> = &'r dyn Fn(&str, u64) -> Result<Vec<u8>, Flaw>;

impl Recorded {
    /// Reads the bundle in a folder.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn open(folder: &Path) -> Result<Self, Unreadable> {
        let place = folder.display().to_string();
        Self::read(&place, &|name, limit| from_disk(folder, name, limit))
    }

    /// Reads a bundle from its files. Any other name is that of a file that is missing.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn from_files<'f>(
        place: &str,
        files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
    ) -> Result<Self, Unreadable> {
        let files: Vec<(&str, &[u8])> = files.into_iter().collect();
        Self::read(
            place,
            &|name, limit| match files.iter().find(|(known, _)| *known == name) {
                Some((_, bytes)) if bytes.len() as u64 > limit => Err(too_large(name, limit)),
                Some((_, bytes)) => Ok(bytes.to_vec()),
                None => Err(unopened(name, io::ErrorKind::NotFound.into())),
            },
        )
    }

    fn read(place: &str, reader: Reader<'_>) -> Result<Self, Unreadable> {
        Self::parts(place, reader).map_err(|flaw| flaw.at(place))
    }

    fn parts(place: &str, reader: Reader<'_>) -> Result<Self, Flaw> {
        let bundle = bundle(&reader(BUNDLE, MAX_BUNDLE)?)?;
        let scenario = text(SCENARIO, reader(SCENARIO, yaml::MAX_BYTES as u64)?)?;
        let mut runs = Vec::with_capacity(bundle.runs.len());
        for (index, run) in bundle.runs.iter().enumerate() {
            let file = wire_file(index);
            let lines = text(&file, reader(&file, MAX_WIRE)?)?;
            let exchanges = exchanges(&file, &lines)?;
            if exchanges.len() as u64 != run.exchanges {
                let what = format!(
                    "it has {} and `{BUNDLE}` says {}",
                    several(exchanges.len(), "exchange"),
                    run.exchanges
                );
                return Err(Flaw::damaged(&file, what));
            }
            sound::exchanges(&exchanges).map_err(|what| Flaw::damaged(&file, what))?;
            runs.push((run.variation.clone(), run.with(exchanges, bundle.road)));
        }
        Ok(Self {
            place: place.to_owned(),
            scenario: Source::new(bundle.scenario.file.as_str(), scenario),
            runs,
            bundle,
        })
    }
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    kind: String,
    schema: u64,
    #[serde(default)]
    tokenproof: String,
}

/// Reads `bundle.json`.
pub(super) fn bundle(bytes: &[u8]) -> Result<Bundle, Flaw> {
    let damaged = |error: serde_json::Error| Flaw::damaged(BUNDLE, error.to_string());
    // No JSON at all is damage, whatever it was; JSON without our mark is somebody else's.
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).map_err(damaged)?;
    let versioned = serde_json::from_slice::<Versioned>(bytes);
    let versioned = match versioned {
        Ok(versioned) if versioned.kind == KIND => versioned,
        _ => return Err(Flaw::Foreign),
    };
    if versioned.schema != u64::from(SCHEMA) {
        return Err(Flaw::Newer {
            schema: versioned.schema,
            release: versioned.tokenproof,
        });
    }
    let bundle: Bundle = serde_json::from_slice(bytes).map_err(damaged)?;
    sound::bundle(&bundle).map_err(|what| Flaw::damaged(BUNDLE, what))?;
    let strange = bundle.attachments.iter();
    if let Some(name) = strange.clone().find(|name| !attachment::is_name(name)) {
        let what = format!("`{name}` is no name for an attachment");
        return Err(Flaw::damaged(BUNDLE, what));
    }
    Ok(bundle)
}

fn exchanges(file: &str, lines: &str) -> Result<Vec<Exchange>, Flaw> {
    let mut exchanges = Vec::new();
    for (line, number) in lines.lines().zip(1..) {
        let exchange = serde_json::from_str(line).map_err(|error| Flaw::Damaged {
            file: format!("{file}:{number}"),
            what: error.to_string(),
        })?;
        exchanges.push(exchange);
    }
    Ok(exchanges)
}

fn text(file: &str, bytes: Vec<u8>) -> Result<String, Flaw> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        Flaw::damaged(file, format!("byte {at} is not UTF-8"))
    })
}

fn from_disk(folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, Flaw> {
    let path = folder.join(name);
    let unopened = |error| unopened(name, error);
    // A pipe would be waited for.
    if !std::fs::metadata(&path).map_err(unopened)?.is_file() {
        return Err(Flaw::damaged(name, "it is no ordinary file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(unopened)?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unopened)?;
    match bytes.len() as u64 > limit {
        true => Err(too_large(name, limit)),
        false => Ok(bytes),
    }
}

fn unopened(name: &str, error: io::Error) -> Flaw {
    Flaw::File {
        file: name.to_owned(),
        error,
    }
}

fn too_large(name: &str, limit: u64) -> Flaw {
    Flaw::TooLarge {
        file: name.to_owned(),
        limit,
    }
}
