//! `--config`: the directory file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::failure::Failure;
use crate::directory::Directory;

/// The largest directory file that is read.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Reads a directory file; without one, the built-in directory.
pub(super) fn read(path: Option<&Path>) -> Result<Directory, Failure> {
    let Some(path) = path else {
        return Ok(Directory::default());
    };
    // First: what is wrong with a file as a file is told in another way than what is wrong with what it says.
    read_bounded(path, LIMIT).map_err(|source| Failure::ConfigUnread {
        path: path.to_owned(),
        source,
    })?;
    Directory::from_file(path).map_err(|source| Failure::ConfigBad {
        path: path.to_owned(),
        source,
    })
}

/// Reads a file that has an end and is no larger than it should be.
pub(super) fn read_bounded(path: &Path, limit: u64) -> io::Result<String> {
    // Before it is opened: opening a pipe waits for somebody to write.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(limit + 1);
    if file.read_to_end(&mut bytes)? as u64 > limit {
        let limit = if limit >= 1024 * 1024 {
            format!("{} MiB", limit / (1024 * 1024))
        } else {
            format!("{} KiB", limit / 1024)
        };
        return Err(io::Error::other(format!(
            "it is larger than {limit}, the most that is read"
        )));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}
