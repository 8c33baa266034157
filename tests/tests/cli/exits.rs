//! Exit codes.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};

/// A way to each exit code. `exec` has tests of its own for what its command can do.
#[test]
fn every_exit_code_can_be_met() {
    for exit in ExitCode::ALL {
        let arguments: &[&str] = match exit {
            ExitCode::AsExpected => &["run", "concurrency"],
            ExitCode::Gate => &["exec", "passive/okta-rate-limit", "--", "true"],
            ExitCode::Usage => &["run", "nowhere.yaml"],
            ExitCode::Harness => &["list"],
            ExitCode::Driver => &["exec", "passive/okta-rate-limit", "--", "no-such-command"],
            ExitCode::NothingSelected => &["run", "nothing-is-called-so"],
        };
        let stdout = if exit == ExitCode::Harness {
            // A disk that is full, as Linux lends it.
            if !Path::new("/dev/full").exists() {
                continue;
            }
            let full = File::options().write(true).open("/dev/full");
            Stdio::from(full.expect("it can be opened"))
        } else {
            Stdio::null()
        };
        let output = Folder::new()
            .command(arguments)
            .stdout(stdout)
            .output()
            .expect("tokenproof starts");
        assert_eq!(
            output.status.code(),
            Some(i32::from(exit.code())),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
}
