//! The page of the driver protocol: what it shows is what is spoken, and it names everything that can be said.

use std::collections::BTreeSet;
use std::fs;

use boon::{Compiler, Schemas};
use serde_json::Value;
use tests::program::workspace_folder;
use tokenproof::driver::protocol::Message;
use tokenproof::driver::{Assertion, Language};

use super::Document;

const PAGE: &str = "docs/driver-protocol.md";

/// What stands for `…` in the page's examples.
const LEFT_OUT: [(&str, &str); 5] = [
    (
        r#""idp":{…}"#,
        r#""idp":{"issuer":"i","origin":"o","token_url":"t","jwks_url":"j","tenant":"t","ca_file":"f","ca_pem":"p"}"#,
    ),
    (
        r#""auth":{…}"#,
        r#""auth":{"method":"post","client_id":"app","client_secret":"s"}"#,
    ),
    (
        r#""resource":{…}"#,
        r#""resource":{"url":"u","post_url":"u"}"#,
    ),
    (r#""id":…"#, r#""id":3"#),
    (r#""until":"…""#, r#""until":"2030-01-01T00:00:30Z""#),
];

#[test]
fn every_message_on_the_page_is_one() {
    let mut compiler = Compiler::new();
    compiler
        .add_resource("driver.json", schema())
        .expect("JSON Schema");
    let mut schemas = Schemas::new();
    let index = compiler
        .compile("driver.json", &mut schemas)
        .expect("JSON Schema");
    let messages = messages();
    for message in &messages {
        let value: Value = serde_json::from_str(message)
            .unwrap_or_else(|error| panic!("{message} is not JSON: {error}"));
        if let Err(refusal) = schemas.validate(&value, index) {
            panic!("{message} is not a message:\n{refusal:#}");
        }
        if value.get("op").is_none() {
            let read = Message::read(message.as_bytes());
            assert!(read.is_ok(), "{message} is not read: {read:?}");
        }
    }
    let asked = |message: &&String| message.contains(r#""op":"#);
    assert!(messages.iter().filter(asked).count() >= 4);
    assert!(messages.len() >= 14, "only {} are shown", messages.len());
}

#[test]
fn everything_that_can_be_said_is_on_the_page() {
    let schema = schema();
    let of = |name: &str| -> BTreeSet<String> {
        let members = schema["definitions"][name]["properties"].as_object();
        members.expect(name).keys().cloned().collect()
    };
    assert_eq!(named_in("## Answers"), of("Failure"));
    assert_eq!(named_in("## What a client can do"), of("Capabilities"));
    assert_eq!(named_in("### `open`"), of("Open"));
    assert_eq!(named_in("## Profiles"), of("Profile"));
    let operations = schema["definitions"]["Request"]["oneOf"].as_array();
    let operations: BTreeSet<String> = operations
        .expect("operations")
        .iter()
        .filter_map(|one| Some(one["properties"]["op"]["const"].as_str()?.to_owned()))
        .collect();
    assert_eq!(named_in("## Operations"), operations);
}

/// The page of the assertions has the program's own words.
#[test]
fn every_assertion_about_drivers_is_on_the_page() {
    let shown = Document::read(PAGE).table("| assertion | the driver … |");
    let shown: Vec<(String, String)> = shown
        .iter()
        .map(|row| (row[0].replace('`', ""), row[1].replace('`', "")))
        .collect();
    let real: Vec<(String, String)> = Assertion::ALL
        .into_iter()
        .map(|assertion| {
            (
                assertion.name().to_owned(),
                assertion.says().replace('`', ""),
            )
        })
        .collect();
    assert_eq!(shown, real);
}

#[test]
fn every_language_of_templates_is_on_the_page() {
    let shown = Document::read(PAGE).table("| language | what is written | what it needs |");
    let shown: Vec<(String, bool)> = shown
        .iter()
        .zip(Language::ALL)
        .map(|(row, language)| {
            (
                row[0].replace('`', ""),
                row[1].contains(language.usual_place()),
            )
        })
        .collect();
    let real = ["python", "node", "rust", "go", "java", "csharp"];
    assert_eq!(shown, real.map(|name| (name.to_owned(), true)));
}

fn schema() -> Value {
    let path = workspace_folder().join("conformance/schema/driver.schema.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the schema")).expect("JSON")
}

/// Messages in blocks, after `>` or `<` and continued by indented lines, and in the running text; without gaps.
fn messages() -> Vec<String> {
    let page = Document::read(PAGE);
    let mut messages: Vec<String> = Vec::new();
    for block in page.blocks() {
        let before = messages.len();
        for line in block.text.lines() {
            let said = ["> ", "< "].iter().find_map(|who| line.strip_prefix(who));
            // A block may show something else.
            match (
                said,
                messages.get_mut(before..).and_then(|own| own.last_mut()),
            ) {
                (Some(message), _) => messages.push(message.to_owned()),
                (None, Some(begun)) if line.starts_with("   ") => begun.push_str(line.trim()),
                (None, _) => {}
            }
        }
    }
    let inline = page
        .text
        .split('`')
        .filter(|code| code.starts_with(r#"{"id""#) || code.starts_with(r#"{"event""#));
    messages.extend(inline.map(str::to_owned));
    for message in &mut messages {
        for (gap, filling) in LEFT_OUT {
            *message = message.replace(gap, filling);
        }
        *message = message.replace("{…}", "{}");
    }
    messages
}

/// The names at the beginning of the rows of a section's tables.
fn named_in(heading: &str) -> BTreeSet<String> {
    let page = Document::read(PAGE).text;
    let (_, section) = page
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("{PAGE} has no section `{heading}`"));
    let section = section.split("\n#").next().unwrap_or_default();
    let first_cells = section.lines().filter_map(|row| {
        let row = row.strip_prefix("| `")?;
        row.split(" |").next()
    });
    let names = first_cells.flat_map(|cell| cell.split(", "));
    names
        .map(|name| name.trim_matches('`').to_owned())
        .filter(|name| !name.starts_with('{') && name != "op")
        .collect()
}
