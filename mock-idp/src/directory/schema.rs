//! The JSON Schema of directory files, made from the types that they are read as.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::Directory;

/// The JSON Schema of a directory file, in draft 7, which editors know best: indented JSON with a final newline. The file
/// `schema/directory.schema.json` of this package is the same.
#[must_use]
pub fn schema() -> String {
    let draft = SchemaSettings::draft07();
    let root = draft.into_generator().into_root_schema_for::<Directory>();
    let mut schema = root.to_value();
    each(&mut schema, &mut like_the_reader);
    // Defaults that are whole directories would fill pages.
    for part in ["entra", "okta"] {
        if let Some(Value::Object(part)) = schema["properties"].get_mut(part) {
            part.remove("default");
        }
    }
    schema["title"] = json!("Directory of a mock identity provider");
    format!("{schema:#}\n")
}

/// `null` fits nothing in a file: a key with nothing after it is more often forgotten than meant. Numbers have the bounds of their
/// types. Defaults that say only that something is absent are left out.
fn like_the_reader(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type") != Some(&json!("null")));
        if choices.len() == 1
            && let Some(only) = choices.pop()
        {
            schema.remove("anyOf");
            // Beside a reference nothing counts in draft 7.
            schema.insert("allOf".to_owned(), json!([only]));
        }
    }
    let says_nothing = |default: &Value| match default {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => true,
        Value::Bool(_) | Value::Number(_) => false,
    };
    if schema.get("default").is_some_and(says_nothing) {
        schema.remove("default");
    }
    let most: Option<u64> = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => Some(u8::MAX.into()),
        Some("uint16") => Some(u16::MAX.into()),
        Some("uint32") => Some(u32::MAX.into()),
        Some("uint64" | "uint" | "double") => None,
        _ => return,
    };
    schema.remove("format");
    if let Some(most) = most {
        schema.entry("maximum").or_insert(most.into());
    }
}

/// Calls `change` for a schema and everything inside it, inside first.
fn each(schema: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    let Value::Object(object) = schema else {
        return;
    };
    for (key, value) in object.iter_mut() {
        match (key.as_str(), value) {
            ("properties" | "definitions", Value::Object(members)) => {
                members.values_mut().for_each(|member| each(member, change));
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(choices)) => {
                choices.iter_mut().for_each(|choice| each(choice, change));
            }
            ("items" | "additionalProperties", inner) => each(inner, change),
            _ => {}
        }
    }
    change(object);
}
