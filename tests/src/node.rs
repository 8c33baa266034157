//! Scripts for Node beside the packages that they import: folders set up once per machine below the build folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::program::{target_folder, workspace_folder};
use crate::setup::{self, Unavailable, alone, run};

/// What says which packages there are.
const PACKAGES: [&str; 2] = ["package.json", "package-lock.json"];

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
        let adapter = workspace_folder().join("conformance/adapters/msal-node");
        let folder = set_up("msal-node", &adapter, &[(adapter.clone(), "")])?;
        Ok(folder.join("driver.mjs"))
    });
    setup::or_skip(test, "Node with MSAL", driver).map(PathBuf::as_path)
}

/// A folder like `tests/clients`, with the scripts for Node beside their packages; none, after saying so, where these cannot be had.
///
/// # Panics
///
/// As [`msal_or_skip`].
#[must_use]
pub fn clients_or_skip(test: &str) -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, Unavailable>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let clients = workspace_folder().join("tests/clients");
        let scripts = ["", "entra", "okta"].map(|below| (clients.join(below), below));
        set_up("node", &clients, &scripts)
    });
    setup::or_skip(test, "Node with the foreign clients", folder).map(PathBuf::as_path)
}

/// The program with Okta's libraries, beside its packages, likewise.
///
/// # Panics
///
/// As [`msal_or_skip`].
#[must_use]
pub fn okta_or_skip(test: &str) -> Option<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, Unavailable>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let clients = workspace_folder().join("tests/clients/okta-node");
        let folder = set_up("okta-node", &clients, &[(clients.clone(), "")])?;
        Ok(folder.join("okta_clients.mjs"))
    });
    setup::or_skip(test, "Node with Okta's libraries", program).map(PathBuf::as_path)
}

/// A folder of this name with the packages that one folder lists and the scripts of others, each below: Node looks for packages
/// beside the file that imports them and above it.
fn set_up(
    name: &str,
    packages: &Path,
    scripts: &[(PathBuf, &str)],
) -> Result<PathBuf, Unavailable> {
    let folder = target_folder().join("foreign-clients").join(name);
    alone(&folder, || {
        for name in PACKAGES {
            copy(&packages.join(name), &folder)?;
        }
        for (scripts, below) in scripts {
            let beside = folder.join(below);
            fs::create_dir_all(&beside)
                .map_err(|error| Unavailable(format!("`{}`: {error}", beside.display())))?;
            for script in scripts_of(scripts)? {
                copy(&script, &beside)?;
            }
        }
        install(&folder)
    })?;
    Ok(folder)
}

fn scripts_of(folder: &Path) -> Result<Vec<PathBuf>, Unavailable> {
    let entries = fs::read_dir(folder)
        .map_err(|error| Unavailable(format!("`{}`: {error}", folder.display())))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    Ok(paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "mjs"))
        .collect())
}

/// What is there already is left alone: a script of another test process may be reading it.
fn copy(file: &Path, folder: &Path) -> Result<(), Unavailable> {
    let at = |error| Unavailable(format!("{} could not be copied: {error}", file.display()));
    let text = fs::read(file).map_err(at)?;
    let copy = folder.join(file.file_name().unwrap_or_default());
    if fs::read(&copy).is_ok_and(|there| there == text) {
        return Ok(());
    }
    fs::write(copy, text).map_err(at)
}

fn install(folder: &Path) -> Result<(), Unavailable> {
    let wanted = fs::read_to_string(folder.join("package-lock.json")).unwrap_or_default();
    // Written last, so it stands only beside packages that are whole.
    let stamp = folder.join("node_modules").join("installed.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(Command::new("npm").args(options).current_dir(folder)).map_err(|why| {
        Unavailable(format!(
            "its packages could not be installed; is this machine offline? {why}"
        ))
    })?;
    fs::write(&stamp, wanted)
        .map_err(|error| Unavailable(format!("nothing could be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_alone_are_copied_and_again_when_they_change() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        for made in [&from, &to] {
            fs::create_dir(made).expect("a folder");
        }
        fs::write(from.join("one.py"), "").expect("a file");
        for text in ["first", "second"] {
            fs::write(from.join("one.mjs"), text).expect("a file");
            for script in scripts_of(&from).expect("scripts") {
                copy(&script, &to).expect("a copy");
            }
            assert_eq!(
                fs::read_to_string(to.join("one.mjs")).expect("a copy"),
                text
            );
        }
        assert!(!to.join("one.py").exists());
    }
}
