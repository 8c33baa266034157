//! What a generated schema says that the reader of the files does not, and the other way round.

use serde_json::{Map, Value, json};

/// Makes a schema as strict as the reader of YAML files.
///
/// `null` fits nothing there: a key with nothing after it is more often forgotten than meant. Numbers have the bounds of their
/// types. Defaults that say only that something is absent are left out.
pub(super) fn like_the_reader(schema: &mut Value) {
    without_null(schema);
    each(schema, &mut |schema| {
        bound(schema);
        one_key(schema);
    });
}

/// Makes `null` fit nothing, and leaves out the defaults that say only that something is absent.
pub(super) fn without_null(schema: &mut Value) {
    each(schema, &mut |schema| {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                schema["type"] = only.clone();
            }
        }
        if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
            choices.retain(|choice| choice.get("type") != Some(&json!("null")));
            if choices.len() == 1
                && let Some(Value::Object(only)) = choices.pop()
            {
                schema.remove("anyOf");
                match only.contains_key("$ref") && schema.contains_key("description") {
                    // Beside a reference nothing counts in draft 7.
                    true => drop(schema.insert("allOf".to_owned(), json!([only]))),
                    false => schema.extend(only),
                }
            }
        }
        if schema.get("default").is_some_and(says_nothing) {
            schema.remove("default");
        }
    });
}

/// Refuses members that are not listed, everywhere.
pub(super) fn closed(schema: &mut Value) {
    each(schema, &mut |schema| {
        if schema.contains_key("properties") && !schema.contains_key("additionalProperties") {
            schema.insert("additionalProperties".to_owned(), json!(false));
        }
        bound(schema);
    });
}

/// Gives numbers the bounds of their types, everywhere; members that are not listed stay welcome.
pub(super) fn bounded(schema: &mut Value) {
    each(schema, &mut bound);
}

/// Puts what a reader looks for first at the beginning of each schema, and definitions at the end.
pub(super) fn arranged(schema: &mut Value) {
    const FIRST: [&str; 5] = ["$schema", "title", "description", "default", "type"];
    const LAST: [&str; 1] = ["definitions"];
    each(schema, &mut |schema| {
        let mut rest = std::mem::take(schema);
        for key in FIRST {
            schema.extend(rest.shift_remove_entry(key));
        }
        let last = LAST.map(|key| rest.shift_remove_entry(key));
        schema.append(&mut rest);
        schema.extend(last.into_iter().flatten());
    });
}

/// Puts the text of the field it speaks of in place of ``See [`Selector::to`].``, which only rustdoc can follow.
pub(super) fn follow_links(schema: &mut Value) {
    let definitions = schema["definitions"].clone();
    each(schema, &mut |schema| {
        let Some(Value::String(text)) = schema.get_mut("description") else {
            return;
        };
        let link = text
            .strip_prefix("See [`")
            .and_then(|rest| rest.strip_suffix("`]."))
            .and_then(|link| link.split_once("::"));
        let Some((type_name, field)) = link else {
            return;
        };
        // What Rust cannot call a field is renamed in files.
        let field = match field {
            "following" => "for",
            "during" => "while",
            other => other,
        };
        if let Value::String(told) = &definitions[type_name]["properties"][field]["description"] {
            told.clone_into(text);
        }
    });
}

/// Calls `change` for a schema and everything inside it, inside first.
pub(super) fn each(schema: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
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

fn says_nothing(default: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => true,
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Bounds in place of the names of number types, which editors do not know.
fn bound(schema: &mut Map<String, Value>) {
    if schema.contains_key("const") {
        schema.retain(|key, _| key != "format" && key != "minimum");
    }
    let most = match schema.get("format").and_then(Value::as_str) {
        Some("uint32") => Some(u32::MAX),
        Some("uint16") => Some(u16::MAX.into()),
        Some("uint64" | "uint" | "int64" | "double") => None,
        _ => return,
    };
    schema.remove("format");
    if let Some(most) = most {
        schema.entry("maximum").or_insert(most.into());
    }
}

/// A choice of maps with one key each becomes one map with one key, which editors complete and explain better.
fn one_key(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else {
        return;
    };
    let mut properties = Map::new();
    for choice in choices {
        match &choice["properties"] {
            Value::Object(members) if members.len() == 1 => {
                for (name, member) in members {
                    let mut member = member.clone();
                    if let (Value::Object(member), Some(text)) =
                        (&mut member, choice.get("description"))
                    {
                        if let Some(target) = member.remove("$ref") {
                            member.insert("allOf".to_owned(), json!([{ "$ref": target }]));
                        }
                        member.insert("description".to_owned(), text.clone());
                    }
                    properties.insert(name.clone(), member);
                }
            }
            _ => return,
        }
    }
    schema.remove("oneOf");
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("minProperties".to_owned(), json!(1));
    schema.insert("maxProperties".to_owned(), json!(1));
    schema.insert("additionalProperties".to_owned(), json!(false));
}
