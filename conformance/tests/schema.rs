//! What the schemas accept and refuse, and that the committed ones are those of the types.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prop_assert;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use tokenproof::diagnostic::Source;
use tokenproof::driver::ProfileFile;
use tokenproof::registry::Registry;
use tokenproof::scenario::{Length, Numbered, Offset, WaitRange};
use tokenproof::schema::Kind;
use tokenproof::yaml;

/// A schema, ready to judge.
struct Judge {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Judge {
    fn of(schema: &Value) -> Self {
        let mut compiler = Compiler::new();
        compiler
            .add_resource("schema.json", schema.clone())
            .unwrap();
        let mut schemas = Schemas::new();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// One definition of the scenario's schema, by itself.
    fn of_definition(name: &str) -> Self {
        let whole = Kind::Scenario.schema();
        assert!(whole["definitions"][name].is_object(), "no `{name}`");
        Self::of(&json!({
            "$schema": whole["$schema"],
            "allOf": [{ "$ref": format!("#/definitions/{name}") }],
            "definitions": whole["definitions"],
        }))
    }

    /// Why it refuses, or an empty text.
    fn judge(&self, value: &Value) -> String {
        match self.schemas.validate(value, self.index) {
            Ok(()) => String::new(),
            Err(refusal) => format!("{refusal:#}"),
        }
    }

    fn accepts(&self, value: &Value) -> bool {
        self.judge(value).is_empty()
    }
}

fn from_yaml(text: &str) -> Option<Value> {
    yaml::from_node(&yaml::parse(text).ok()?).ok()
}

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for kind in Kind::ALL {
        let folder = match kind {
            Kind::Scenario | Kind::Requirements | Kind::Faults => "scenarios/schema",
            Kind::Expectations
            | Kind::Report
            | Kind::Driver
            | Kind::Profile
            | Kind::Bundle
            | Kind::Wire => "conformance/schema",
        };
        let path = format!("{folder}/{}", kind.file_name());
        let committed = fs::read_to_string(workspace().join(&path)).unwrap_or_default();
        let word = format!("{kind:?}").to_lowercase();
        assert!(
            committed == kind.text(),
            "{path} is not what the types say; write it anew with `cargo run -- schema {word} > {path}` and read the difference"
        );
    }
}

#[test]
fn every_scenario_that_comes_with_the_program_fits() {
    let judge = Judge::of(&Kind::Scenario.schema());
    for (path, text) in scenarios::FILES {
        let refusal = judge.judge(&from_yaml(text).unwrap());
        assert!(refusal.is_empty(), "{path}\n{refusal}");
    }
}

#[test]
fn the_registry_fits() {
    let judge = Judge::of(&Kind::Requirements.schema());
    let refusal = judge.judge(&from_yaml(scenarios::REQUIREMENTS).unwrap());
    assert!(refusal.is_empty(), "{refusal}");
}

#[test]
fn a_report_fits_and_one_with_more_in_it_does_not() {
    let judge = Judge::of(&Kind::Report.schema());
    // What the report's own tests keep as the whole of one.
    let sample = include_str!(
        "../src/report/snapshots/tokenproof__report__json__tests__the_whole_report.snap"
    );
    let (_, sample) = sample.split_once("\n---\n").unwrap();
    let mut report: Value = serde_json::from_str(sample).unwrap();
    let refusal = judge.judge(&report);
    assert!(refusal.is_empty(), "{refusal}");
    for place in ["", "/tally", "/cases/0", "/cases/0/checks/0"] {
        let mut more = report.clone();
        more.pointer_mut(place).unwrap()["news"] = json!(1);
        assert!(!judge.accepts(&more), "more in `{place}` is accepted");
    }
    report["gate"] = json!("may");
    assert!(!judge.accepts(&report));
}

/// Files whose shape is wrong, as the loader finds too.
const MISSHAPEN: [(&str, &str); 24] = [
    ("providers: [okta]", "providers: [otka]"),
    ("providers: [okta]", "providers: []"),
    ("schema: 1", "schema: 2"),
    ("scenario: mine/first", "scenario: Mine/First"),
    ("about: One token.", "about:"),
    ("needs: [clock,", "needs: [clocks,"),
    ("steps:", "stps:"),
    ("matrix: {", "matrix: { provider: [a],"),
    ("lifetime: [60s, 90s]", "lifetime: []"),
    ("- get_token: { as: a }", "- get_tokn: { as: a }"),
    ("- get_token: { as: a }", "- get_token: { as: a, tims: 3 }"),
    (
        "- get_token: { as: a }",
        "- get_token: { as: a, times: many }",
    ),
    (
        "- get_token: { as: a }",
        "- get_token: { as: a, times: -1 }",
    ),
    ("- get_token: { as: a }", "- { get_token: {}, join: a }"),
    ("- get_token: { as: a }", "- get_token:"),
    ("by: 5m", "by: 5"),
    ("by: 5m", "by: five minutes"),
    ("by: 5m", "by: 5m, move: mine"),
    ("reply: 429", "reply: 42"),
    ("$epoch(+30s)", "$epoc(+30s)"),
    ("outcome: ok", "outcome: okay"),
    ("outcome: ok", "outcome: { class: [] }"),
    ("req: errors.class,", ""),
    ("to: token, status: 429", "to: tokens, status: 429"),
];

const SOUND: &str = "\
schema: 1
scenario: mine/first
about: One token.
providers: [okta]
needs: [clock, grant.client_credentials]
matrix: { lifetime: [60s, 90s] }
idp:
  token: { expires_in: $lifetime }
  script: [{ to: token, nth: 1, reply: 429, headers: { X-Rate-Limit-Reset: $epoch(+30s) } }]
steps:
  - get_token: { as: a }
  - advance: { by: 5m }
checks:
  - { id: served, req: errors.class, given: { to: token, status: 429 }, each: { of: a, outcome: ok } }
";

#[test]
fn misshapen_files_are_refused() {
    let judge = Judge::of(&Kind::Scenario.schema());
    assert_eq!(judge.judge(&from_yaml(SOUND).unwrap()), "");
    for (sound, wrong) in MISSHAPEN {
        assert!(SOUND.contains(sound), "`{sound}` is not in the file");
        let value = from_yaml(&SOUND.replace(sound, wrong)).unwrap();
        assert!(!judge.accepts(&value), "`{wrong}` is accepted");
    }
}

#[test]
fn a_reference_may_stand_for_every_value_of_the_body() {
    let judge = Judge::of(&Kind::Scenario.schema());
    for (literal, reference) in [
        ("  token: { expires_in: $lifetime }", "  token: $case.token"),
        ("nth: 1", "nth: $case.nth"),
        ("reply: 429", "reply: [$case.first, 200]"),
        (
            "headers: { X-Rate-Limit-Reset: $epoch(+30s) }",
            "headers: $hint.send",
        ),
        ("$epoch(+30s)", "[$hint.one, \"5\"]"),
        ("{ as: a }", "$case.call"),
        ("- get_token: { as: a }", "- $case.step"),
        ("by: 5m", "by: $case.by"),
        ("status: 429", "status: $case.status"),
        ("outcome: ok", "outcome: { class: $case.ends }"),
        ("given: { to: token, status: 429 }", "given: $case.given"),
    ] {
        assert!(SOUND.contains(literal), "`{literal}` is not in the file");
        let value = from_yaml(&SOUND.replace(literal, reference)).unwrap();
        assert_eq!(judge.judge(&value), "", "`{reference}` is refused");
    }
    for (literal, wrong) in [
        ("scenario: mine/first", "scenario: $case.name"),
        ("providers: [okta]", "providers: $case.providers"),
        ("as: a", "as: $case."),
        ("req: errors.class", "req: $5"),
        ("by: 5m", "by: $epoch(+5m)"),
    ] {
        let value = from_yaml(&SOUND.replace(literal, wrong)).unwrap();
        assert!(!judge.accepts(&value), "`{wrong}` is accepted");
    }
}

/// Descriptions are read in editors, where no link of rustdoc leads anywhere.
#[test]
fn descriptions_are_for_people() {
    for kind in Kind::ALL {
        let mut described = 0;
        descriptions(&kind.schema(), &mut |text| {
            described += 1;
            let of_rust = ["[`", "::", "See "].iter().any(|sign| text.contains(sign));
            assert!(!of_rust && !text.trim().is_empty(), "{kind:?}: {text}");
        });
        assert!(
            described > 10,
            "{kind:?} is described in {described} places"
        );
    }
}

fn descriptions(schema: &Value, told: &mut dyn FnMut(&str)) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "description" => told(text),
                    member => descriptions(member, told),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| descriptions(item, told)),
        _ => {}
    }
}

