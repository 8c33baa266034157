//! The ledgers of the vendors' errors: they are up to date and name tests that are there; and every answer of Entra's is as it says.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use mock_idp::fault::{Fault, Rule, ScriptedError};
use mock_idp::fidelity::{Line, entra, entra_document, okta, okta_document};
use mock_idp::journal::{Endpoint, Origin};
use serde_json::json;

use crate::answer::Answer;
use crate::stage::Stage;

/// The line of a number.
pub(crate) fn line(number: u32) -> Line {
    let mut lines = entra().into_iter();
    let found = lines.find(|line| line.number == number);
    found.unwrap_or_else(|| panic!("the ledger has no {number}"))
}

/// Whether an answer of a v2.0 endpoint is what the ledger says of a number.
pub(crate) fn is_as_the_ledger_says(number: u32, answer: &Answer) {
    agrees(&line(number), answer, line(number).error);
}

fn agrees(line: &Line, answer: &Answer, error: &str) {
    let number = line.number;
    let body = answer.json();
    assert_eq!(body["error_codes"], json!([number]), "{}", answer.body);
    assert_eq!(body["error"], error, "{number}");
    assert_eq!(answer.status, line.status, "{number}");
    assert_eq!(body["suberror"].as_str(), line.suberror, "{number}");
    let said = answer.text("error_description");
    let trace = answer.text("trace_id");
    let tail = format!(
        " Trace ID: {trace} Correlation ID: {} Timestamp: {}",
        answer.text("correlation_id"),
        answer.text("timestamp")
    );
    let message = said.strip_suffix(&tail).expect("it ends with the ids");
    let message = message.strip_prefix(&format!("AADSTS{number}: "));
    fits(line.text, message.expect("it begins with the number"));
    assert_eq!(answer.header("x-ms-request-id"), Some(trace.as_str()));
    let uri = answer.text("error_uri");
    assert!(uri.ends_with(&format!("/error?code={number}")), "{uri}");
}

/// Whether a text is one with something in place of its braces.
pub(crate) fn fits(template: &str, text: &str) {
    let mut rest = text;
    let template = template.replace("{EmailHidden}", "\u{1}EmailHidden\u{2}");
    for (place, piece) in template.split('{').enumerate() {
        let fixed = match place {
            0 => piece,
            _ => piece.split_once('}').expect("a brace is closed").1,
        };
        let fixed = fixed.replace('\u{1}', "{").replace('\u{2}', "}");
        let at = match place {
            0 => rest.starts_with(&fixed).then_some(0),
            _ => rest.find(&fixed),
        };
        let at = at.unwrap_or_else(|| panic!("`{text}` has no `{fixed}` where it should"));
        rest = &rest[at + fixed.len()..];
    }
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn the_documents_are_up_to_date() {
    for (name, wanted) in [("entra", entra_document()), ("okta", okta_document())] {
        let document = here(&format!("../docs/fidelity/{name}.md"));
        if env::var_os("UPDATE_LEDGER").is_some() {
            fs::create_dir_all(document.parent().unwrap()).unwrap();
            fs::write(&document, &wanted).unwrap();
        }
        let written = fs::read_to_string(&document).unwrap_or_default();
        assert!(
            written == wanted,
            "docs/fidelity/{name}.md is not up to date: run `UPDATE_LEDGER=1 cargo test -p mock-idp --test wire fidelity`"
        );
    }
}

/// The body of a test that a ledger names, which is there.
fn body_of(test: &str) -> String {
    let (module, name) = test.split_once("::").expect("`module::name`");
    let file = here(&format!("tests/wire/{module}.rs"));
    let text = fs::read_to_string(&file).unwrap_or_default();
    let body = text.split_once(&format!("async fn {name}()"));
    let (before, body) = body.unwrap_or_else(|| panic!("there is no test `{test}`"));
    assert!(before.trim_end().ends_with("#[tokio::test]"), "{test}");
    body.split("\n}\n").next().unwrap_or_default().to_owned()
}

/// A test that is named is there, and names the number.
#[test]
fn the_tests_it_names_are_there() {
    let mut named = 0;
    for line in entra() {
        let Some(test) = line.test else { continue };
        let number = line.number.to_string();
        let digits = body_of(test).replace('_', "");
        let mut numbers = digits.split(|c: char| !c.is_ascii_digit());
        assert!(
            numbers.any(|it| it == number),
            "{test} says nothing of {number}"
        );
        named += 1;
    }
    assert!(named > 55, "only {named} of them");
    let mut numbers: Vec<u32> = entra().iter().map(|line| line.number).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), entra().len(), "a number stands there twice");
}

