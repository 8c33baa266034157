//! A `mock-idp serve` of our own.

use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::Value;
use tests::program::mock_idp;

/// A running process and what it said in its ready file. Ends when dropped.
pub(crate) struct Served {
    child: Child,
    /// Its ready file.
    pub(crate) ready: Value,
    /// Where its scripts may write.
    pub(crate) folder: tempfile::TempDir,
}

impl Served {
    /// Starts one and waits until it serves.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file: PathBuf = folder.path().join("ready.json");
        let mut child = mock_idp()
            .args(["serve", "--ready-file"])
            .arg(&file)
            .stdout(Stdio::null())
            .spawn()
            .expect("mock-idp starts");
        let text = loop {
            match std::fs::read_to_string(&file) {
                Ok(text) => break text,
                Err(_) => assert!(
                    child.try_wait().expect("its state").is_none(),
                    "mock-idp has ended"
                ),
            }
            std::thread::yield_now();
        };
        Self {
            child,
            ready: serde_json::from_str(&text).expect("the ready file is JSON"),
            folder,
        }
    }

    /// The URL of its control API.
    pub(crate) fn control(&self) -> &str {
        self.ready["control"]["url"].as_str().expect("a URL")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
