//! The messages of the driver protocol, as one schema: what Tokenproof asks, and what a driver may say.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::driver::protocol::{Answered, Failure, Hello, Request};

/// What only Tokenproof writes: it leaves out what there is not.
const ASKED: [&str; 3] = ["Request", "Open", "User"];

/// One line, of either side.
pub(super) struct Line;

impl JsonSchema for Line {
    fn schema_name() -> Cow<'static, str> {
        "Message of the driver protocol".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let request = generator.subschema_for::<Request>();
        let answer = generator.subschema_for::<Answer>();
        let event = generator.subschema_for::<Event>();
        json_schema!({
            "description": "One line of the driver protocol, version 1: a request of Tokenproof's, or an answer or event of a driver's. Members that are not known are to be ignored.",
            "anyOf": [request, answer, event],
        })
    }
}

/// `{"id":3,"ok":{}}` and its like.
struct Answer;

impl JsonSchema for Answer {
    fn schema_name() -> Cow<'static, str> {
        "Answer".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let hello = generator.subschema_for::<Hello>();
        let answered = generator.subschema_for::<Answered>();
        let failure = generator.subschema_for::<Failure>();
        json_schema!({
            "description": "How an operation ended; one for each request.",
            "type": "object",
            "properties": {
                "id": number(),
                "ok": {
                    "description": "It succeeded.",
                    "type": "object",
                    "if": { "required": ["version"] },
                    "then": hello,
                    "else": answered,
                },
                "err": { "description": "It failed, as a caller of the client sees it.", "allOf": [failure] },
                "unsupported": { "description": "It cannot be done, and why.", "type": "string" },
            },
            "required": ["id"],
            "oneOf": [
                { "required": ["ok"] },
                { "required": ["err"] },
                { "required": ["unsupported"] },
            ],
            "not": { "required": ["event"] },
        })
    }
}

/// `{"id":3,"event":"started"}` and its like.
struct Event;

impl JsonSchema for Event {
    fn schema_name() -> Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let instant = json!({
            "description": "Until when, on the client's clock.",
            "type": "string",
            "format": "date-time",
        });
        json_schema!({
            "description": "Something that happens before an operation ends, or in the background.",
            "anyOf": [
                {
                    "description": "The operation has begun, or no longer sleeps.",
                    "type": "object",
                    "properties": { "id": number(), "event": { "enum": ["started", "resumed"] } },
                    "required": ["id", "event"],
                },
                {
                    "description": "The operation sleeps.",
                    "type": "object",
                    "properties": { "id": number(), "event": { "const": "waiting" }, "until": instant },
                    "required": ["id", "event", "until"],
                },
                {
                    "description": "Something of this client's sleeps in the background; nothing does any more if `until` is null.",
                    "type": "object",
                    "properties": {
                        "client": { "description": "Of which client.", "type": "string" },
                        "event": { "enum": ["started", "waiting"] },
                        "until": { "anyOf": [instant, { "type": "null" }] },
                    },
                    "required": ["client", "event"],
                    "not": { "required": ["id"] },
                },
            ],
        })
    }
}

fn number() -> Value {
    json!({ "description": "The request's number.", "type": "integer", "minimum": 0 })
}

/// What no type says: what is not there is left out of requests, and a failure has no class that says it went well.
pub(super) fn complete(schema: &mut Value) {
    for name in ASKED {
        super::strict::without_null(&mut schema["definitions"][name]);
    }
    schema["definitions"]["Failure"]["properties"]["class"]["not"] = json!({ "const": "ok" });
}

#[cfg(test)]
mod tests {
    use boon::{Compiler, SchemaIndex, Schemas};
    use proptest::prelude::*;

    use super::*;
    use crate::driver::protocol::{Message, Outcome, operations};
    use crate::schema::Kind;

