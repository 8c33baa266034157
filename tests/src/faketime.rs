//! libfaketime, which moves the clocks of foreign clients: the machine's own, or Debian's package unpacked below the build folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::program::target_folder;
use crate::setup::{self, Unavailable, alone};

/// The library's name; this variant is for programs with threads.
const NAME: &str = "libfaketimeMT.so.1";

/// Where the library is; none, after saying so, where it cannot be had. `tokenproof` finds the machine's own by itself, and any by
/// the variable `TOKENPROOF_FAKETIME`.
///
/// Safe when many tests ask at once, in one process or in several.
///
/// # Panics
///
/// With `CI=true` where there is none: a build must not go green on tests that were skipped.
#[must_use]
pub fn or_skip(test: &str) -> Option<&'static Path> {
    static LIBRARY: OnceLock<Result<PathBuf, Unavailable>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| match library_in(Path::new("/")) {
        Some(installed) => Ok(installed),
        None => {
            let folder = target_folder().join("foreign-clients").join("faketime");
            alone(&folder, || unpacked(&folder))
        }
    });
    setup::or_skip(test, "libfaketime", library).map(PathBuf::as_path)
}

/// Needs neither root nor a place outside of the folder.
fn unpacked(folder: &Path) -> Result<PathBuf, Unavailable> {
    if let Some(there) = library_in(folder) {
        return Ok(there);
    }
    setup::unpack(folder, &["libfaketime"])?;
    library_in(folder).ok_or_else(|| Unavailable(format!("the package has no {NAME}")))
}

/// The folder between is named by the processor.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(folder.join("usr/lib")).ok()?;
    let mut places = folders
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("faketime").join(NAME));
    places.find(|path| path.is_file())
}
