//! Clients that are not ours, unmodified, over TLS and in real time: MSAL for Python and the Okta SDK for Python.
//!
//! Each runs as a user would run it, under the `tokenproof` command, and is held against the verdicts it should earn. Where
//! the verdicts do not tell enough, it runs once more in this process, where the journal can be read.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod client;
mod execution;

use std::path::Path;

use client::{Expected, journal_of, lines, script_of, under_tokenproof};
use execution::exec;
use jiff::Timestamp;
use mock_idp::journal::{Endpoint, Entry};
use tests::python;
use tokenproof::exit::ExitCode;
use tokenproof::verdict::Verdict::{Fail, Inconclusive, Pass};

#[tokio::test(flavor = "multi_thread")]
async fn msal_on_an_ordinary_day() {
    let Some(python) = python::or_skip("msal_on_an_ordinary_day") else {
        return;
    };
    let expected = Expected {
        exit: ExitCode::AsExpected,
        says: "first app token: identity_provider, 6 users\n\
               second app token: cache, 6 users\n\
               migrated user token: identity_provider\n\
               renewed user token: identity_provider, ada@contoso.example",
        verdicts: &[
            ("never-stale", Pass),
            ("reuses", Pass),
            ("post-only", Pass),
            ("one-method", Pass),
            ("no-secret-in-url", Pass),
            ("no-token-in-url", Pass),
        ],
    };
    under_tokenproof(
        python,
        "msal_ordinary_day.py",
        &["passive/ordinary-day[entra]"],
        &expected,
    );

    // The second call for the application sends nothing to the token endpoint; the renewal uses the newer refresh token.
    let run = journal_of(
        python,
        "msal_ordinary_day.py",
        None,
        "passive/ordinary-day[entra]",
    )
    .await;
    insta::assert_snapshot!(lines(&run), @"
    discovery -> 200
    token client_credentials [Post] -> 200 AT#1
    resource shows Bearer AT#1 -> 200
    resource shows Bearer AT#1 -> 200
    token refresh_token [Post] shows RT#1 -> 200 AT#2 RT#2
    token refresh_token [Post] shows RT#2 -> 200 AT#3 RT#3
    resource shows Bearer AT#3 -> 200
    ");
}

#[test]
fn msal_with_a_wrong_secret() {
    let Some(python) = python::or_skip("msal_with_a_wrong_secret") else {
        return;
    };
    let expected = Expected {
        exit: ExitCode::AsExpected,
        says: "error: invalid_client, codes: [7000215]",
        verdicts: &[("refused", Pass), ("not-repeated", Pass)],
    };
    under_tokenproof(
        python,
        "msal_wrong_secret.py",
        &["tests/scenarios/wrong-secret.yaml"],
        &expected,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn okta_lists_users_page_by_page() {
    let Some(python) = python::or_skip("okta_lists_users_page_by_page") else {
        return;
    };
    let expected = Expected {
        exit: ExitCode::AsExpected,
        says: "ada@okta.example\nben@okta.example\ncleo@okta.example\ndana@okta.example\nemil@okta.example\nfay@okta.example",
        verdicts: &[("no-token-in-url", Pass)],
    };
    // With an API token there are no token requests, so only what concerns the resource can be judged.
    under_tokenproof(
        python,
        "okta_list_users.py",
        &["passive/ordinary-day[okta]", "--req", "bearer.no-query"],
        &expected,
    );

    let run = journal_of(
        python,
        "okta_list_users.py",
        None,
        "passive/ordinary-day[okta]",
    )
    .await;
    let asked: Vec<&str> = run
        .exchanges
        .iter()
        .map(|exchange| exchange.entry.path.as_str())
        .collect();
    insta::assert_snapshot!(asked.join("\n"), @"
    /api/v1/users?limit=2
    /api/v1/users?after=MiAwMHUyYmVuVG9rZW5wcm9vZjBkNyAwMHUzY2xlb1Rva2VucHJvb2YwNw&limit=2
    /api/v1/users?after=NCAwMHU0ZGFuYVRva2VucHJvb2YwNyAwMHU1ZW1pbFRva2VucHJvb2YwNw&limit=2
    ");
}

#[test]
fn okta_with_a_wrong_token() {
    let Some(python) = python::or_skip("okta_with_a_wrong_token") else {
        return;
    };
    let expected = Expected {
        exit: ExitCode::AsExpected,
        says: "users: None, error: E0000011",
        verdicts: &[("refused", Pass)],
    };
    under_tokenproof(
        python,
        "okta_wrong_token.py",
        &["tests/scenarios/wrong-token.yaml"],
        &expected,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn okta_waits_a_rate_limit_out() {
    let Some(python) = python::or_skip("okta_waits_a_rate_limit_out") else {
        return;
    };
    let expected = Expected {
        exit: ExitCode::AsExpected,
        says: "call 1: 1 user\ncall 2: 1 user\ncall 3: 1 user\ncall 4: 1 user\ncall 5: 1 user\ncall 6: 1 user",
        verdicts: &[("waits", Pass), ("recovers", Pass)],
    };
    under_tokenproof(
        python,
        "okta_rate_limit.py",
        &["passive/okta-rate-limit"],
        &expected,
    );

    let scenario = "tests/scenarios/reset-in-two-seconds.yaml";
    let run = journal_of(
        python,
        "okta_rate_limit.py",
        Some(scenario),
        "foreign/reset-in-two-seconds[okta]",
    )
    .await;
    insta::assert_snapshot!(lines(&run), @"
    resource shows SSWS an unknown token -> 200
    resource shows SSWS an unknown token -> 200
    resource shows SSWS an unknown token -> 429 E0000047
    resource shows SSWS an unknown token -> 200
    resource shows SSWS an unknown token -> 200
    resource shows SSWS an unknown token -> 200
    resource shows SSWS an unknown token -> 200
    ");
    let refused = &run.exchanges[2].entry;
    let retried = &run.exchanges[3].entry;
    let reset = reset(refused);
    assert!(reset > refused.server_time, "the reset lies ahead");
    assert!(
        retried.server_time >= reset,
        "it came at {}, before the reset at {reset}",
        retried.server_time
    );
}

/// When the limit that a 429 tells of is over.
fn reset(refused: &Entry) -> Timestamp {
    assert_eq!(refused.endpoint, Endpoint::Resource);
    let headers = &refused.reply.as_ref().expect("an answer").headers;
    let (_, value) = headers
        .iter()
        .find(|(name, _)| name == "x-rate-limit-reset")
        .expect("a reset");
    Timestamp::from_second(value.parse().expect("seconds")).expect("a time")
}

#[test]
fn a_client_that_leaks_is_caught_and_not_quoted() {
    let Some(python) = python::or_skip("a_client_that_leaks_is_caught_and_not_quoted") else {
        return;
    };
    let expected = Expected {
        exit: ExitCode::Gate,
        says: "",
        verdicts: &[
            ("never-stale", Inconclusive),
            ("reuses", Inconclusive),
            ("post-only", Pass),
            ("one-method", Pass),
            ("no-secret-in-url", Fail),
            ("no-token-in-url", Fail),
        ],
    };
    let execution = under_tokenproof(
        python,
        "leaky.py",
        &["passive/ordinary-day[entra]"],
        &expected,
    );
    for shown in ["client_secret=***", "access_token=AT#1"] {
        assert!(
            execution.stdout.contains(shown),
            "{shown} is missing:\n{}",
            execution.stdout
        );
    }
}

#[test]
fn a_command_that_fails_on_a_green_wire() {
    let Some(python) = python::or_skip("a_command_that_fails_on_a_green_wire") else {
        return;
    };
    let script = script_of("msal_wrong_secret.py");
    let failing = [
        Path::new("sh"),
        Path::new("-c"),
        Path::new(r#""$@"; exit 7"#),
        Path::new("sh"),
        python,
        &script,
    ];
    let scenario = "tests/scenarios/wrong-secret.yaml";

    let judged = exec(&[scenario], &failing);
    assert_eq!(judged.code, Some(1), "{}", judged.stdout);
    assert!(
        judged
            .verdicts()
            .iter()
            .all(|(_, verdict)| *verdict == Pass),
        "{}",
        judged.stdout
    );
    insta::assert_snapshot!(judged.report().reasons.join("; "), @"in foreign/wrong-secret[entra], the command itself failed with exit code 7; if it is meant to, use `--child ignore`");
    assert!(
        judged.stdout.contains("the command itself failed"),
        "{}",
        judged.stdout
    );

    let ignored = exec(&[scenario, "--child", "ignore"], &failing);
    assert_eq!(ignored.verdicts(), judged.verdicts());
    assert_eq!(ignored.code, Some(0), "{}", ignored.stdout);
    assert_eq!(ignored.report().reasons, [""; 0]);
}
