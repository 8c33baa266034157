//! Okta's own libraries and others that know OAuth and OpenID Connect, unmodified, over TLS and in real time.
//!
//! The SDKs for Python and Node and the verifiers of tokens: each errand is run as a user would run it, configured by the environment
//! alone, against a world of its own in this process, whose journal says what was sent. The scripts with Authlib and openid-client are
//! in `tests/clients/okta`. Each does several things in a row and prints a line for each.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

mod authlib;
mod limits;
mod openid_client;
mod org;

use std::path::{Path, PathBuf};

use mock_idp::environment::{UNSET, no_proxy};
use mock_idp::journal::{Entry, Origin};
use mock_idp::{Builder, MockIdp};
use tests::program::workspace_folder;
use tests::table::{Library, holds};
use tests::{node, python};

/// Runs a script in the world of `tests/clients/okta/directory.yaml`, and has what it prints judged.
fn shows(script: &str, judge: impl FnOnce(&str)) {
    let directory = workspace_folder().join("tests/clients/okta/directory.yaml");
    let directory = directory.to_str().expect("UTF-8");
    tests::script::shows("okta", script, &["--config", directory], &[], judge);
}

#[test]
fn the_table_says_what_is_shown_of_which_version() {
    let library = |pin, source| Library { pin, source };
    let libraries = [
        library("Authlib==", include_str!("authlib.rs")),
        library(r#""openid-client": ""#, include_str!("openid_client.rs")),
    ];
    holds("docs/okta.md", "## Client libraries", &libraries, 90);
}

/// The table of Okta's own libraries names every test that they have, and the versions that are pinned.
#[test]
fn the_table_of_the_sdks_names_all_their_tests() {
    let read = |path| std::fs::read_to_string(workspace_folder().join(path)).expect(path);
    let page = read("docs/okta.md");
    let mut tests = 0;
    for source in [include_str!("limits.rs"), include_str!("org.rs")] {
        for declared in source.split("#[tokio::test]\nasync fn ").skip(1) {
            let (name, _) = declared.split_once('(').expect("a name");
            assert!(page.contains(&format!("| `{name}` |")), "{name}");
            tests += 1;
        }
    }
    assert!(tests > 8, "{tests}");
    let python = read("tests/clients/okta_requirements.txt");
    let node = read("tests/clients/okta-node/package.json");
    let python = python.lines().filter(|line| line.starts_with("okta"));
    let node = node.lines().filter(|line| line.contains("\"@okta/"));
    let pins: Vec<String> = python
        .map(|line| line.replace("==", " "))
        .chain(node.map(|line| line.replace([':', '"', ','], "").trim().to_owned()))
        .collect();
    assert_eq!(pins.len(), 4, "{pins:?}");
    for pin in pins {
        assert!(page.contains(&pin), "{pin}");
    }
}

/// An SDK, and how it is run.
pub(crate) struct Sdk {
    program: PathBuf,
    script: PathBuf,
}

/// Those that can be had on this machine.
pub(crate) fn sdks(test: &str) -> Vec<Sdk> {
    let python = python::okta_or_skip(test).map(|python| Sdk {
        program: python.to_owned(),
        script: workspace_folder().join("tests/clients/okta_clients.py"),
    });
    let node = node::okta_or_skip(test).map(|script| Sdk {
        program: "node".into(),
        script: script.to_owned(),
    });
    python.into_iter().chain(node).collect()
}

impl Sdk {
    /// Whether it is the one for Python.
    pub(crate) fn is_python(&self) -> bool {
        self.script.extension().is_some_and(|suffix| suffix == "py")
    }

    /// What an errand prints.
    pub(crate) async fn runs(&self, org: &Org, errand: &[&str], more: &[(&str, &str)]) -> String {
        let mut command = tokio::process::Command::new(&self.program);
        command.arg(&self.script).args(errand).kill_on_drop(true);
        for name in std::env::vars().map(|(name, _)| name) {
            if name.starts_with("OKTA_") {
                command.env_remove(name);
            }
        }
        for name in UNSET {
            command.env_remove(name);
        }
        let home = org.folder.path();
        command
            .env("HOME", home)
            .envs(no_proxy(None))
            .envs(org.environment());
        let output = command.envs(more.iter().copied()).output().await;
        let output = output.expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errand:?}: {error}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// An org over TLS, on the machine's clock.
pub(crate) struct Org {
    pub(crate) idp: MockIdp,
    folder: tempfile::TempDir,
}

impl Org {
    pub(crate) async fn of(builder: Builder) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ca = MockIdp::ca_pem().expect("a CA");
        std::fs::write(folder.path().join("ca.pem"), ca).expect("a file");
        Self {
            idp: builder.start().await.expect("a world"),
            folder,
        }
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let ca: &Path = &self.folder.path().join("ca.pem");
        let ca = ca.to_string_lossy().into_owned();
        let token = self.idp.credentials().api_token.expect("a token");
        vec![
            (
                "OKTA_CLIENT_ORGURL",
                self.idp.origin(Origin::Org).to_owned(),
            ),
            ("OKTA_CLIENT_TOKEN", token.reveal().to_owned()),
            ("SSL_CERT_FILE", ca.clone()),
            ("REQUESTS_CA_BUNDLE", ca.clone()),
            ("NODE_EXTRA_CA_CERTS", ca),
        ]
    }

    /// What has come in.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.idp.journal().entries()
    }

    /// The same, line by line: method, path without query, status and code.
    pub(crate) fn lines(&self) -> String {
        let line = |entry: &Entry| {
            let path = entry.path.split('?').next().unwrap_or_default();
            let code = entry.error().map(|code| format!(" {code}"));
            let status = entry.status().unwrap_or_default();
            format!(
                "{} {path} {status}{}",
                entry.method,
                code.unwrap_or_default()
            )
        };
        self.entries()
            .iter()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }
}
