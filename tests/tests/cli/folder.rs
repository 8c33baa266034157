//! Where the command is started, and how.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tests::program::tokenproof;
use tokenproof::exit::ExitCode;

/// A folder of its own, which the command is started in.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// With this file in it.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The command, to be started here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tokenproof();
        command.args(arguments).current_dir(self.path());
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("tokenproof starts")
    }

    /// What the command complains of, after exit code and silence on standard output were checked.
    pub(crate) fn complaint(&self, arguments: &[&str], exit: ExitCode) -> String {
        let output = self.run(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(i32::from(exit.code())),
            "{stderr}"
        );
        assert_eq!(text(&output.stdout), "");
        assert!(!stderr.contains("panicked"), "{stderr}");
        stderr
    }
}

/// Output as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_owned()).expect("UTF-8")
}
