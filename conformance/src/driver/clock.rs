//! The clock of a process under libfaketime.

use std::path::{Path, PathBuf};
use std::{fs, io};

use jiff::Timestamp;

/// Where Debian and Ubuntu, Fedora, Arch, Alpine and Homebrew have the library.
const PLACES: [&str; 8] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
    "/usr/local/lib/faketime/libfaketime.so.1",
    "/usr/lib/libfaketime.so.1",
    "/opt/homebrew/lib/faketime/libfaketime.1.dylib",
    "/usr/local/lib/faketime/libfaketime.1.dylib",
];
/// Where else it may be, said by the user.
const VARIABLE: &str = "TOKENPROOF_FAKETIME";

/// libfaketime, as it was found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faketime {
    library: PathBuf,
}

/// The file in which a process under libfaketime reads what its clock shows.
#[derive(Debug)]
pub(super) struct TimestampFile(PathBuf);

impl Faketime {
    /// Finds the library.
    ///
    /// # Errors
    ///
    /// Where it was looked for and how it is installed, in words.
    pub fn find() -> Result<Self, String> {
        let named = std::env::var_os(VARIABLE).map(PathBuf::from);
        if let Some(library) = named {
            return if library.is_file() {
                Ok(Self { library })
            } else {
                Err(format!(
                    "{VARIABLE} names {}, which is no file",
                    library.display()
                ))
            };
        }
        let found = PLACES
            .into_iter()
            .map(PathBuf::from)
            .find(|path| path.is_file());
        found.map(|library| Self { library }).ok_or_else(|| {
            format!(
                "libfaketime was not found; install it (Debian, Ubuntu: `apt-get install libfaketime`) or name the library in {VARIABLE}"
            )
        })
    }

    /// The environment of a process whose clock shows what this file says.
    pub(super) fn variables(&self, file: &TimestampFile) -> Vec<(String, String)> {
        let preload = if cfg!(target_os = "macos") {
            "DYLD_INSERT_LIBRARIES"
        } else {
            "LD_PRELOAD"
        };
        [
            (preload, self.library.to_string_lossy().into_owned()),
            (
                "FAKETIME_TIMESTAMP_FILE",
                file.0.to_string_lossy().into_owned(),
            ),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            // Timers, time-outs and threads go by the monotonic clock, which stays real.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("FAKETIME_FMT", "%s".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

impl TimestampFile {
    /// A file in this folder that shows `now`.
    pub(super) fn create(folder: &Path, name: &str, now: Timestamp) -> io::Result<Self> {
        let file = Self(folder.join(format!("clock-{name}")));
        file.show(now)?;
        Ok(file)
    }

    /// From now on it shows `now`, and stands still there.
    pub(super) fn show(&self, now: Timestamp) -> io::Result<()> {
        // Read at any moment, so it is replaced as a whole.
        let next = self.0.with_extension("next");
        fs::write(&next, format!("{}\n", now.as_second()))?;
        fs::rename(&next, &self.0)
    }
}
