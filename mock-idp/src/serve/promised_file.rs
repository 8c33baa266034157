//! A file that was asked for on the command line and is written once everything is known.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::ca_folder::random_name;
use super::config::read_bounded;
use super::failure::Failure;

/// A file to come. Whoever waits for it finds nothing, then all of it: what an earlier run left is gone, and the text is written
/// beside it first.
pub(super) struct PromisedFile {
    path: PathBuf,
    beside: PathBuf,
    file: File,
}

impl PromisedFile {
    /// Makes sure that a file for anybody to read can be written.
    pub(super) fn at(path: &Path) -> Result<Self, Failure> {
        Self::with_mode(path, 0o644)
    }

    /// Makes sure that a file can be written that nobody but this user can read.
    pub(super) fn private_at(path: &Path) -> Result<Self, Failure> {
        Self::with_mode(path, 0o600)
    }

    fn with_mode(path: &Path, mode: u32) -> Result<Self, Failure> {
        let mut beside = path.as_os_str().to_owned();
        // Not the process id: in a container that is the same every time, and one that was killed may have left its file.
        beside.push(format!(".{}", random_name()?));
        let beside = PathBuf::from(beside);
        let file = forget(path)
            .and_then(|()| create(&beside, mode))
            .map_err(|source| unwritten(path, source))?;
        Ok(Self {
            path: path.to_owned(),
            beside,
            file,
        })
    }

    /// Writes it.
    pub(super) fn write(self, text: &str) -> Result<KeptFile, Failure> {
        let path = self.path.clone();
        self.write_bytes(text.as_bytes())?;
        Ok(KeptFile {
            path,
            text: text.to_owned(),
        })
    }

    /// Writes it.
    pub(super) fn write_bytes(mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file
            .write_all(bytes)
            .and_then(|()| fs::rename(&self.beside, &self.path))
            .map_err(|source| unwritten(&self.path, source))
    }
}

/// A file that was written, to be removed when what it says is no longer true.
pub(super) struct KeptFile {
    path: PathBuf,
    text: String,
}

impl KeptFile {
    /// Removes it, unless there is another by now: a later run may have written its own to the same path.
    pub(super) fn remove(self) {
        let limit = self.text.len() as u64;
        let is_ours = read_bounded(&self.path, limit).is_ok_and(|found| found == self.text);
        if is_ours {
            // Whoever cannot remove it leaves what a killed process would leave.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Drop for PromisedFile {
    fn drop(&mut self) {
        // There is nothing to remove once it has been written.
        let _ = fs::remove_file(&self.beside);
    }
}

/// Makes a file that was not there, so that nobody else can have prepared it, with these permissions where there are such.
pub(super) fn create(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

/// Removes what is there from an earlier run. Only a file: a pipe or a device is not ours to remove.
fn forget(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() || found.is_symlink() => fs::remove_file(path),
        Ok(_) => Err(io::Error::other("it exists and is not a regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn unwritten(path: &Path, source: io::Error) -> Failure {
    Failure::Unwritten {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_of_the_same_process_id_has_left_is_in_nobodys_way() {
        let id = std::process::id();
        let path = std::env::temp_dir().join(format!("tokenproof-promised-{id}"));
        let left = std::env::temp_dir().join(format!("tokenproof-promised-{id}.{id}"));
        fs::write(&left, "half").unwrap();
        let kept = PromisedFile::at(&path).unwrap().write("whole").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        kept.remove();
        assert!(!path.exists());
        fs::remove_file(left).unwrap();
    }

    #[test]
    fn what_is_somebody_elses_by_now_is_left_alone() {
        let path = std::env::temp_dir().join(format!("tokenproof-kept-{}", std::process::id()));
        for theirs in ["whale", "whole and more", ""] {
            let kept = PromisedFile::at(&path).unwrap().write("whole").unwrap();
            fs::write(&path, theirs).unwrap();
            kept.remove();
            assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
        }
        let kept = PromisedFile::at(&path).unwrap().write("whole").unwrap();
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        kept.remove();
        fs::remove_dir(&path).unwrap();
    }
}
