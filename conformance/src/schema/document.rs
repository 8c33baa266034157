//! The files that have a schema, as a whole. These types exist for their schemas: the files are read piece by piece.

use std::collections::BTreeMap;

use mock_idp::fault::Rule;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::forms::Vendor;
use crate::expectations::{Expected, Unsupported};
use crate::registry::Requirement;
use crate::scenario::{Check, ClientSpec, IdpSpec, Need, OneOrMany, Passive, Step};

/// A scenario: how a provider behaves, what is done, and what a well-behaved token client does about it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "never made; its schema is")]
pub(super) struct Scenario {
    /// The version of the language: 1.
    #[schemars(extend("const" = 1))]
    schema: u32,
    /// Its name: `area/name`, the file's path below the library folder without `.yaml`.
    #[schemars(
        regex(pattern = "^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*$"),
        length(max = 120)
    )]
    scenario: String,
    /// What goes wrong in production, and why.
    #[schemars(regex(pattern = r"\S"))]
    about: String,
    /// The vendors it runs against; each makes cases of its own.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    providers: Vec<Vendor>,
    /// What a client must be able to do. A use that is not listed is refused.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    needs: Vec<Need>,
    /// Whether any command can be judged by the wire alone; the steps are not run then.
    #[serde(default)]
    passive: Option<Passive>,
    /// How often each case is played, with another seed each time; the verdict is over all of them.
    #[serde(default)]
    #[schemars(range(min = 1, max = 50))]
    repeat: Option<u32>,
    /// Axes that multiply cases. `$axis` and `$axis.key` stand for the value of the case.
    #[serde(default)]
    matrix: Option<Axes>,
    /// Axes that multiply the runs of a case, which must all have the same result.
    #[serde(default)]
    vary: Option<Axes>,
    /// How the provider behaves.
    #[serde(default)]
    idp: Option<IdpSpec>,
    /// How the one client is set up.
    #[serde(default)]
    client: Option<ClientSpec>,
    /// Several clients by name, in place of `client`.
    #[serde(default)]
    clients: Option<BTreeMap<String, ClientSpec>>,
    /// What is done, in order. A step ends when nothing is left to do.
    #[serde(default)]
    steps: Option<Vec<Step>>,
    /// What is expected.
    #[schemars(length(min = 1))]
    checks: Vec<Check>,
}

/// Faults of one run, under `tokenproof exec --once --faults FILE`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "never made; its schema is")]
pub(super) struct Faults {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    schema: u32,
    /// Replies that differ from the ordinary; the first rule that applies to a request shapes its answer.
    faults: Vec<Rule>,
}

/// The axes of `matrix` and `vary`.
struct Axes;

impl JsonSchema for Axes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Axes".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let vendors = generator.subschema_for::<Vec<Vendor>>();
        let names = generator.subschema_for::<OneOrMany>();
        json_schema!({
            "description": "Axes by name.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": "^[a-z][a-z0-9_-]*$", "not": { "const": "provider" } },
            "additionalProperties": {
                "description": "The values of the axis: a list of scalars, or a map of names to data.",
                "anyOf": [
                    {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": true,
                        "items": { "type": ["string", "number", "boolean"] },
                    },
                    {
                        "type": "object",
                        "minProperties": 1,
                        "propertyNames": { "pattern": "^[A-Za-z0-9-][A-Za-z0-9._-]{0,59}$" },
                        "additionalProperties": {
                            "description": "What `$axis` stands for; of a map, `$axis.key` stands for a part.",
                            "properties": {
                                "providers": {
                                    "description": "The vendors this value is for; all without it.",
                                    "allOf": [vendors, { "minItems": 1, "uniqueItems": true }],
                                },
                                "only": {
                                    "description": "The values of other axes that this one goes with: `only: { skew: none }`.",
                                    "type": "object",
                                    "additionalProperties": names,
                                },
                            },
                        },
                    },
                ],
            },
        })
    }
}

/// The registry of requirements: what a token client can satisfy or break.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "never made; its schema is")]
pub(super) struct Requirements {
    /// The version of the registry's form: 1.
    #[schemars(extend("const" = 1))]
    schema: u32,
    /// The requirements.
    requirements: Vec<Requirement>,
}

/// What a client is known not to do: checks that are expected not to pass, each with the reason.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "never made; its schema is")]
pub(super) struct Expectations {
    /// The version of the list's form: 1.
    #[schemars(extend("const" = 1))]
    schema: u32,
    /// The vendors it speaks of; all without it. A run against these is a whole run.
    #[serde(default)]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    providers: Option<Vec<Vendor>>,
    /// The checks that are expected not to pass.
    #[serde(default)]
    expect: Option<Vec<Expected>>,
    /// What the client cannot do at all.
    #[serde(default)]
    unsupported: Option<Unsupported>,
}

/// What no field of a scenario says by itself: who plays no steps has to be passive, and `clients` names at least one.
pub(super) fn complete_scenario(mut schema: Value) -> Value {
    schema["if"] =
        json!({ "properties": { "passive": { "const": true } }, "required": ["passive"] });
    schema["else"] = json!({ "properties": { "steps": { "minItems": 1 } }, "required": ["steps"] });
    schema["properties"]["clients"]["minProperties"] = json!(1);
    // Elsewhere a rule names them as a directory does.
    for key in ["application", "tenant", "user"] {
        let filter = &mut schema["definitions"]["RuleFilter"]["properties"][key];
        filter["anyOf"] = json!([{ "$ref": "#/definitions/Which" }, { "type": "null" }]);
        if let Some(filter) = filter.as_object_mut() {
            filter.remove("type");
        }
    }
    schema
}
