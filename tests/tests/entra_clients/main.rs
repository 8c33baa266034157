//! Microsoft's own libraries, unmodified, over TLS and in real time: each grant they know, and what they make of a refusal. One program,
//! since linking it takes longer than all of its tests.
//!
//! The scripts are in `tests/clients/entra`. Each does several things in a row and prints a line for each.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

mod azure_identity_javascript;
mod azure_identity_python;
mod msal_node;
mod msal_python;
mod script;
mod table;
mod validators;
