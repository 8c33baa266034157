//! The OpenAPI document, made from the same table as the routes.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::api::{Content, Describe, Operation};
use super::problem::ProblemDetails;
use super::routes;

/// The OpenAPI 3.1 document of the control API. It stands in `schema/control.openapi.json` and at `/openapi.json`.
#[must_use]
pub fn open_api() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .into_generator();
    let problem = generator.subschema_for::<ProblemDetails>();
    let mut paths = Map::new();
    for operation in routes::api().operations() {
        let said = describe(operation, &mut generator);
        let methods = paths
            .entry(operation.path)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(methods) = methods {
            methods.insert(operation.method.to_owned(), said);
        }
    }
    let mut schemas = generator.take_definitions(true);
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "mock-idp control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Steers the worlds of a running mock identity provider: clock, faults, journal, tokens, keys, directory, limits. For tests; not for the open network.",
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "token": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "The request was refused; `detail` says why.",
                    "content": { "application/problem+json": { "schema": problem } },
                },
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Needed where the server was started with a control token.",
                },
            },
        },
    })
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut said = json!({
        "operationId": operation.id,
        "summary": operation.summary,
    });
    let mut parameters: Vec<Value> = in_path(operation.path).collect();
    if let Some(query) = operation.query {
        parameters.extend(in_query(query, generator));
    }
    if !parameters.is_empty() {
        said["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = operation.body {
        let schema = body(generator);
        said["requestBody"] = json!({
            "required": !operation.is_body_optional,
            "content": {
                "application/json": { "schema": schema },
                "application/yaml": { "schema": schema },
            },
        });
    }
    said["responses"] = responses(operation, generator);
    said
}

fn in_path(path: &str) -> impl Iterator<Item = Value> {
    let names = path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?;
        name.strip_suffix('}')
    });
    names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
}

fn in_query(query: Describe, generator: &mut SchemaGenerator) -> Vec<Value> {
    let reference = query(generator);
    let name = reference
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.rsplit('/').next());
    // Taken out again: what is said of parameters stands beside them.
    let described = match name {
        Some(name) => generator.definitions_mut().remove(name),
        None => Some(reference.to_value()),
    };
    let described = described.unwrap_or_default();
    let members = described.get("properties").and_then(Value::as_object);
    let members = members.cloned().unwrap_or_default();
    let one = |(name, mut schema): (String, Value)| {
        let about = schema
            .as_object_mut()
            .and_then(|schema| schema.remove("description"));
        json!({ "name": name, "in": "query", "required": false, "description": about, "schema": schema })
    };
    members.into_iter().map(one).collect()
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let content = match operation.answer {
        Content::Nothing => json!({ "description": "Done." }),
        Content::Json(schema) => json!({
            "description": if operation.status == 201 { "Made." } else { "Here it is." },
            "content": { "application/json": { "schema": schema(generator) } },
        }),
        Content::Text(media_type) => {
            let kind = match media_type {
                "application/json" => "object",
                _ => "string",
            };
            json!({
                "description": "Here it is.",
                "content": { media_type: { "schema": { "type": kind } } },
            })
        }
    };
    responses.insert(operation.status.to_string(), content);
    let mut refusals: Vec<u16> = vec![403];
    if operation.path.starts_with("/worlds") {
        refusals.push(401);
    }
    if operation.path.contains('{') {
        refusals.push(404);
    }
    if operation.query.is_some() {
        refusals.push(400);
    }
    if operation.body.is_some() {
        refusals.extend([400, 408, 413, 415, 422]);
    }
    refusals.extend(operation.refusals.iter().map(|(status, _)| status));
    refusals.sort_unstable();
    refusals.dedup();
    for status in refusals {
        let because = operation.refusals.iter().find(|(own, _)| *own == status);
        let refusal = match because {
            None => json!({ "$ref": "#/components/responses/Problem" }),
            Some((_, because)) => json!({
                "description": because,
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            }),
        };
        responses.insert(status.to_string(), refusal);
    }
    Value::Object(responses)
}
