//! The adapter for Node with what it imports: a folder with its packages, set up once per machine below the build folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::program::{target_folder, workspace_folder};
use crate::setup::{self, Unavailable, alone, run};

/// What is copied: Node looks for packages beside the file that imports them.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "driver.mjs"];

/// The driver for MSAL Node, beside its packages; none, after saying so, where these cannot be had.
///
/// Safe when many tests ask at once, in one process or in several.
///
/// # Panics
///
/// With `CI=true` where there is no such driver: a build must not go green on tests that were skipped.
#[must_use]
pub fn msal_or_skip(test: &str) -> Option<&'static Path> {
    static DRIVER: OnceLock<Result<PathBuf, Unavailable>> = OnceLock::new();
    let driver = DRIVER.get_or_init(|| {
        let folder = target_folder().join("foreign-clients").join("msal-node");
        alone(&folder, || ready(&folder))
    });
    setup::or_skip(test, "Node with MSAL", driver).map(PathBuf::as_path)
}

fn ready(folder: &Path) -> Result<PathBuf, Unavailable> {
    let adapter = workspace_folder().join("conformance/adapters/msal-node");
    for name in FILES {
        fs::copy(adapter.join(name), folder.join(name))
            .map_err(|error| Unavailable(format!("{name} could not be copied: {error}")))?;
    }
    let wanted = fs::read_to_string(folder.join("package-lock.json")).unwrap_or_default();
    // Written last, so it stands only beside packages that are whole.
    let stamp = folder.join("node_modules").join("installed.json");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new("npm").args(options).current_dir(folder)).map_err(|why| {
            Unavailable(format!(
                "its packages could not be installed; is this machine offline? {why}"
            ))
        })?;
        fs::write(&stamp, wanted)
            .map_err(|error| Unavailable(format!("nothing could be written: {error}")))?;
    }
    Ok(folder.join("driver.mjs"))
}
