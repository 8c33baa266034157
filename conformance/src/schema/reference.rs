//! References in a schema: in the body of a scenario, `$axis.key` may stand wherever a value does.

use serde_json::{Map, Value, json};

use super::forms::{PLAIN, REFERENCE};

/// The sections whose references are replaced.
const BODY: [&str; 5] = ["idp", "client", "clients", "steps", "checks"];

/// Where the schema of a reference stands.
const POINTER: &str = "#/definitions/Reference";

/// Lets a reference stand for every value in the body of a scenario.
pub(super) fn allow(schema: &mut Value) {
    let mut body: Vec<String> = Vec::new();
    if let Value::Object(properties) = &mut schema["properties"] {
        for section in BODY {
            let Some(section) = properties.get_mut(section) else {
                continue;
            };
            // A list of steps or checks is written out; its parts need not be.
            match section.get_mut("items") {
                Some(items) => names(items, &mut body),
                None => {
                    names(section, &mut body);
                    inside(section);
                }
            }
        }
    }
    let Value::Object(definitions) = &mut schema["definitions"] else {
        return;
    };
    let mut at = 0;
    while let Some(name) = body.get(at).cloned() {
        at += 1;
        if let Some(definition) = definitions.get_mut(&name) {
            names(definition, &mut body);
            inside(definition);
            or_reference(definition);
        }
    }
    definitions.insert(
        "Reference".to_owned(),
        json!({
            "description": "The value of an axis in this case, or a part of it: `$axis`, `$axis.key`.",
            "type": "string",
            "pattern": REFERENCE,
        }),
    );
}

/// The definitions that a schema refers to.
fn names(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref")
                && let Some(name) = target.strip_prefix("#/definitions/")
                && !found.iter().any(|known| known == name)
            {
                found.push(name.to_owned());
            }
            members.values().for_each(|member| names(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// Lets references stand for the parts of a value.
fn inside(schema: &mut Value) {
    let Value::Object(object) = schema else {
        return;
    };
    if is_plain_text(object) {
        object.insert("pattern".to_owned(), json!(PLAIN));
    }
    for (key, value) in object.iter_mut() {
        match (key.as_str(), value) {
            ("properties", Value::Object(members)) => members.values_mut().for_each(part),
            ("anyOf" | "oneOf" | "allOf", Value::Array(choices)) => {
                choices.iter_mut().for_each(inside);
            }
            ("items" | "additionalProperties", value) => part(value),
            _ => {}
        }
    }
}

/// A part of a value: itself or a reference. A definition elsewhere allows for one by itself.
fn part(schema: &mut Value) {
    if let Value::Object(object) = schema
        && is_plain_text(object)
    {
        object.insert("pattern".to_owned(), json!(format!("{PLAIN}|{REFERENCE}")));
        return;
    }
    inside(schema);
    or_reference(schema);
}

fn or_reference(schema: &mut Value) {
    let Value::Object(object) = schema else {
        return;
    };
    let elsewhere = |choices: &Value| {
        choices
            .as_array()
            .is_some_and(|c| c.len() == 1 && c[0].get("$ref").is_some())
    };
    if object.contains_key("$ref") || object.get("allOf").is_some_and(elsewhere) {
        return;
    }
    let mut shown = Map::new();
    for key in ["description", "default"] {
        if let Some(value) = object.remove(key) {
            shown.insert(key.to_owned(), value);
        }
    }
    if object.is_empty() {
        // Anything at all; a reference is part of that.
        object.extend(shown);
        return;
    }
    let reference = json!({ "$ref": POINTER });
    let alone = object.len() == 1;
    match object.get_mut("anyOf") {
        Some(Value::Array(choices)) if alone => choices.push(reference),
        _ => {
            let own = Value::Object(std::mem::take(object));
            object.insert("anyOf".to_owned(), json!([own, reference]));
        }
    }
    shown.append(object);
    *object = shown;
}

fn is_plain_text(schema: &Map<String, Value>) -> bool {
    let text = match schema.get("type") {
        Some(Value::String(name)) => name == "string",
        Some(Value::Array(names)) => names.iter().any(|name| name == "string"),
        _ => false,
    };
    text && !["pattern", "enum", "const"]
        .iter()
        .any(|key| schema.contains_key(*key))
}
