//! A Python with the foreign clients in it: a virtual environment, set up once per machine below the build folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::program::target_folder;
use crate::setup::{self, Unavailable, alone, run};

/// What is installed, pinned to versions.
const REQUIREMENTS: &str = include_str!("../clients/requirements.txt");
/// The same for Okta's libraries.
const OKTA: &str = include_str!("../clients/okta_requirements.txt");

/// The interpreter that has the foreign clients; none, after saying so, where it cannot be had.
///
/// Safe when many tests ask at once, in one process or in several. The words go to standard error past the capture of test
/// output, since a test that did not run must not look like one that passed.
///
/// # Panics
///
/// With `CI=true` where there is no interpreter: a build must not go green on tests that were skipped.
#[must_use]
pub fn or_skip(test: &str) -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, Unavailable>> = OnceLock::new();
    let folder = target_folder().join("foreign-clients");
    had(&PYTHON, test, folder, REQUIREMENTS)
}

/// The same with Okta's libraries, those that verify tokens among them.
///
/// # Panics
///
/// As [`or_skip`] does.
#[must_use]
pub fn okta_or_skip(test: &str) -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, Unavailable>> = OnceLock::new();
    let folder = target_folder().join("foreign-clients").join("okta-python");
    had(&PYTHON, test, folder, OKTA)
}

fn had(
    python: &'static OnceLock<Result<PathBuf, Unavailable>>,
    test: &str,
    folder: PathBuf,
    requirements: &'static str,
) -> Option<&'static Path> {
    let python = python.get_or_init(|| {
        Environment {
            folder,
            requirements,
            python: "python3".into(),
        }
        .ready()
    });
    setup::or_skip(test, "Python with the foreign clients", python).map(PathBuf::as_path)
}

/// A virtual environment, there or not.
#[derive(Clone, Debug)]
struct Environment<'a> {
    /// Where it belongs.
    folder: PathBuf,
    /// What is in it, as pip reads it.
    requirements: &'a str,
    /// The interpreter it is made with.
    python: PathBuf,
}

impl Environment<'_> {
    /// Its interpreter, after setting it up where it is missing, broken, half done or made from other requirements.
    fn ready(&self) -> Result<PathBuf, Unavailable> {
        alone(&self.folder, || self.made())
    }

    fn made(&self) -> Result<PathBuf, Unavailable> {
        let at = |what: &str, error: io::Error| {
            Unavailable(format!("{what} below `{}`: {error}", self.folder.display()))
        };
        let venv = self.folder.join("venv");
        let python = venv.join("bin").join("python");
        // Written last, so it stands only in an environment that is whole.
        let stamp = venv.join("installed-requirements.txt");
        let same = fs::read_to_string(&stamp).is_ok_and(|installed| installed == self.requirements);
        if same && run(Command::new(&python).arg("--version")).is_ok() {
            return Ok(python);
        }
        match fs::remove_dir_all(&venv) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(at("an old environment could not be removed", error));
            }
            _ => {}
        }
        let wanted = self.folder.join("requirements.txt");
        fs::write(&wanted, self.requirements)
            .map_err(|error| at("nothing could be written", error))?;
        run(Command::new(&self.python).args(["-m", "venv"]).arg(&venv)).map_err(|why| {
            Unavailable(format!(
                "no virtual environment could be made with `{}`: {why}",
                self.python.display()
            ))
        })?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--retries",
            "2",
            "--requirement",
        ];
        run(Command::new(&python).args(pip).arg(&wanted)).map_err(|why| {
            Unavailable(format!(
                "the clients could not be installed; is this machine offline? {why}"
            ))
        })?;
        fs::write(&stamp, self.requirements)
            .map_err(|error| at("nothing could be written", error))?;
        Ok(python)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stand-in for Python that notes what it was asked for. `venv` copies it; `pip` fails if told to.
    const STAND_IN: &str = r#"#!/bin/sh
case "$2" in
    venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo venv >> "$3/../asked" ;;
    pip) echo pip >> "${0%/venv/bin/python}/asked"
         if grep -q absent "${0%/venv/bin/python}/requirements.txt"; then
             echo "ERROR: No matching distribution found for absent" >&2; exit 1
         fi ;;
esac
"#;

    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder");
            // Written by another process: while this one has it open, a fork of another thread could keep it from being run.
            let written = Command::new("sh")
                .args(["-c", r#"printf %s "$1" > "$0" && chmod 755 "$0""#])
                .arg(folder.path().join("python3"))
                .arg(STAND_IN)
                .status();
            assert!(written.expect("a shell").success());
            Self(folder)
        }

        fn environment<'a>(&self, requirements: &'a str) -> Environment<'a> {
            Environment {
                folder: self.0.path().join("clients"),
                requirements,
                python: self.0.path().join("python3"),
            }
        }

        /// What was asked of the interpreters so far.
        fn asked(&self) -> String {
            let asked = fs::read_to_string(self.0.path().join("clients").join("asked"));
            asked
                .unwrap_or_default()
                .replace('\n', " ")
                .trim_end()
                .to_owned()
        }
    }

    #[test]
    fn it_is_set_up_once() {
        let machine = Machine::new();
        let environment = machine.environment("msal==1");
        let first = environment.ready().expect("an environment");
        assert!(first.starts_with(machine.0.path().join("clients")));
        assert_eq!(environment.ready(), Ok(first));
        assert_eq!(machine.asked(), "venv pip");
    }

    #[test]
    fn other_requirements_make_another() {
        let machine = Machine::new();
        machine
            .environment("msal==1")
            .ready()
            .expect("an environment");
        machine
            .environment("msal==2")
            .ready()
            .expect("an environment");
        assert_eq!(machine.asked(), "venv pip venv pip");
    }

    #[test]
    fn a_broken_one_is_made_again() {
        let machine = Machine::new();
        let environment = machine.environment("msal==1");
        let python = environment.ready().expect("an environment");
        fs::remove_file(&python).expect("it is there");
        assert_eq!(environment.ready(), Ok(python));
        assert_eq!(machine.asked(), "venv pip venv pip");
    }

    #[test]
    fn one_that_was_not_finished_does_not_count() {
        let machine = Machine::new();
        let offline = machine.environment("absent==1").ready();
        assert_eq!(offline, machine.environment("absent==1").ready());
        let why = offline.expect_err("pip failed").to_string();
        insta::assert_snapshot!(why, @"the clients could not be installed; is this machine offline? ERROR: No matching distribution found for absent");
        machine
            .environment("msal==1")
            .ready()
            .expect("an environment");
        assert_eq!(machine.asked(), "venv pip venv pip venv pip");
    }

    #[test]
    fn many_at_once_set_it_up_once() {
        let machine = Machine::new();
        let environment = machine.environment("msal==1");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| environment.ready().expect("an environment"));
            }
        });
        assert_eq!(machine.asked(), "venv pip");
    }

    #[test]
    fn a_machine_without_python_is_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let environment = Environment {
            folder: folder.path().to_owned(),
            requirements: "",
            python: "no-such-python".into(),
        };
        let why = environment.ready().expect_err("there is no such command");
        insta::assert_snapshot!(why, @"no virtual environment could be made with `no-such-python`: No such file or directory (os error 2)");
    }
}
