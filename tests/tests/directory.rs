//! Directory files: the schema, the example and the page about them say the same; and files with a mistake,
//! `tests/directories_bad/<kind>.yaml`, with what is said of them, `<kind>.err` beside it.
//!
//! A new kind is a new file. `ACCEPT_DIRECTORY=1 cargo test -p tests --test directory` writes what is said, and the schema; read
//! both with the question whether somebody who has never seen the code could mend the file with it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use boon::{Compiler, SchemaIndex, Schemas};
use mock_idp::directory::{BadDirectory, Directory};
use mock_idp::yaml;
use serde_json::Value;
use tests::program::workspace_folder;

/// Below the workspace.
const FOLDER: &str = "tests/directories_bad";
const SCHEMA: &str = "mock-idp/schema/directory.schema.json";
const EXAMPLE: &str = "mock-idp/directory/example.yaml";
const BUILT_IN: &str = "mock-idp/src/directory/default.yaml";

/// Asks for what is said to be written instead of compared.
const ACCEPT: &str = "ACCEPT_DIRECTORY";

/// The most lines that one mistake is worth.
const LINES: usize = 24;

#[test]
fn every_mistake_is_shown_where_it_is() {
    let accept = env::var_os(ACCEPT).is_some();
    let mut wrong = Vec::new();
    let kinds = kinds("yaml");
    assert!(kinds.len() >= 40, "only {} kinds", kinds.len());
    for kind in &kinds {
        let bad = match Directory::from_file(&file(kind, "yaml")) {
            Ok(_) => {
                wrong.push(format!("{kind} is accepted"));
                continue;
            }
            Err(bad) => bad,
        };
        let said = said(&bad);
        wrong.extend(unhelpful(kind, &bad, &said));
        if accept {
            fs::write(file(kind, "err"), &said).expect("a file that can be written");
        } else if fs::read_to_string(file(kind, "err")).ok().as_ref() != Some(&said) {
            wrong.push(format!("{kind}: another message\n{said}"));
        }
    }
    let hint = format!("\n(after reading them: {ACCEPT}=1 cargo test -p tests --test directory)");
    assert!(wrong.is_empty(), "\n{}{hint}", wrong.join("\n"));
}

#[test]
fn every_message_has_its_file() {
    let (files, messages) = (kinds("yaml"), kinds("err"));
    let without: Vec<&String> = messages.difference(&files).collect();
    assert!(without.is_empty(), "no file for {without:?}");
}

/// Whoever gets the mistakes as data can say as much as a terminal shows.
fn unhelpful(kind: &str, bad: &BadDirectory, said: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if said.contains("planted") {
        wrong.push(format!("{kind}: a secret is shown\n{said}"));
    }
    if bad
        .problems()
        .iter()
        .any(|problem| problem.line == 0 || problem.column == 0)
    {
        wrong.push(format!("{kind}: a mistake without a place"));
    }
    let mistakes: Vec<&str> = said.trim_end().split("\n\n").collect();
    if mistakes.len() != bad.problems().len() {
        wrong.push(format!("{kind}: {} mistakes are shown", mistakes.len()));
    }
    for mistake in mistakes {
        if !mistake.starts_with("error: ") || !mistake.contains(" --> ") || !mistake.contains('^') {
            wrong.push(format!("{kind}: a mistake without a place\n{mistake}"));
        }
        if mistake.lines().count() > LINES {
            wrong.push(format!("{kind}: more than {LINES} lines\n{mistake}"));
        }
    }
    wrong
}

fn said(bad: &BadDirectory) -> String {
    let folder = workspace_folder().join(FOLDER);
    format!("{bad}\n").replace(&format!("{}/", folder.display()), "")
}

#[test]
fn the_schema_is_the_one_in_the_package() {
    let schema = mock_idp::directory::schema();
    if env::var_os(ACCEPT).is_some() {
        fs::write(workspace_folder().join(SCHEMA), &schema).expect("a file that can be written");
    }
    assert!(
        schema == text(SCHEMA),
        "{SCHEMA} is out of date: {ACCEPT}=1 cargo test -p tests --test directory"
    );
}

#[test]
fn schema_and_reader_accept_the_example_and_the_built_in_one() {
    let (schemas, schema) = compiled();
    for path in [EXAMPLE, BUILT_IN] {
        if let Err(error) = schemas.validate(&value(&workspace_folder().join(path)), schema) {
            panic!("{path}: {error}");
        }
        if let Err(bad) = Directory::from_file(&workspace_folder().join(path)) {
            panic!("{bad}");
        }
    }
    assert!(
        schemas
            .validate(&serde_json::json!({ "laxity": {} }), schema)
            .is_ok()
    );
}

