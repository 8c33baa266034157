//! Microsoft's own libraries and some that know no vendor, unmodified, over TLS and in real time: each grant they know, and what they make
//! of a refusal. One program, since linking it takes longer than all of its tests.
//!
//! The scripts are in `tests/clients/entra`. Each does several things in a row and prints a line for each.

mod authlib;
mod azure_identity_javascript;
mod azure_identity_python;
mod msal_node;
mod msal_python;
mod openid_client;
mod validators;

use tests::table::{Library, holds};

/// Runs a script on `vm`, `app-service` or `kubernetes`, and has what it prints judged.
fn shows(script: &str, place: &str, judge: impl FnOnce(&str)) {
    tests::script::shows("entra", script, &["--runs-on", place], &[place], judge);
}

#[test]
fn the_tables_say_what_is_shown_of_which_version() {
    let library = |pin, source| Library { pin, source };
    let libraries = [
        library("msal==", include_str!("msal_python.rs")),
        library(r#""@azure/msal-node": ""#, include_str!("msal_node.rs")),
        library("azure-identity==", include_str!("azure_identity_python.rs")),
        library(
            r#""@azure/identity": ""#,
            include_str!("azure_identity_javascript.rs"),
        ),
    ];
    holds("docs/entra.md", "## Client libraries", &libraries, 80);
    let libraries = [
        library("Authlib==", include_str!("authlib.rs")),
        library(r#""openid-client": ""#, include_str!("openid_client.rs")),
    ];
    let heading = "### Libraries that know no vendor";
    holds("docs/entra.md", heading, &libraries, 30);
}
