//! azure-identity for Python, unmodified, over TLS: managed identities of a machine and of an App Service, workload identity, and
//! a claims challenge.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use std::path::Path;

use tests::program::{tokenproof, workspace_folder};
use tests::python;

/// What a script prints under `tokenproof env` with these options.
fn said(python: &Path, options: &[&str], script: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a temporary folder");
    let path = workspace_folder().join("tests/clients").join(script[0]);
    let output = tokenproof()
        .args(["env", "--provider", "entra"])
        .args(options)
        .arg("--")
        .arg(python)
        .arg(path)
        .args(&script[1..])
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env_remove("TOKENPROOF_CONTROL_TOKEN")
        .env_remove("IDENTITY_ENDPOINT")
        .env_remove("IDENTITY_HEADER")
        .env_remove("MSI_ENDPOINT")
        .env_remove("AZURE_FEDERATED_TOKEN_FILE")
        .output()
        .expect("it starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn a_machine_and_an_app_service_hand_out_tokens() {
    let Some(python) = python::or_skip("a_machine_and_an_app_service_hand_out_tokens") else {
        return;
    };
    for place in ["vm", "app-service"] {
        let told = said(python, &["--runs-on", place], &["azure_places.py", place]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(told, @"
            own: 6 users
            assigned: 6 users
            nobody: CredentialUnavailableError
            ");
        }
    }
}

#[test]
fn a_workload_signs_in_by_the_token_in_its_file() {
    let Some(python) = python::or_skip("a_workload_signs_in_by_the_token_in_its_file") else {
        return;
    };
    let place = "kubernetes";
    let told = said(python, &["--runs-on", place], &["azure_places.py", place]);
    insta::assert_snapshot!(told, @"
    workload: 6 users
    default: 6 users
    ");
}

#[test]
fn a_claims_challenge_fetches_a_fresh_token() {
    let Some(python) = python::or_skip("a_claims_challenge_fetches_a_fresh_token") else {
        return;
    };
    let told = said(python, &[], &["azure_challenged.py"]);
    insta::assert_snapshot!(told, @"
    called: 200, declared and long-lived: (['CP1'], True)
    again: 200, 1 token
    challenged: 200, 2 tokens
    ");
}
