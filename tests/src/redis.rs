//! A Redis server for a test: the machine's own program, or Debian's package unpacked below the build folder.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::program::target_folder;
use crate::setup::{self, Unavailable, alone};

/// The server and the libraries it needs.
const PACKAGES: [&str; 7] = [
    "redis-server",
    "redis-tools",
    "libjemalloc2",
    "liblzf1",
    "liblua5.1-0",
    "lua-bitop",
    "lua-cjson",
];

/// A running server that listens on a socket in a folder of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    folder: TempDir,
}

impl Server {
    /// Starts an empty server; none, after saying so, where it cannot be had.
    ///
    /// # Panics
    ///
    /// With `CI=true` where there is none: a build must not go green on tests that were skipped.
    #[must_use]
    pub fn or_skip(test: &str) -> Option<Self> {
        static PROGRAM: OnceLock<Result<Program, Unavailable>> = OnceLock::new();
        let program = PROGRAM.get_or_init(Program::found);
        setup::or_skip(test, "a Redis server", program).map(|program| {
            program
                .start()
                .unwrap_or_else(|why| panic!("the Redis server does not start: {why}"))
        })
    }

    /// Where it is, as clients want it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", socket(&self.folder).display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whichever fails, there is nobody left to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How the server is run.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    libraries: Option<PathBuf>,
}

impl Program {
    fn found() -> Result<Self, Unavailable> {
        let folders = env::var_os("PATH").unwrap_or_default();
        let installed = env::split_paths(&folders).map(|folder| folder.join("redis-server"));
        if let Some(path) = installed.into_iter().find(|path| path.is_file()) {
            return Ok(Self {
                path,
                libraries: None,
            });
        }
        let folder = target_folder().join("foreign-clients").join("redis");
        alone(&folder, || Self::unpacked(&folder))
    }

    fn unpacked(folder: &Path) -> Result<Self, Unavailable> {
        if let Some(there) = Self::within(folder) {
            return Ok(there);
        }
        setup::unpack(folder, &PACKAGES)?;
        Self::within(folder).ok_or_else(|| Unavailable("the packages have no server".to_owned()))
    }

    fn within(folder: &Path) -> Option<Self> {
        let path = folder.join("usr/bin/redis-server");
        let mut libraries = fs::read_dir(folder.join("usr/lib"))
            .ok()?
            .filter_map(Result::ok);
        let libraries = libraries.find(|entry| entry.path().join("liblzf.so.1").is_file())?;
        path.is_file().then(|| Self {
            path,
            libraries: Some(libraries.path()),
        })
    }

    fn start(&self) -> Result<Server, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.path);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
            .args([
                "--port",
                "0",
                "--save",
                "",
                "--appendonly",
                "no",
                "--unixsocket",
            ])
            .arg(socket(&folder))
            .current_dir(folder.path())
            .stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let said = child.stdout.take().map(BufReader::new);
        let mut lines = said
            .into_iter()
            .flat_map(BufReader::lines)
            .map_while(Result::ok);
        let ready = lines.any(|line| line.contains("eady to accept connections"));
        let server = Server { child, folder };
        if !ready {
            return Err("it ended before it was ready".to_owned());
        }
        // What else it says goes nowhere, but somebody has to take it.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }
}

fn socket(folder: &TempDir) -> PathBuf {
    folder.path().join("redis.sock")
}
