//! Schemas of values that the language reads with a reader of its own: lengths of time, statuses, labels, short forms.
//!
//! Each stands for what the `Deserialize` of its type accepts. A pattern may be narrower where a spelling is possible that
//! nobody should choose.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::exit::ExitCode;
use crate::scenario::{
    After, ExpectedOutcome, Length, Lifetime, MAX_CALLS, Numbered, Passive, Presents, Release,
    Replayed, Revocation, Selector, WaitRange,
};
use crate::selection::Shard;
use crate::trace::Class;

/// A label of a token.
pub(super) const LABEL: &str = "^(AT|RT)#[0-9]{1,9}$";

/// A text that is no reference: it does not begin with `$`.
pub(super) const PLAIN: &str = "^([^$]|$)";

/// `$axis` or `$axis.key`.
pub(super) const REFERENCE: &str = r"^\$[a-z][a-z0-9_-]*(\.[A-Za-z0-9_-]+)*$";

/// Gives a type the schema that a function makes.
macro_rules! form {
    ($type:ty, $name:literal, $of:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let of: fn(&mut SchemaGenerator) -> Schema = $of;
                of(generator)
            }
        }
    };
}

form!(WaitRange, "WaitRange", |_| json_schema!({
    "description": "A range of lengths of time, both ends included: `30s..32s`.",
    "type": "string",
    "pattern": format!(r"^{0} ?\.\. ?{0}$", Length::pattern("")),
}));

form!(Lifetime, "Lifetime", |generator| json_schema!({
    "description": "`3600s`, or `{ over_margin: 5s }` for so much more than the client's safety margin.",
    "anyOf": [
        generator.subschema_for::<Length>(),
        object(&["over_margin"], json!({ "over_margin": generator.subschema_for::<Length>() })),
    ],
}));

form!(Presents, "Presents", |_| json_schema!({
    "description": "Which token a request shows.",
    "anyOf": [
        { "enum": [
            "newest", "live", "expired", "rotated", "revoked", "foreign", "rejected", "own", "nothing",
        ] },
        { "type": "string", "pattern": LABEL, "description": "A token by its label: `RT#2`." },
    ],
}));

form!(Passive, "Passive", |_| json_schema!({
    "description": "`true`, `false`, or what a command has to do: `{ needs_calls: 2 }`.",
    "anyOf": [
        { "type": "boolean" },
        object(&[], json!({
            "needs_calls": {
                "description": "How many calls of the resource the command must make for every check to say something.",
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_CALLS,
            },
            "once": {
                "description": "Whether it judges the one run of `exec --once`, together with others.",
                "type": "boolean",
            },
        })),
    ],
}));

form!(Revocation, "Revocation", |_| json_schema!({
    "description": "Every access token, every grant, or one token by its label.",
    "anyOf": [
        { "enum": ["access_tokens", "grants"] },
        { "type": "string", "pattern": LABEL, "description": "A token by its label: `RT#2`." },
    ],
}));

form!(Replayed, "Replayed", |_| json_schema!({
    "description": "A refresh token: by its name under `client`, `newest`, or its label.",
    "type": "string",
}));

form!(Numbered, "Numbered", |_| json_schema!({
    "description": "The nth request to an endpoint: `token#2`.",
    "type": "string",
    "pattern": "^(token|resource|discovery|jwks|foreign)#[1-9][0-9]{0,8}$",
}));

form!(After, "Event", |generator| json_schema!({
    "description": "The `as` name of a step, or the first exchange that a selector matches.",
    "anyOf": [
        { "type": "string", "description": "The `as` name of a step." },
        generator.subschema_for::<Selector>(),
    ],
}));

form!(ExpectedOutcome, "ExpectedOutcome", |generator| {
    let class = generator.subschema_for::<Class>();
    let classes = one_or_more("Any of these classes.", &class);
    let wait = generator.subschema_for::<WaitRange>();
    json_schema!({
        "description": "An outcome class, or `{ class: throttled, retry_after: 30s..32s }`.",
        "anyOf": [class, object(&["class"], json!({ "class": classes, "retry_after": wait }))],
    })
});

form!(Release, "Release", |_| json_schema!({
    "description": "The name of a hold, or `{ hold: herd, order: [2, 1] }`.",
    "anyOf": [
        { "type": "string" },
        object(&["hold"], json!({
            "hold": { "type": "string", "description": "The name of the hold." },
            "order": {
                "description": "Which of the answers that wait, by their order of arrival, and in which order they go.",
                "type": "array",
                "items": { "type": "integer", "minimum": 1 },
            },
        })),
    ],
}));

form!(Shard, "Shard", |_| json_schema!({
    "description": "A share of a selection: `2/3`.",
    "type": "string",
    "pattern": "^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}$",
}));

form!(ExitCode, "ExitCode", |_| {
    let codes: Vec<Value> = ExitCode::ALL
        .into_iter()
        .map(|exit| json!({ "const": exit.code(), "description": exit.meaning() }))
        .collect();
    json_schema!({ "description": "How the command ends.", "oneOf": codes })
});

/// A class that is none of success.
pub(crate) struct FailureClass;

form!(FailureClass, "FailureClass", |generator| json_schema!({
    "description": "How a failure is classified: any class but `ok`.",
    "allOf": [generator.subschema_for::<Class>()],
    "not": { "const": "ok" },
}));

/// A vendor; its type belongs to the mock.
pub(crate) struct Vendor;

form!(Vendor, "Provider", |_| json_schema!({
    "description": "Whose token service is played: Microsoft Entra ID or Okta.",
    "enum": mock_idp::Provider::ALL.map(mock_idp::Provider::name),
}));

fn one_or_more(description: &str, one: &Schema) -> Schema {
    several(description, 1, one)
}

fn several(description: &str, at_least: u32, one: &Schema) -> Schema {
    let mut list = json_schema!({ "type": "array", "items": one });
    if at_least > 0 {
        list.insert("minItems".to_owned(), at_least.into());
    }
    json_schema!({ "description": description, "anyOf": [one, list] })
}

/// A closed object.
fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
