//! The programs as users get them: built, and started as processes of their own.

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

/// A command that starts `mock-idp`, without arguments yet.
///
/// # Panics
///
/// With the compiler's words if `mock-idp` cannot be built.
#[must_use]
pub fn mock_idp() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    Command::new(PROGRAM.get_or_init(|| build("mock-idp")))
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

/// Cargo builds a package's programs for that package's own tests only, so the others have to ask for it. Every program is built
/// together with `tokenproof`, so that what they share is not built twice.
fn build(program: &str) -> PathBuf {
    let folder = profile_folder();
    // The folder's name is the profile's, but for this one.
    let profile = match folder.file_name() {
        Some(name) if name != "debug" => name.to_owned(),
        _ => OsString::from("dev"),
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--package", "tokenproof"])
        .args(["--package", program, "--bin", program, "--profile"])
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
