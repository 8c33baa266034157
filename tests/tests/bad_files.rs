//! Scenario files with a mistake, `tests/scenarios_bad/<kind>.yaml`, and what is said of them, `<kind>.err` beside it.
//!
//! A new kind is a new file. `ACCEPT_BAD_FILES=1 cargo test -p tests --test bad_files` writes what is said; read it with the
//! question whether somebody who has never seen the code could mend the file with it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::PathBuf;

use boon::{Compiler, Schemas};
use serde_json::Value;
use tests::program::workspace_folder;
use tokenproof::library::Library;
use tokenproof::registry::Registry;
use tokenproof::schema::Kind;
use tokenproof::yaml;

/// Below the workspace.
const FOLDER: &str = "tests/scenarios_bad";

/// Asks for what is said to be written instead of compared.
const ACCEPT: &str = "ACCEPT_BAD_FILES";

/// The most lines that one mistake in one place is worth.
const LINES: usize = 30;

#[test]
fn every_mistake_is_shown_where_it_is() {
    let registry = Registry::embedded().expect("the registry");
    let accept = env::var_os(ACCEPT).is_some();
    let mut wrong = Vec::new();
    let kinds = kinds("yaml");
    assert!(kinds.len() >= 100, "only {} kinds", kinds.len());
    for kind in &kinds {
        let path = format!("{FOLDER}/{kind}.yaml");
        let mut library = Library::new();
        library.add_text(&path, &read(kind, "yaml"));
        let said = match library.plan(&registry) {
            Ok(_) => {
                wrong.push(format!("{path} is accepted"));
                continue;
            }
            Err(problems) => format!("{problems}\n"),
        };
        wrong.extend(unhelpful(&path, &said));
        if accept {
            fs::write(file(kind, "err"), &said).expect("a file that can be written");
        } else if !file(kind, "err").exists() || read(kind, "err") != said {
            wrong.push(format!("{path}: another message\n{said}"));
        }
    }
    let hint = format!("\n(after reading them: {ACCEPT}=1 cargo test -p tests --test bad_files)");
    assert!(wrong.is_empty(), "\n{}{hint}", wrong.join("\n"));
}

#[test]
fn every_message_has_its_file() {
    let files = kinds("yaml");
    let messages = kinds("err");
    let without: Vec<&String> = messages.difference(&files).collect();
    assert!(without.is_empty(), "no file for {without:?}");
}

/// A mistake has a place with line and column, and a caret under it. It is told in a few lines.
fn unhelpful(path: &str, said: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mistakes: Vec<&str> = said
        .split("\n\n")
        .filter(|part| !part.trim().is_empty())
        .collect();
    for mistake in mistakes {
        let place = mistake.lines().find_map(|line| {
            let numbers = line
                .split_once("--> ")?
                .1
                .strip_prefix(path)?
                .strip_prefix(':')?;
            let (line, column) = numbers.split_once(':')?;
            Some(line.parse::<u32>().is_ok() && column.parse::<u32>().is_ok())
        });
        if !mistake.starts_with("error: ") || place != Some(true) || !mistake.contains('^') {
            wrong.push(format!("{path}: a mistake without a place\n{mistake}"));
        }
        if mistake.lines().count() > LINES {
            wrong.push(format!("{path}: more than {LINES} lines\n{mistake}"));
        }
    }
    wrong
}

/// What an editor shows before anything is run: the schema refuses whatever is wrong in form.
#[test]
fn the_schema_refuses_what_is_wrong_in_form() {
    let mut compiler = Compiler::new();
    compiler
        .add_resource("scenario.json", Kind::Scenario.schema())
        .expect("a schema");
    let mut schemas = Schemas::new();
    let schema = compiler
        .compile("scenario.json", &mut schemas)
        .expect("a schema");
    let (mut refused, mut accepted) = (0, Vec::new());
    for kind in kinds("yaml") {
        let Ok(node) = yaml::parse(&read(&kind, "yaml")) else {
            continue;
        };
        let value: Value = yaml::from_node(&node).unwrap_or_else(|e| panic!("{kind}: {e}"));
        match schemas.validate(&value, schema) {
            Ok(()) => accepted.push(kind),
            Err(_) => refused += 1,
        }
    }
    assert!(refused >= 50, "only {refused} are refused");
    // These are wrong in what they mean.
    insta::assert_snapshot!(accepted.join("\n"), @"
    advance-back-on-both-sides
    answer-nobody-sees
    any-of-with-one-branch
    at-most-without-given
    axis-called-run
    base64-that-is-none
    body-of-a-token-request
    by-without-replay
    cancel-of-an-unknown-step
    cell-for-another-provider
    cell-of-the-wrong-type
    cell-without-the-key
    check-id-twice
    check-refers-to-vary
    check-without-predicate
    claim-set-and-taken-out
    client-and-clients
    client-count-of-none
    client-name
    client-of-a-file-with-one
    client-unknown-in-a-check
    client-unknown-in-a-step
    clients-too-many
    coding-of-a-reset
    count-that-cannot-be
    count-without-number
    deadline-of-nothing
    dribble-of-nothing
    duration-range-turned
    duration-zero
    every-without-end
    field-the-endpoint-lacks
    filter-for-another-endpoint
    filter-that-never-matches
    for-without-after
    forgery-of-nothing
    freeze-twice
    generation-nobody-has
    given-asks-nothing
    growth-of-nothing
    header-line-of-two-lines
    hold-without-release
    http-method-that-is-none
    invariant-without-vary
    join-of-a-later-step
    member-set-and-removed
    need-missing
    need-of-grant-missing
    never-without-given
    nothing-happens
    nth-and-one-in
    nth-and-times
    only-unknown-axis
    order-of-one
    other-vendors-key
    outcome-of-an-exchange
    overlap-without-bounds
    passive-with-a-hold
    passive-with-outcomes
    per-without-a-count
    raw-and-reply
    redirect-and-reply
    redirect-with-another-status
    reference-in-a-cell
    reference-to-a-map
    reference-unknown-axis
    reference-unknown-key
    refresh-token-of-another-grant
    refusal-of-a-request
    release-without-hold
    replay-of-an-unknown-token
    reply-and-error
    reply-of-a-connection
    restart-of-an-unknown-client
    rule-behind-anything
    rule-changes-nothing
    rule-for-another-vendor
    rule-gone-before-it-begins
    rule-never-reached
    spread-that-cannot-be
    step-label-twice
    suspend-for-nothing
    swap-of-nothing
    thaw-without-freeze
    time-left-of-no-token
    tolerance-alone
    too-many-cases
    took-backwards
    two-bodies
    unknown-requirement
    unknown-step-label
    until-before-from
    until-held-of-an-unknown-hold
    unused-axis
    unused-key-of-a-cell
    user-without-a-sign-in
    when-unknown-axis
    when-unknown-value
    ");
}

/// The names of the files with an ending.
fn kinds(ending: &str) -> BTreeSet<String> {
    let folder = workspace_folder().join(FOLDER);
    let entries = fs::read_dir(folder).expect("the folder");
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

fn read(kind: &str, ending: &str) -> String {
    fs::read_to_string(file(kind, ending)).expect("a text")
}