/// Whether a text can be read.
type CanBeRead = fn(&str) -> bool;

/// Values that are read from text in a form of their own, and whether a text can be read.
const FORMS: [(&str, CanBeRead); 4] = [
    ("Length", |text| Length::from_str(text).is_ok()),
    ("Offset", |text| Offset::from_str(text).is_ok()),
    ("Numbered", |text| Numbered::from_str(text).is_ok()),
    // Whether a range is empty is no matter of its form.
    ("WaitRange", |text| {
        let halves = text.split_once("..");
        halves.is_some_and(|(least, most)| {
            [least, most]
                .iter()
                .all(|half| Length::from_str(half.trim()).is_ok())
        })
    }),
];

/// What an editor accepts, the reader reads: texts made from the patterns themselves.
#[test]
fn patterns_promise_nothing_the_reader_refuses() {
    let schema = Kind::Scenario.schema();
    for (name, can_be_read) in FORMS {
        let pattern = &schema["definitions"][name]["anyOf"][0]["pattern"];
        let pattern = pattern
            .as_str()
            .unwrap()
            .trim_start_matches('^')
            .trim_end_matches('$');
        let texts = proptest::string::string_regex(pattern).unwrap();
        TestRunner::default()
            .run(&texts, |text| {
                prop_assert!(can_be_read(&text), "{name} `{text}`");
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn usual_spellings_are_accepted() {
    for (kind, text) in [
        ("Length", "30s"),
        ("Length", "1h 30m"),
        ("Length", "500ms"),
        ("Length", "1.5h"),
        ("Offset", "-120s"),
        ("WaitRange", "30s..32s"),
        ("Revocation", "RT#2"),
        ("Revocation", "grants"),
        ("Numbered", "token#1"),
        ("Presents", "AT#3"),
        ("Statuses", "5xx"),
    ] {
        assert!(
            Judge::of_definition(kind).accepts(&json!(text)),
            "{kind} `{text}`"
        );
    }
    assert!(WaitRange::from_str("30s..32s").is_ok());
}

/// What the reader of profiles takes or refuses for its shape, their schema does too.
#[test]
fn a_profile_fits_as_it_is_read() {
    let judge = Judge::of(&Kind::Profile.schema());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.profile.yaml");
    for (text, fits) in [
        ("schema: 1", true),
        (
            "schema: 1\nmargin_s: 60\nthrottle: fails_fast\nclasses: { 'No*': reauth_required }",
            true,
        ),
        ("margin_s: 60", false),
        ("schema: 2", false),
        ("schema: 1\nmargin_s: -1", false),
        ("schema: 1\nmargin: 60", false),
        ("schema: 1\nthrottle: sleeps", false),
        ("schema: 1\nclasses: { Fine: ok }", false),
        ("schema: 1\nclasses: { Fine: okay }", false),
    ] {
        fs::write(&file, text).unwrap();
        assert_eq!(ProfileFile::read(&file).is_ok(), fits, "{text}");
        assert_eq!(judge.accepts(&from_yaml(text).unwrap()), fits, "{text}");
    }
}

/// What the registry's reader refuses for its shape, its schema refuses.
#[test]
fn a_misshapen_registry_is_refused() {
    let judge = Judge::of(&Kind::Requirements.schema());
    for row in [
        "{ id: a.b, says: x, level: shuold, authority: rfc, caught_on: [X] }",
        "{ id: Nope, says: x, level: must, authority: rfc, caught_on: [X] }",
        "{ id: a.b, says: x, authority: rfc, caught_on: [X] }",
        "{ id: a.b, says: x, level: must, authority: rfc, caught_on: [X], sort: 1 }",
        "{ id: a.b, says: x, level: must, authority: rfc, caught_on: [X], refs: [{ doc: R, section: 6 }] }",
    ] {
        let text = format!("schema: 1\nrequirements: [{row}]\n");
        assert!(
            Registry::parse(&Source::new("r.yaml", text.as_str())).is_err(),
            "{row}"
        );
        assert!(
            !judge.accepts(&from_yaml(&text).unwrap()),
            "{row} is accepted"
        );
    }
}
