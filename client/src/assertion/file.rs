//! An assertion that stands in a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::Secret;
use crate::error::Misuse;

/// No service account token comes near this.
const LONGEST: usize = 64 * 1024;

/// The path of a file that holds one JSON Web Token.
#[derive(Clone, Debug)]
pub(super) struct AssertionFile(PathBuf);

impl AssertionFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// What the file holds now. It is small and local, and read about once in a token's life, so
    /// it is read in place.
    pub(super) fn read(&self) -> Result<Secret, Misuse> {
        let unusable = |reason: String| Misuse::AssertionFile {
            path: self.0.clone(),
            reason,
        };
        let bytes = bounded(&self.0).map_err(|error| unusable(error.to_string()))?;
        if bytes.len() > LONGEST {
            return Err(unusable(format!("it is longer than {LONGEST} bytes")));
        }
        let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
        let is_token = |c: char| c.is_ascii_alphanumeric() || "-_.=".contains(c);
        if text.split('.').count() != 3 || !text.chars().all(is_token) {
            return Err(unusable("it does not hold a JSON Web Token".to_owned()));
        }
        Ok(Secret::new(text))
    }
}

/// Up to one byte more than allowed, from an ordinary file: a pipe would keep the client waiting.
fn bounded(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not an ordinary file"));
    }
    let file = File::open(path)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
