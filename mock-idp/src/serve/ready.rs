//! The ready file: everything that a program needs to use a session, as JSON.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::world_facts::WorldFacts;

/// What `--ready-file` writes once connections are accepted. It holds secrets.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "What `mock-idp serve --ready-file` writes")]
pub struct Ready {
    /// The version of this form: 1. What is there stays; more may come.
    #[schemars(extend("const" = 1))]
    pub(super) schema: u32,
    /// The program's version.
    pub(super) version: &'static str,
    /// The process to signal: SIGTERM ends it, SIGHUP has it read its `--config` again.
    pub(super) pid: u32,
    /// Whom clients have to trust; not there with `--http`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ca: Option<CaFacts>,
    /// The control API; not there with `--no-control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) control: Option<ControlFacts>,
    /// The Entra world, if it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entra: Option<WorldFacts>,
    /// The Okta world, if it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) okta: Option<WorldFacts>,
    /// Environment variables for a program that is to use the mock.
    pub(super) environment: BTreeMap<String, String>,
    /// Environment variables that such a program must not have.
    pub(super) unset: Vec<&'static str>,
}

/// The CA that has signed for the mock.
#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct CaFacts {
    /// A file with its certificate.
    pub(super) file: String,
    /// The certificate in PEM.
    pub(super) pem: String,
}

/// The control API.
#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct ControlFacts {
    /// Its URL, without a slash at the end.
    pub(super) url: String,
    /// Whether it asks for a token.
    pub(super) needs_token: bool,
    /// The file that holds the token, if it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_file: Option<String>,
}

impl Ready {
    /// The JSON Schema of the file.
    #[must_use]
    pub fn json_schema() -> Schema {
        schemars::schema_for!(Ready)
    }

    /// The text of the file.
    pub(super) fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_the_type() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/ready.schema.json");
        let schema = format!("{:#}\n", Ready::json_schema().as_value());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == schema,
            "{path} is not what the types say; run this test with UPDATE_SCHEMA=1 and read the difference"
        );
    }
}
