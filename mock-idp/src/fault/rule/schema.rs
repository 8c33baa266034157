//! Schemas of what the grammar reads with a reader of its own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::fault::length::Length;
use crate::fault::moment::MomentForm;

/// The value of a header in a rule: text, a number, a time that is filled in, or several of them.
pub(super) struct HeaderValue;

impl JsonSchema for HeaderValue {
    fn schema_name() -> Cow<'static, str> {
        "HeaderValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let functions: Vec<&str> = MomentForm::ALL.into_iter().map(MomentForm::name).collect();
        let lengths = Length::pattern("[+-]?");
        let function = format!(r"^\$({})\({lengths}\)$", functions.join("|"));
        let one = json_schema!({ "anyOf": [
            { "type": "string", "pattern": "^([^$]|$)" },
            { "type": "string", "pattern": function, "description": "A time on the server's clock." },
            { "type": "integer", "minimum": 0 },
        ] });
        several(
            "A value, a time that is filled in such as `$http_date(+30s)`, or a list of them.",
            0,
            &one,
        )
    }
}

/// One of these, or a list of at least so many.
pub(in crate::fault) fn several(description: &str, at_least: u32, one: &Schema) -> Schema {
    let mut list = json_schema!({ "type": "array", "items": one });
    if at_least > 0 {
        list.insert("minItems".to_owned(), at_least.into());
    }
    json_schema!({ "description": description, "anyOf": [one, list] })
}

/// A closed object.
pub(super) fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
