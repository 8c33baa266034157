//! A foreign client: a script of `tests/clients`, how it is run and what is expected of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tests::program::workspace_folder;
use tokenproof::exit::ExitCode;
use tokenproof::library::Library;
use tokenproof::passive::{self, ChildEnd, Order, Stage};
use tokenproof::registry::Registry;
use tokenproof::trace::Trace;
use tokenproof::verdict::Verdict;

use crate::execution::{Execution, exec};

/// Notes the environment in the file given first, then becomes the rest.
const NOTING: &str = r#"env > "$0"; exec "$@""#;

/// What the environment holds that nobody may print.
const SECRETS: [&str; 5] = [
    "AZURE_CLIENT_SECRET",
    "OKTA_CLIENT_TOKEN",
    "TOKENPROOF_CLIENT_SECRET",
    "TOKENPROOF_PASSWORD",
    "TOKENPROOF_REFRESH_TOKEN",
];

/// Where the clients are sent.
const ORIGINS: [&str; 4] = [
    "AZURE_AUTHORITY_HOST",
    "OKTA_CLIENT_ORGURL",
    "TOKENPROOF_API_URL",
    "TOKENPROOF_TOKEN_URL",
];

/// What is expected of a client.
pub(crate) struct Expected {
    /// How `tokenproof` ends.
    pub(crate) exit: ExitCode,
    /// What the client itself prints, line by line.
    pub(crate) says: &'static str,
    /// Each check and its verdict, in the order of the file.
    pub(crate) verdicts: &'static [(&'static str, Verdict)],
}

impl Expected {
    fn verdicts(&self) -> Vec<(String, Verdict)> {
        self.verdicts
            .iter()
            .map(|(check, verdict)| ((*check).to_owned(), *verdict))
            .collect()
    }
}

/// Runs a client under the command and compares.
pub(crate) fn under_tokenproof(
    python: &Path,
    script: &str,
    arguments: &[&str],
    expected: &Expected,
) -> Execution {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let noted = folder.path().join("environment");
    let command = [
        Path::new("sh"),
        Path::new("-c"),
        Path::new(NOTING),
        &noted,
        python,
        &script_of(script),
    ];
    let execution = exec(arguments, &command);
    let told = format!("{}{}", execution.stdout, execution.stderr);
    assert_eq!(
        execution.code,
        Some(i32::from(expected.exit.code())),
        "{told}"
    );
    assert_eq!(execution.verdicts(), expected.verdicts(), "{told}");
    let says: Vec<&str> = execution
        .stdout
        .lines()
        .take(expected.says.lines().count())
        .collect();
    assert_eq!(says.join("\n"), expected.says, "{told}");

    let environment = variables(&fs::read_to_string(noted).expect("the environment was noted"));
    keeps_secrets(&execution, &environment);
    for name in ORIGINS {
        let origin = environment.get(name).map_or("", String::as_str);
        assert!(origin.starts_with("https://127.0.0.1:"), "{name}={origin}");
    }
    execution
}

/// Every secret of a run is nowhere in what was written, and neither is anything that looks like a token: what begins as a
/// JWT does, or a word as long as Entra's refresh tokens.
fn keeps_secrets(execution: &Execution, environment: &BTreeMap<String, String>) {
    let Execution {
        stdout,
        stderr,
        json,
        junit,
        ..
    } = execution;
    for (place, text) in [
        ("stdout", stdout),
        ("stderr", stderr),
        ("the JSON report", json),
        ("the JUnit report", junit),
    ] {
        for name in SECRETS {
            let secret = environment
                .get(name)
                .unwrap_or_else(|| panic!("{name} is not set"));
            assert!(
                !secret.is_empty() && !text.contains(secret.as_str()),
                "{name} stands in {place}:\n{text}"
            );
        }
        assert!(!text.contains("eyJ"), "a JWT stands in {place}:\n{text}");
        let words =
            text.split(|c: char| !c.is_ascii_alphanumeric() && !['-', '_', '.'].contains(&c));
        let longest = words.max_by_key(|word| word.len()).unwrap_or_default();
        assert!(
            longest.len() < 100,
            "`{longest}` in {place} looks like a token"
        );
    }
}

/// Runs a client in this process, for its journal.
pub(crate) async fn journal_of(
    python: &Path,
    script: &str,
    scenario: Option<&str>,
    case: &str,
) -> Trace {
    let mut library = Library::embedded();
    if let Some(scenario) = scenario {
        library = Library::new();
        library
            .add_path(&workspace_folder().join(scenario))
            .expect("a scenario");
    }
    let cases = library
        .plan(&Registry::embedded().expect("the registry"))
        .expect("sound scenarios");
    let case = cases
        .iter()
        .find(|planned| planned.name.0 == case)
        .expect("the case");
    let home = tempfile::tempdir().expect("a home");
    let command = [
        "env".to_owned(),
        format!("HOME={}", home.path().display()),
        python.display().to_string(),
        script_of(script).display().to_string(),
    ];
    let order = Order {
        timeout: Duration::from_secs(120),
        ..Order::new(&command)
    };
    let mut run = passive::run(&[Stage::of(case)], &order)
        .await
        .expect("the mock starts");
    assert_eq!(run.child, ChildEnd::Exited(0));
    run.traces.remove(0)
}

/// One line for each exchange: where to, with which grant, showing and carrying what.
pub(crate) fn lines(trace: &Trace) -> String {
    let lines = trace.exchanges.iter().map(|exchange| {
        let entry = &exchange.entry;
        let mut line = entry.endpoint.name().to_owned();
        if let Some(request) = &entry.token_request {
            line.push_str(&format!(
                " {} {:?}",
                request.grant.as_deref().unwrap_or("without grant"),
                request.auth
            ));
        }
        if let Some(shown) = &entry.presented {
            let token = shown
                .token
                .map_or_else(|| "an unknown token".to_owned(), |label| label.to_string());
            line.push_str(&format!(" shows {} {token}", shown.scheme).replace("  ", " "));
        }
        if let Some(reply) = &entry.reply {
            line.push_str(&format!(" -> {}", reply.status));
            line.extend(reply.error.iter().map(|error| format!(" {error}")));
            line.extend(reply.issued.iter().map(|label| format!(" {label}")));
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where a script stands.
pub(crate) fn script_of(name: &str) -> PathBuf {
    workspace_folder().join("tests").join("clients").join(name)
}

/// The output of `env`; none of the values asked for has several lines.
fn variables(listing: &str) -> BTreeMap<String, String> {
    let pairs = listing.lines().filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
