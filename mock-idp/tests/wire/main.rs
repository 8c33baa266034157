//! What the mock puts on the wire: each test is a fact about a vendor or a promise of this crate.
//!
//! Every test has a world of its own on a virtual clock; `stage` starts it and asks, `answer` reads and shows what came back,
//! `raw` speaks below HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

mod answer;
mod arena;
mod asserted;
mod browser;
mod raw;
mod stage;

mod administration;
mod admission;
mod api_tokens;
mod api_tokens_console;
mod app_service;
mod assigned_roles;
mod authorize;
mod bad_input;
mod bytes;
mod changed_answers;
mod claims;
mod client_assertion;
mod coded_bodies;
mod codes;
mod codes_clients;
mod codes_credentials;
mod codes_devices;
mod codes_policies;
mod codes_requests;
mod codes_service;
mod codes_sessions;
mod codes_tenants;
mod codes_users;
mod connections;
mod consent;
mod continuous_access;
mod credentials;
mod customer_api;
mod cut_answers;
mod denials;
mod device_code;
mod directory;
mod directory_edits;
mod discovery;
mod entra_bad_input;
mod entra_documents;
mod entra_v1;
mod exact_answers;
mod expectations;
mod fault_matrix;
mod fault_rules;
mod fault_selection;
mod faults;
mod federated_credential;
mod fidelity;
mod forgeries;
mod graph;
mod graph_pages;
mod headers;
mod holds;
mod home_tenants;
mod hostile_peers;
mod hygiene;
mod identities;
mod implicit;
mod in_progress;
mod journal_facts;
mod journal_queries;
mod keys;
mod laxity;
mod limit_principals;
mod limit_rules;
mod limits;
mod managed_identity;
mod management;
mod minted_id_tokens;
mod minted_lifetimes;
mod minting;
mod okta_api_codes;
mod okta_apps;
mod okta_apps_refused;
mod okta_assigned;
mod okta_authorize;
mod okta_bad_input;
mod okta_causes;
mod okta_codes;
mod okta_codes_grants;
mod okta_dpop;
mod okta_fidelity;
mod okta_keys;
mod okta_limits;
mod okta_lists;
mod okta_plans;
mod okta_sign_ins;
mod okta_tokens;
mod okta_users;
mod on_behalf_of;
mod races;
mod redirects;
mod refresh;
mod registration;
mod revocation;
mod sign_in_model;
mod sign_in_pages;
mod sign_in_steps;
mod silent_peers;
mod snapshots;
mod soak;
mod step_up;
mod success;
mod superseded;
mod telemetry;
mod tenants;
mod worlds;
