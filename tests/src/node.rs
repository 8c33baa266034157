//! Programs for Node with what they import: for each a folder with its packages, set up once per machine below the build folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::program::{target_folder, workspace_folder};
use crate::setup::{self, Unavailable, alone, run};

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
        let adapter = workspace_folder().join("conformance/adapters/msal-node");
        alone(&folder, || ready(&folder, &adapter, "driver.mjs"))
    });
    setup::or_skip(test, "Node with MSAL", driver).map(PathBuf::as_path)
}

/// The program with Okta's libraries, beside its packages, likewise.
///
/// # Panics
///
/// As [`msal_or_skip`] does.
#[must_use]
pub fn okta_or_skip(test: &str) -> Option<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, Unavailable>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let folder = target_folder().join("foreign-clients").join("okta-node");
        let clients = workspace_folder().join("tests/clients/okta-node");
        alone(&folder, || ready(&folder, &clients, "okta_clients.mjs"))
    });
    setup::or_skip(test, "Node with Okta's libraries", program).map(PathBuf::as_path)
}

/// Copies a program with its list of packages, since Node looks for these beside the file that imports them, and installs them.
fn ready(folder: &Path, from: &Path, program: &str) -> Result<PathBuf, Unavailable> {
    for name in ["package.json", "package-lock.json", program] {
        fs::copy(from.join(name), folder.join(name))
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
    Ok(folder.join(program))
}