    /// The schema, ready to judge.
    fn compiled() -> (Schemas, SchemaIndex) {
        let mut compiler = Compiler::new();
        compiler
            .add_resource("driver.json", Kind::Driver.schema())
            .expect("JSON Schema");
        let mut schemas = Schemas::new();
        let index = compiler
            .compile("driver.json", &mut schemas)
            .expect("JSON Schema");
        (schemas, index)
    }

    #[test]
    fn every_request_fits() {
        let (schemas, index) = compiled();
        for (operation, id) in operations().into_iter().zip(1..) {
            let mut line = serde_json::to_value(Request { id, operation }).expect("JSON");
            let refusal = schemas.validate(&line, index).err();
            assert!(refusal.is_none(), "{line}\n{refusal:#?}");
            line["op"] = json!("opne");
            assert!(schemas.validate(&line, index).is_err(), "{line}");
        }
    }

    /// Members that mean something, each with values that fit it, and one that means nothing.
    fn members() -> [(&'static str, Vec<Value>); 8] {
        let instant = json!("2030-01-01T00:00:30Z");
        [
            ("id", vec![json!(3)]),
            (
                "ok",
                vec![json!({}), json!({ "token": "t", "news": 1 }), hello()],
            ),
            (
                "err",
                vec![json!({}), json!({ "class": "throttled", "claims": [] })],
            ),
            ("unsupported", vec![json!("why")]),
            (
                "event",
                vec![json!("started"), json!("waiting"), json!("resumed")],
            ),
            ("client", vec![json!("c")]),
            ("until", vec![instant, json!(null)]),
            ("news", vec![json!(1)]),
        ]
    }

    fn hello() -> Value {
        json!({ "version": 1, "name": "n", "can": { "clock": "driven" } })
    }

    /// What fits nowhere, or hardly anywhere.
    fn odd() -> Vec<Value> {
        vec![
            json!(null),
            json!(true),
            json!(-3),
            json!(3.5),
            json!("text"),
            json!([]),
            json!({ "token": 3 }),
            json!({ "status": 70000 }),
            json!({ "version": 1 }),
            json!({ "version": 1, "name": "n", "can": { "clock": "moved" } }),
            json!({ "class": "ok" }),
            json!({ "class": "okay" }),
            json!({ "retry_after_s": "soon" }),
        ]
    }

    fn any_line() -> impl Strategy<Value = Value> {
        let named = prop::sample::subsequence(members().to_vec(), 1..5);
        named.prop_flat_map(|members| {
            let values = members.into_iter().map(|(name, fitting)| {
                let value = prop_oneof![
                    6 => prop::sample::select(fitting),
                    1 => prop::sample::select(odd()),
                ];
                value.prop_map(move |value| (name.to_owned(), value))
            });
            let values: Vec<_> = values.collect();
            values.prop_map(|members| Value::Object(members.into_iter().collect()))
        })
    }

    /// Whether the line is read, to its last member.
    fn is_read(line: &Value) -> bool {
        match Message::read(line.to_string().as_bytes()) {
            Ok(Message::Answer {
                outcome: Outcome::Ok(ok),
                ..
            }) => {
                let ok = Value::Object(ok);
                match ok.get("version") {
                    Some(_) => serde_json::from_value::<Hello>(ok).is_ok(),
                    None => serde_json::from_value::<Answered>(ok).is_ok(),
                }
            }
            read => read.is_ok(),
        }
    }

    #[test]
    fn it_accepts_what_is_read_and_nothing_else() {
        let (schemas, index) = compiled();
        let both = std::cell::Cell::new((0, 0));
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(4000)
        });
        let compared = runner.run(&any_line(), |line| {
            let read = is_read(&line);
            let (yes, no) = both.get();
            both.set(if read { (yes + 1, no) } else { (yes, no + 1) });
            prop_assert_eq!(schemas.validate(&line, index).is_ok(), read, "{}", line);
            Ok(())
        });
        assert!(compared.is_ok(), "{compared:?}");
        let (yes, no) = both.get();
        assert!(yes > 400 && no > 400, "{yes} lines are read, {no} are not");
    }
}