/// The same for Okta's, which have names.
#[test]
fn the_tests_of_oktas_are_there() {
    let mut named = 0;
    let mut names = std::collections::HashSet::new();
    for line in okta() {
        assert!(names.insert(line.name), "{} stands there twice", line.name);
        let Some(test) = line.test else { continue };
        assert!(
            body_of(test).contains(&format!("\"{}\"", line.name)),
            "{test} says nothing of {}",
            line.name
        );
        named += 1;
    }
    assert!(named > 0, "only {named} of them");
}

/// Whatever number the code sends stands in the ledger.
#[test]
fn no_number_is_missing() {
    let known: Vec<u32> = entra().iter().map(|line| line.number).collect();
    let mut folders = vec![here("src/entra")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text: String = fs::read_to_string(&path)
                .unwrap()
                .split_whitespace()
                .collect();
            for call in ["Aadsts::new(", "Coded::new(", "denied("] {
                for rest in text.split(call).skip(1) {
                    let digits = rest
                        .split(|c: char| !(c.is_ascii_digit() || c == '_'))
                        .next();
                    if let Ok(number) = digits.unwrap_or_default().replace('_', "").parse() {
                        assert!(known.contains(&number), "{}: {number}", path.display());
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 50, "only {seen} of them were found");
}

/// A fault that names a number and nothing else is answered as the ledger says, at both versions.
#[tokio::test]
async fn every_number_can_be_scripted() {
    let stage = Stage::entra().await;
    let of_v1 = stage.idp.token_url().replace("/v2.0/", "/");
    for line in entra() {
        let rule: Rule = serde_json::from_value(
            json!({ "to": "token", "times": 2, "error": { "number": line.number } }),
        )
        .unwrap();
        stage.idp.add_rule(&rule).unwrap();
        let answer = stage.app_only().send().await;
        agrees(&line, &answer, line.error);
        let answer = stage.app_only().at(&of_v1).send().await;
        agrees(&line, &answer, line.error_v1.unwrap_or(line.error));
    }
    // What the script says counts before what the number usually has.
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).error(ScriptedError {
            number: Some(50_076),
            error: "interaction_required".to_owned(),
            status: Some(403),
            ..ScriptedError::default()
        }));
    let answer = stage.app_only().send().await;
    assert_eq!(
        (answer.status, answer.text("error")),
        (403, "interaction_required".to_owned())
    );
    assert!(
        answer
            .text("error_description")
            .contains("'https://graph.microsoft.com'")
    );
}

/// A number that nobody knows is an invalid request; nothing of a request gets into an answer but as text.
#[tokio::test]
async fn a_script_may_name_any_number() {
    let stage = Stage::entra().await;
    for number in [999_999, 700_016] {
        let rule: Rule =
            serde_json::from_value(json!({ "to": "token", "error": { "number": number } }))
                .unwrap();
        stage.idp.faults().clear();
        stage.idp.add_rule(&rule).unwrap();
        let client = "\"}<script>{now}\r\n".repeat(1000);
        let answer = stage.app_only().with("client_id", &client).send().await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.len() < 4_000, "{}", answer.body.len());
        answer.json();
    }
}

#[tokio::test]
async fn correlation_ids_come_back_and_times_are_the_clocks() {
    let stage = Stage::entra().await;
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    stage.advance(3661);
    for ask in [
        stage.app_only().header("client-request-id", id),
        stage.app_only().with("client-request-id", id),
        stage.app_only().query(&format!("client-request-id={id}")),
    ] {
        let answer = ask.with("client_secret", "wrong").send().await;
        assert_eq!(answer.text("correlation_id"), id);
        assert_eq!(answer.text("timestamp"), "2030-01-01 01:01:01Z");
        assert_eq!(
            answer.members(),
            "error error_description error_codes timestamp trace_id correlation_id error_uri"
        );
    }
    let login = stage.idp.origin(Origin::Login);
    let answer = stage.app_only().with("client_secret", "wrong").send().await;
    assert_eq!(
        answer.text("error_uri"),
        format!("{login}/error?code=7000215")
    );
    assert_ne!(answer.text("correlation_id"), id);
}
