//! JSON Schemas of the files that people write and programs read, and of the messages of drivers, made from the types that do it.
//!
//! Editors complete and check scenario files with them; readers of reports can check what they read. They say what the shape
//! of a file is. What a file means is examined by [`plan`](crate::plan), which is the judge where the two differ.

mod document;
mod driver;
mod forms;
mod reference;
mod strict;

use clap::ValueEnum;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::driver::ProfileFile;
use crate::recording::Bundle;
use crate::report::Report;
use crate::trace::Exchange;

pub(crate) use forms::{FailureClass, Vendor};
pub(crate) use mock_idp::journal::Instant;

/// A kind of file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A scenario file
    Scenario,
    /// A registry of requirements, `requirements.yaml`
    Requirements,
    /// A list of what a client is known not to do, `NAME.expect.yaml`
    Expectations,
    /// The report that `--json` writes
    Report,
    /// The messages of the driver protocol
    Driver,
    /// The `bundle.json` of a recording
    Bundle,
    /// A line of `wire/1.jsonl` in a recording: one exchange
    Wire,
    /// A file of fault rules for `exec --once --faults`
    Faults,
    /// A client's habits, for `--profile`
    Profile,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Scenario,
        Self::Requirements,
        Self::Faults,
        Self::Expectations,
        Self::Report,
        Self::Driver,
        Self::Profile,
        Self::Bundle,
        Self::Wire,
    ];

    /// The name of the schema's file.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Scenario => "scenario.schema.json",
            Self::Requirements => "requirements.schema.json",
            Self::Expectations => "expectations.schema.json",
            Self::Report => "report.schema.json",
            Self::Driver => "driver.schema.json",
            Self::Bundle => "bundle.schema.json",
            Self::Wire => "wire.schema.json",
            Self::Faults => "faults.schema.json",
            Self::Profile => "profile.schema.json",
        }
    }

    /// The schema, in draft 7, which editors know best.
    #[must_use]
    pub fn schema(self) -> Value {
        let draft = SchemaSettings::draft07();
        let mut schema = match self {
            Self::Scenario => {
                let root = draft
                    .into_generator()
                    .into_root_schema_for::<document::Scenario>();
                let mut schema = document::complete_scenario(root.to_value());
                strict::follow_links(&mut schema);
                strict::like_the_reader(&mut schema);
                reference::allow(&mut schema);
                schema
            }
            Self::Requirements => {
                let root = draft
                    .into_generator()
                    .into_root_schema_for::<document::Requirements>();
                let mut schema = root.to_value();
                strict::like_the_reader(&mut schema);
                schema
            }
            Self::Faults => {
                let root = draft
                    .into_generator()
                    .into_root_schema_for::<document::Faults>();
                let mut schema = root.to_value();
                strict::follow_links(&mut schema);
                strict::like_the_reader(&mut schema);
                schema
            }
            Self::Profile => {
                let root = draft.into_generator().into_root_schema_for::<ProfileFile>();
                let mut schema = root.to_value();
                strict::like_the_reader(&mut schema);
                schema
            }
            Self::Report => written::<Report>(draft),
            Self::Bundle => written::<Bundle>(draft),
            Self::Wire => written::<Exchange>(draft),
            Self::Expectations => {
                let root = draft
                    .into_generator()
                    .into_root_schema_for::<document::Expectations>();
                let mut schema = root.to_value();
                strict::like_the_reader(&mut schema);
                schema
            }
            Self::Driver => {
                let root = draft
                    .into_generator()
                    .into_root_schema_for::<driver::Line>();
                let mut schema = root.to_value();
                driver::complete(&mut schema);
                strict::bounded(&mut schema);
                schema
            }
        };
        strict::arranged(&mut schema);
        schema
    }

    /// The schema as indented JSON with a final newline.
    #[must_use]
    pub fn text(self) -> String {
        format!("{:#}\n", self.schema())
    }
}

/// The schema of what programs write.
fn written<T: JsonSchema>(draft: SchemaSettings) -> Value {
    let writing = draft.for_serialize().into_generator();
    let mut schema = writing.into_root_schema_for::<T>().to_value();
    strict::closed(&mut schema);
    schema
}
