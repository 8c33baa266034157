//! The clock of a process under libfaketime.

use std::path::{Path, PathBuf};
use std::{fs, io};

use jiff::Timestamp;

/// Where distributions have the library. The variant for threads comes first.
const FOLDERS: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/faketime",
    "/usr/lib/aarch64-linux-gnu/faketime",
    "/usr/lib/faketime",
    "/usr/lib64/faketime",
    "/usr/local/lib/faketime",
];
const NAMES: [&str; 2] = ["libfaketimeMT.so.1", "libfaketime.so.1"];
/// What would overrule the file, or be overruled by it.
pub(super) const UNSET: [&str; 8] = [
    "FAKETIME",
    "FAKETIME_SHARED",
    "FAKETIME_FOLLOW_FILE",
    "FAKETIME_UPDATE_TIMESTAMP_FILE",
    "FAKETIME_START_AFTER_SECONDS",
    "FAKETIME_STOP_AFTER_SECONDS",
    "FAKETIME_START_AFTER_NUMCALLS",
    "FAKETIME_STOP_AFTER_NUMCALLS",
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
        let folders = FOLDERS.iter().map(Path::new);
        let mut places = folders.flat_map(|folder| NAMES.map(|name| folder.join(name)));
        let found = places.find(|path| path.is_file());
        found.map(|library| Self { library }).ok_or_else(|| {
            format!(
                "libfaketime was not found; install it (Debian, Ubuntu: `apt-get install libfaketime`) or name the library in {VARIABLE}"
            )
        })
    }

    /// The environment of a process whose clock shows what this file says.
    pub(super) fn variables(&self, file: &TimestampFile) -> Vec<(String, String)> {
        let mut preload = self.library.to_string_lossy().into_owned();
        if let Ok(before) = std::env::var("LD_PRELOAD")
            && !before.is_empty()
        {
            preload = format!("{preload}:{before}");
        }
        let file = file.0.to_string_lossy().into_owned();
        [
            ("LD_PRELOAD", preload),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_FMT", "%s".to_owned()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            // Timers, time-outs and threads go by the monotonic clock, which stays real: with a frozen one they would hang.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            // Else waits on the monotonic clock return at once, and threads that wait for each other spin.
            ("FAKETIME_FORCE_MONOTONIC_FIX", "0".to_owned()),
            // Else every file looks as if it had been changed just now.
            ("NO_FAKE_STAT", "1".to_owned()),
            // The library reads seconds of the epoch by way of local time, which is ambiguous for an hour in autumn.
            ("TZ", "UTC0".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Removes what a process leaves behind in shared memory that did not come to a normal end.
    pub(super) fn clean_up_after(process: u32) {
        for name in [
            format!("/dev/shm/faketime_shm_{process}"),
            format!("/dev/shm/sem.faketime_sem_{process}"),
        ] {
            // It is there only after a process that was killed.
            let _ = fs::remove_file(name);
        }
    }
}

impl TimestampFile {
    /// A file in this folder that shows `now`.
    pub(super) fn create(folder: &Path, name: &str, now: Timestamp) -> io::Result<Self> {
        let file = Self(folder.join(format!("clock-{name}")));
        file.show(now)?;
        Ok(file)
    }

    /// From now on it shows `now`, and stands still there. Instants before 1970 cannot be shown.
    pub(super) fn show(&self, now: Timestamp) -> io::Result<()> {
        // Read at any moment, so it is replaced as a whole.
        let next = self.0.with_extension("next");
        let (second, nanosecond) = (now.as_second(), now.subsec_nanosecond());
        fs::write(&next, format!("{second}.{nanosecond:09}\n"))?;
        fs::rename(&next, &self.0)
    }
}