/// What an editor shows before anything is run: the schema refuses whatever is wrong in form.
#[test]
fn the_schema_refuses_what_is_wrong_in_form() {
    let (schemas, schema) = compiled();
    let readable = kinds("yaml").into_iter().filter(|kind| {
        let text = fs::read_to_string(file(kind, "yaml")).expect("a text");
        yaml::parse(&text).is_ok()
    });
    let (refused, accepted): (Vec<String>, Vec<String>) = readable.partition(|kind| {
        schemas
            .validate(&value(&file(kind, "yaml")), schema)
            .is_err()
    });
    assert!(refused.len() >= 8, "only {refused:?} are refused");
    // These are wrong in what they mean.
    insta::assert_snapshot!(accepted.join("\n"), @"
    api-token-twice
    api-token-without-owner
    application-in-an-unknown-zone
    application-twice
    application-without-credential
    assigned-for-nobody
    assigned-to-nothing
    assigned-with-a-role
    authorization-server-called-org
    authorization-server-twice
    certificate-file-missing
    certificate-not-rsa
    certificate-of-both
    certificate-of-neither
    certificate-over-before-it-begins
    certificate-that-is-none
    certificate-twice
    certificate-weak
    default-scope-unknown
    denied-scope-unknown
    fault-for-nobody
    fault-that-contradicts-itself
    federated-twice
    gateway-that-is-none
    group-unknown
    identity-called-as-an-application
    idle-longer-than-life
    jwk-that-is-none
    jwk-weak
    key-that-is-none
    key-twice
    key-unknown
    keys-all-withdrawn
    keys-both-active
    length-of-nothing
    limit-of-nothing
    no-authorization-server
    no-grant
    no-tenant
    policy-for-nobody
    public-with-a-secret
    redirect-uri-relative
    secret-expires-before-it-begins
    secret-id-twice
    secret-twice
    share-twice
    step-up-nowhere
    tenant-called-common
    tenant-twice
    token-version-three
    two-system-identities
    user-twice
    user-without-an-id
    zone-twice
    zone-unknown
    ");
}

/// Every key that the schema knows stands in the example and on the page.
#[test]
fn example_and_page_leave_nothing_out() {
    let schema: Value = serde_json::from_str(&text(SCHEMA)).expect("JSON");
    let mut keys = BTreeSet::new();
    keys_of(&schema, &schema, &mut keys);
    assert!(keys.len() > 60, "{keys:?}");
    let (example, page) = (text(EXAMPLE), text("docs/directory.md"));
    let written = |key: &str| {
        ["", "- ", "{ ", ", "].iter().any(|before| {
            example.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with(&format!("{before}{key}:"))
                    || line.contains(&format!("{before}{key}:")) && !before.is_empty()
            })
        })
    };
    // Of alternatives the example shows one.
    const OTHERWISE: [&str; 4] = ["pem", "certificate", "n", "e"];
    let unwritten: Vec<&String> = keys
        .iter()
        .filter(|key| !OTHERWISE.contains(&key.as_str()) && !written(key))
        .collect();
    assert!(unwritten.is_empty(), "not in {EXAMPLE}: {unwritten:?}");
    let untold: Vec<&String> = keys
        .iter()
        .filter(|key| !page.contains(&format!("`{key}`")))
        .collect();
    assert!(untold.is_empty(), "not in docs/directory.md: {untold:?}");
}

/// The keys of a schema and of all that it refers to, but those of fault rules and limits, which have pages of their own.
fn keys_of(root: &Value, schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("definitions", _) => {}
                    ("$ref", Value::String(target)) => {
                        let target = target.strip_prefix('#').expect("a place in the schema");
                        keys_of(root, root.pointer(target).expect("a definition"), keys);
                    }
                    ("properties", Value::Object(properties)) => {
                        for (key, property) in properties {
                            keys.insert(key.clone());
                            if !["faults", "limits"].contains(&key.as_str()) {
                                keys_of(root, property, keys);
                            }
                        }
                    }
                    _ => keys_of(root, member, keys),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys_of(root, item, keys)),
        _ => {}
    }
}

/// Whatever a file says, it is read or refused, and nothing falls over.
#[test]
fn a_directory_cut_anywhere_is_read_or_refused() {
    let text = text(BUILT_IN);
    let mut refused = 0;
    for end in (0..text.len()).step_by(97) {
        let Some(cut) = text.get(..end) else {
            continue;
        };
        if let Err(bad) = Directory::from_yaml(cut) {
            refused += 1;
            assert!(!bad.problems().is_empty(), "{cut}");
            assert!(!bad.to_string().contains("secret~"), "{bad}");
        }
    }
    assert!(refused > 20, "only {refused} are refused");
}

fn compiled() -> (Schemas, SchemaIndex) {
    let schema = serde_json::from_str(&text(SCHEMA)).expect("JSON");
    let mut compiler = Compiler::new();
    compiler
        .add_resource("directory.json", schema)
        .expect("a schema");
    let mut schemas = Schemas::new();
    let index = compiler
        .compile("directory.json", &mut schemas)
        .expect("a schema");
    (schemas, index)
}

fn value(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a text");
    let node = yaml::parse(&text).unwrap_or_else(|e| panic!("{}: {}", path.display(), e.message));
    yaml::from_node(&node).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn text(path: &str) -> String {
    fs::read_to_string(workspace_folder().join(path)).unwrap_or_default()
}

/// The names of the files with an ending.
fn kinds(ending: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(workspace_folder().join(FOLDER)).expect("the folder");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    names
        .filter_map(|name| Some(name.strip_suffix(ending)?.strip_suffix('.')?.to_owned()))
        .collect()
}

fn file(kind: &str, ending: &str) -> PathBuf {
    workspace_folder()
        .join(FOLDER)
        .join(format!("{kind}.{ending}"))
}
