//! Files that a command is told to read: the directory file and small ones.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::failure::Failure;
use crate::directory::Directory;

/// Reads a directory file; without one, the built-in directory.
pub(super) fn read(path: Option<&Path>) -> Result<Directory, Failure> {
    let Some(path) = path else {
        return Ok(Directory::default());
    };
    // Before it is opened: opening a pipe waits for somebody to write.
    let sound = std::fs::metadata(path).and_then(|found| match found.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("it is not a regular file")),
    });
    sound.map_err(|source| Failure::ConfigUnread {
        path: path.to_owned(),
        source,
    })?;
    Directory::from_file(path).map_err(Failure::ConfigBad)
}

/// Reads a file that has an end and is no larger than it should be.
pub(super) fn read_bounded(path: &Path, limit: u64) -> io::Result<String> {
    text_of(open(path)?, limit)
}

/// Opens a file that has an end.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    File::open(path)
}

/// Reads a file that is no larger than it should be.
pub(super) fn text_of(file: File, limit: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut file = file.take(limit + 1);
    if file.read_to_end(&mut bytes)? as u64 > limit {
        return Err(io::Error::other(format!(
            "it is larger than {} KiB, the most that is read",
            limit / 1024
        )));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}
