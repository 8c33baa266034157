//! The `tokenproof` command as users get it: built, and started as a process of its own.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A command that starts `tokenproof`, without arguments yet. Its output has no colour and a fixed width.
///
/// # Panics
///
/// With the compiler's words if `tokenproof` cannot be built.
#[must_use]
pub fn tokenproof() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(PROGRAM.get_or_init(|| build("tokenproof")));
    command.env("COLUMNS", "100").env("NO_COLOR", "1");
    command
}

/// The lean program, `mock-idp`: where it is once it is built.
///
/// # Panics
///
/// With the compiler's words if it cannot be built.
#[must_use]
pub fn mock_idp() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("mock-idp"))
}

/// The folder that cargo builds this workspace in, by the place of the running test.
///
/// # Panics
///
/// If the test does not run from such a folder.
#[must_use]
pub fn target_folder() -> PathBuf {
    parent_of(&profile_folder())
}

/// The workspace's top folder.
#[must_use]
pub fn workspace_folder() -> PathBuf {
    parent_of(Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// Cargo builds a package's programs for that package's own tests only, so the others have to ask for it.
fn build(program: &str) -> PathBuf {
    let folder = profile_folder();
    // The folder's name is the profile's, but for this one.
    let profile = match folder.file_name() {
        Some(name) if name != "debug" => name.to_owned(),
        _ => OsString::from("dev"),
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let built = Command::new(cargo)
        // Both packages, whichever is wanted: cargo would choose other features for one alone, and build everything again.
        .args(["build", "--quiet", "--package", "tokenproof"])
        .args(["--package", "mock-idp", "--bin", program, "--profile"])
        .arg(profile)
        .arg("--target-dir")
        .arg(target_folder())
        .current_dir(workspace_folder())
        .output();
    match built {
        Ok(output) if output.status.success() => {
            folder.join(format!("{program}{}", env::consts::EXE_SUFFIX))
        }
        Ok(output) => panic!(
            "{program} could not be built:\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => panic!("cargo could not be started to build {program}: {error}"),
    }
}

/// `target/debug` for a test at `target/debug/deps/name`.
fn profile_folder() -> PathBuf {
    match env::current_exe() {
        Ok(test) => parent_of(&parent_of(&test)),
        Err(error) => panic!("the place of the running test is not known: {error}"),
    }
}

fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) => parent.to_owned(),
        None => panic!(
            "`{}` stands in no folder; run the tests with cargo",
            path.display()
        ),
    }
}
